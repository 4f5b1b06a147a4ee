import { SvelteMap } from 'svelte/reactivity';
import type { ProblemCode, RunningView, Topic } from './contract';

/** What the engine tells while it works. Only what the window uses is read; unknown kinds are passed over. */
export type EngineEvent =
  | { kind: 'run_started'; run_id: string; job: string; at: string }
  | { kind: 'step_started'; run_id: string; job: string; step: string }
  | { kind: 'progress'; run_id: string; job: string; step: string; done: number; total: number | null; item?: string | null }
  | { kind: 'item_failed'; run_id: string; step: string; subject: string; code: ProblemCode }
  | { kind: 'run_finished'; run_id: string; job: string }
  | { kind: 'log' }
  | { kind: 'settings_changed' }
  | { kind: 'store_changed'; topics: string[] }
  | { kind: 'missed' };

/** A step of a run that is under way. */
export interface LiveStep {
  step: string;
  done: number;
  total: number | null;
  failed: number;
}

const TOPICS: Record<string, Topic[]> = {
  orders: ['orders', 'parcels'],
  stock: ['stock'],
  invoices: ['documents'],
  runs: ['runs', 'jobs'],
  requests: ['jobs'],
};

const ALL: Topic[] = ['orders', 'parcels', 'stock', 'runs', 'jobs', 'settings', 'health', 'documents', 'views'];

/** Which lists an event asks to be read again. Progress asks for none: it is shown as it comes. */
export function topicsOf(event: EngineEvent): readonly Topic[] {
  switch (event.kind) {
    case 'run_started':
    case 'run_finished':
      return ['runs', 'jobs'];
    case 'settings_changed':
      return ['settings', 'health', 'jobs'];
    case 'store_changed':
      return event.topics.flatMap((topic) => TOPICS[topic] ?? []);
    case 'missed':
      return ALL;
    default:
      return [];
  }
}

/** At most this many steps of finished work are kept; a window that is open for a week does not grow. */
const KEPT_RUNS = 8;

/** How far the runs under way are, by what they tell. */
export class Live {
  private runs = new SvelteMap<string, LiveStep[]>();

  hear(event: EngineEvent): void {
    if (event.kind === 'step_started') this.at(event.run_id, event.step);
    if (event.kind === 'progress') {
      this.change(event.run_id, event.step, { done: event.done, total: event.total });
    }
    if (event.kind === 'item_failed') {
      this.change(event.run_id, event.step, { failed: this.at(event.run_id, event.step).failed + 1 });
    }
  }

  /** The steps of a run in the order in which they began. What only the store knows counts where nothing was told. */
  steps(running: RunningView): LiveStep[] {
    const told = this.runs.get(running.run_id) ?? [];
    if (running.step === null || told.some((step) => step.step === running.step)) return told;
    return [...told, { step: running.step, done: running.done, total: running.total, failed: 0 }];
  }

  private at(run: string, step: string): LiveStep {
    const steps = this.runs.get(run) ?? [];
    const found = steps.find((one) => one.step === step);
    if (found) return found;
    const begun = { step, done: 0, total: null, failed: 0 };
    this.keep(run, [...steps, begun]);
    return begun;
  }

  private change(run: string, step: string, change: Partial<LiveStep>): void {
    this.at(run, step);
    this.keep(run, (this.runs.get(run) ?? []).map((one) => (one.step === step ? { ...one, ...change } : one)));
  }

  private keep(run: string, steps: LiveStep[]): void {
    this.runs.set(run, steps);
    const oldest = this.runs.keys().next();
    if (this.runs.size > KEPT_RUNS && !oldest.done) this.runs.delete(oldest.value);
  }
}
