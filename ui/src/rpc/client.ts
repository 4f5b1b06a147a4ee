import { HostError, type Host } from '$host/types';
import { commands, type Commands, type Topic } from './contract';
import { readProblem, RpcError } from './problem.svelte';

let host: Host | null = null;
const watchers = new Set<(topics: readonly Topic[]) => void>();

export type CommandName = keyof Commands;
export type Request<K extends CommandName> = Commands[K]['request'];
export type Response<K extends CommandName> = Commands[K]['response'];

/** Chooses what answers. Called once at start, and by each test. */
export function connect(to: Host): void {
  host = to;
}

/** What the UI stands on. */
export function currentHost(): Host {
  if (!host) throw new Error('connect() comes before the first command');
  return host;
}

/** Calls a command of the engine. Rejects with an {@link RpcError}; tells every open list what changed. */
export async function rpc<K extends CommandName>(command: K, request: Request<K>): Promise<Response<K>> {
  try {
    const answer = (await currentHost().call(command, request)) as Response<K>;
    changed(commands[command].changes);
    return answer;
  } catch (error) {
    throw new RpcError(readProblem(error instanceof HostError ? error.problem : null, error));
  }
}

/** Tells every open list that topics have changed. */
export function changed(topics: readonly Topic[]): void {
  if (topics.length > 0) for (const watcher of [...watchers]) watcher(topics);
}

/** Hears of changes until the returned function is called. */
export function watch(onChange: (topics: readonly Topic[]) => void): () => void {
  watchers.add(onChange);
  return () => {
    watchers.delete(onChange);
  };
}
