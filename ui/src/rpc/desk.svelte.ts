import { getContext, setContext } from 'svelte';
import { changed, currentHost } from './client';
import { Live, topicsOf, type EngineEvent } from './live.svelte';
import { knowTexts } from './problem.svelte';
import { Query } from './query.svelte';

/** What every screen asks about: who works here, what waits, which jobs there are and how they stand, the connections. */
export class Desk {
  readonly about = new Query('about', () => null, ['settings']);
  readonly overview = new Query('overview', () => null, ['orders', 'parcels']);
  readonly jobs = new Query('jobs_status', () => null, ['jobs', 'runs']);
  readonly health = new Query('health', () => null, ['health', 'settings']);
  readonly live = new Live();
  private readonly texts = new Query('problem_texts', () => null);

  constructor() {
    $effect(() => {
      if (this.texts.data) knowTexts(this.texts.data);
    });
    $effect(() =>
      currentHost().events((told) => {
        if (!isEvent(told)) return;
        this.live.hear(told);
        changed(topicsOf(told));
      }),
    );
  }

  /** Asks everything again. */
  refresh(): void {
    changed(['orders', 'parcels', 'stock', 'runs', 'jobs', 'settings', 'health', 'documents', 'views']);
  }
}

function isEvent(told: unknown): told is EngineEvent {
  return typeof told === 'object' && told !== null && 'kind' in told;
}

const KEY = Symbol('desk');

export function provideDesk(): Desk {
  return setContext(KEY, new Desk());
}

export function useDesk(): Desk {
  return getContext<Desk>(KEY);
}
