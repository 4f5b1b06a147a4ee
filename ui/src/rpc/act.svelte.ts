import { problemOf, type Problem } from './problem.svelte';

/** Something a person asked for: whether it is under way, and why it was not done. */
export class Act {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** Does it; `null` when it failed (the reason is in `problem`). A second press while it runs does nothing. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      return await work();
    } catch (error) {
      this.problem = problemOf(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
