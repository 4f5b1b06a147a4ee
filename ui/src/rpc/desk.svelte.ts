import { getContext, setContext } from 'svelte';
import { changed, currentHost } from './client';
import type { Topic } from './contract';
import { knowTexts } from './problem.svelte';
import { Query } from './query.svelte';

/** What every screen asks about: who works here, what waits, which jobs there are and how they stand, the connections. */
export class Desk {
  readonly about = new Query('about', () => null, ['settings']);
  readonly overview = new Query('overview', () => null, ['orders', 'parcels']);
  readonly jobs = new Query('jobs_list', () => null, ['jobs', 'runs']);
  readonly health = new Query('health', () => null, ['health', 'settings']);
  private readonly texts = new Query('problem_texts', () => null);

  constructor() {
    $effect(() => {
      if (this.texts.data) knowTexts(this.texts.data);
    });
    $effect(() =>
      currentHost().events((event) => {
        changed(topicsOf(event));
      }),
    );
  }

  /** Asks everything again. */
  refresh(): void {
    changed(['orders', 'parcels', 'stock', 'runs', 'jobs', 'settings', 'health', 'documents', 'views']);
  }
}

function topicsOf(event: unknown): readonly Topic[] {
  return typeof event === 'object' && event !== null && 'topics' in event && Array.isArray(event.topics) ? (event.topics as Topic[]) : [];
}

const KEY = Symbol('desk');

export function provideDesk(): Desk {
  return setContext(KEY, new Desk());
}

export function useDesk(): Desk {
  return getContext<Desk>(KEY);
}
