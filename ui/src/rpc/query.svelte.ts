import { untrack } from 'svelte';
import { rpc, watch, type CommandName, type Request, type Response } from './client';
import type { Topic } from './contract';
import { problemOf, type Problem } from './problem.svelte';

/** A request that cannot be made yet. */
export const WAIT = Symbol('wait');
type Wait = typeof WAIT;

/** Lists are asked again at most this often, however many events say that they changed. */
const LEAST_PAUSE_MS = 250;

/**
 * The answer to a question, kept up to date: asked again when its request or one of its topics changes. While it is
 * asked again, and when that fails, the last good answer stays. Make it while a component is set up.
 */
export class Query<K extends CommandName> {
  data = $state.raw<Response<K> | null>(null);
  /** When `data` was read. */
  at = $state<string | null>(null);
  /** Why it could not be read the last time. */
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);

  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastAsked = 0;

  constructor(
    private readonly command: K,
    private readonly request: () => Request<K> | Wait,
    topics: readonly Topic[] = [],
  ) {
    $effect(() => {
      const wanted = request();
      if (wanted === WAIT) return;
      untrack(() => void this.ask(wanted));
    });
    $effect(() => {
      const end = watch((changed) => {
        if (changed.some((topic) => topics.includes(topic))) this.soon();
      });
      return () => {
        end();
        clearTimeout(this.timer);
        // What still comes belongs to nobody.
        this.turn += 1;
      };
    });
  }

  /** Data are there, but they could not be read again. */
  get stale(): boolean {
    return this.data !== null && this.problem !== null;
  }

  /** Asks now. */
  async refresh(): Promise<void> {
    const wanted = untrack(this.request);
    if (wanted !== WAIT) await this.ask(wanted);
  }

  private soon(): void {
    if (this.timer !== undefined) return;
    const wait = Math.max(0, this.lastAsked + LEAST_PAUSE_MS - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, wait);
  }

  private async ask(wanted: Request<K>): Promise<void> {
    const turn = ++this.turn;
    this.lastAsked = Date.now();
    this.loading = true;
    try {
      const answer = await rpc(this.command, wanted);
      if (turn !== this.turn) return;
      this.data = answer;
      this.at = new Date().toISOString();
      this.problem = null;
    } catch (error) {
      if (turn === this.turn) this.problem = problemOf(error);
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  }
}
