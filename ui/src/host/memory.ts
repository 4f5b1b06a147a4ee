import { HostError, type Host } from './types';

/** Answers of a memory host, by command. A handler may be asynchronous and may throw a problem. */
export type Handlers = Record<string, (parameters: never) => unknown>;

/** A host in memory, for tests and for looking at the screens without an engine. */
export interface MemoryHost extends Host {
  /** What was called, in order. */
  readonly calls: { command: string; parameters: unknown }[];
  /** Sends an event to whoever listens. */
  emit(event: unknown): void;
}

export function memoryHost(handlers: Handlers): MemoryHost {
  const calls: { command: string; parameters: unknown }[] = [];
  const listeners = new Set<(event: unknown) => void>();
  return {
    kind: 'memory',
    calls,
    async call(command, parameters) {
      calls.push({ command, parameters });
      const handler = handlers[command];
      if (!handler) throw new HostError(`${command} is not known to the memory host`);
      try {
        // A copy both ways, as the wire would: nobody shares an object with the engine.
        const answer = await handler(structuredClone(parameters) as never);
        return structuredClone(answer);
      } catch (problem) {
        throw problem instanceof HostError ? problem : new HostError(command, problem);
      }
    },
    events(onEvent) {
      listeners.add(onEvent);
      return () => {
        listeners.delete(onEvent);
      };
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
  };
}
