import { Query, WAIT } from './query.svelte';
import type { CommandName, Request, Response } from './client';
import type { PageRequest, Topic } from './contract';

export const PAGE_ROWS = 100;

interface Page {
  next: string | null;
  total?: number;
}

type PagedCommand = { [K in CommandName]: Response<K> extends Page ? (Request<K> extends { page: PageRequest } ? K : never) : never }[CommandName];

/** A list in pages. Each page begins where the one before ended, so new rows never shift what is on screen. */
export class PagedList<K extends PagedCommand> {
  readonly query: Query<K>;
  private starts = $state<string[]>([]);

  constructor(command: K, request: () => Omit<Request<K>, 'page'> | typeof WAIT, topics: readonly Topic[], rows = PAGE_ROWS) {
    this.query = new Query(
      command,
      () => {
        const wanted = request();
        if (wanted === WAIT) return WAIT;
        return { ...wanted, page: { ...(this.starts.length > 0 ? { after: this.starts.at(-1) } : {}), limit: rows } } as Request<K>;
      },
      topics,
    );
    this.rows = rows;
  }

  private readonly rows: number;

  /** How many rows there are in all, where the list says so. */
  get total(): number | undefined {
    return (this.query.data as Page | null)?.total;
  }

  /** Number of the first row on the page, from 1. */
  get from(): number {
    return this.starts.length * this.rows + 1;
  }

  get next(): (() => void) | null {
    const next = this.query.data?.next;
    return next ? () => void (this.starts = [...this.starts, next]) : null;
  }

  get previous(): (() => void) | null {
    return this.starts.length > 0 ? () => void (this.starts = this.starts.slice(0, -1)) : null;
  }

  /** Back to the first page: another filter, another sort. */
  first(): void {
    if (this.starts.length > 0) this.starts = [];
  }
}
