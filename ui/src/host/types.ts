/** What the UI stands on: the shell, the bridge of the tests, or a memory with synthetic data. */
export interface Host {
  readonly kind: 'tauri' | 'http' | 'memory';
  /** Answers a command of the engine's table. Rejects with a {@link HostError}. */
  call(command: string, parameters: unknown): Promise<unknown>;
  /** Gives every event of the engine to `onEvent` until the returned function is called. */
  events(onEvent: (event: unknown) => void): () => void;
}

/** Why a command was not answered. `problem` is what the engine said; nothing when it could not be reached at all. */
export class HostError extends Error {
  constructor(
    message: string,
    readonly problem: unknown = null,
  ) {
    super(message);
    this.name = 'HostError';
  }
}
