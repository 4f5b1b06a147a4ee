import { m } from '$i18n';
import { int } from '$lib/format';
import type { JobView, OrderRowView, Outcome, ParcelTask, RunStepView, RunView } from './contract';

const unknown = (word: string): (() => string) => () => word;

const JOBS: Record<string, () => string> = {
  temu_orders_sync: () => m.job_orders(),
  temu_inventory_sync: () => m.job_stock(),
  fetch_invoices: () => m.job_invoices(),
};

/** What a job does, as its button says it. */
export function jobWord(name: string): string {
  return (JOBS[name] ?? unknown(name))();
}

const MODES: Record<string, () => string> = {
  full: () => m.mode_full(),
  tracking_only: () => m.mode_tracking_only(),
  quick: () => m.mode_quick(),
};

export function modeWord(mode: string): string {
  return (MODES[mode] ?? unknown(mode))();
}

const STEPS: Record<string, () => string> = {
  recover: () => m.step_recover(),
  import: () => m.step_import(),
  store: () => m.step_store(),
  export: () => m.step_export(),
  tracking: () => m.step_tracking(),
  report: () => m.step_report(),
  stock_load: () => m.step_stock_load(),
  stock_read: () => m.step_stock_read(),
  stock_push: () => m.step_stock_push(),
};

export function stepWord(step: string): string {
  return (STEPS[step] ?? unknown(step))();
}

const TRIGGERS: Record<string, (run: RunView) => string> = {
  person: (run) => run.by,
  schedule: () => m.trigger_schedule(),
  caught_up: () => m.trigger_caught_up(),
};

/** Who or what started a run. */
export function triggerWord(run: RunView): string {
  return TRIGGERS[run.trigger]?.(run) ?? run.trigger;
}

/** How far a step is: `412 von 1.000`, `412`, `wartet`. */
export function stepCount(step: RunStepView): string {
  if (step.state === 'waiting') return m.step_waits();
  return step.total === null ? int(step.done) : m.n_of_total({ n: int(step.done), total: int(step.total) });
}

/** The status of an order in the closed vocabulary. */
export function orderStatus(order: Pick<OrderRowView, 'state' | 'waits_for_temu'>) {
  if (order.state === 'on_hold') return order.waits_for_temu ? ('order.held_waiting' as const) : ('order.held' as const);
  return `order.${order.state}` as const;
}

const PARCELS = {
  incomplete: 'parcel.missing',
  ready: 'parcel.ready',
  unmapped: 'parcel.unmapped',
  unclear: 'parcel.unknown',
  refused: 'parcel.rejected',
  reported: 'parcel.reported',
} as const satisfies Record<ParcelTask, string>;

export function parcelStatus(task: ParcelTask) {
  return PARCELS[task];
}

/** The status of a run: under way here or elsewhere, or how it ended. */
export function runStatus(run: Pick<RunView, 'outcome' | 'is_here' | 'retry_at'>) {
  if (run.outcome === null) return run.is_here ? ('run.running' as const) : ('run.elsewhere' as const);
  return run.retry_at ? ('run.retry' as const) : outcomeStatus(run.outcome);
}

export function outcomeStatus(outcome: Outcome) {
  return `run.${outcome}` as const;
}

/** The step at which a run is, and its number. */
export function currentStep(run: RunView): { step: RunStepView; number: number } | null {
  const index = run.steps.findIndex((step) => step.state === 'running');
  const step = run.steps[index];
  return step ? { step, number: index + 1 } : null;
}

/** What a run achieved, in the order that people ask for: `46 übergeben, 3 angehalten`. */
export function runSummary(run: RunView): string {
  const words: [string, (n: number) => string][] = [
    ['imported', (n) => m.sum_imported({ n })],
    ['exported', (n) => m.sum_exported({ n })],
    ['reported', (n) => m.sum_reported({ n })],
    ['held', (n) => m.sum_held({ n })],
    ['planned', (n) => m.sum_planned({ n })],
    ['sent', (n) => m.sum_sent({ n })],
    ['failed', (n) => m.sum_failed({ n })],
  ];
  const parts = words.flatMap(([key, word]) => (run.counts[key] ? [word(run.counts[key])] : []));
  return parts.length > 0 ? parts.join(', ') : m.sum_nothing();
}

/** The job whose run a name belongs to. */
export function jobOf(jobs: JobView[] | null, name: string): JobView | null {
  return jobs?.find((job) => job.name === name) ?? null;
}
