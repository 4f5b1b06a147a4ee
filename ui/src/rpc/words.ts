import { m } from '$i18n';
import type { JobView, OrderRowView, Outcome, ParcelTask, ProblemCode, RunView, Trigger } from './contract';

const unknown = (word: string): (() => string) => () => word;

const JOBS: Record<string, () => string> = {
  temu_orders_sync: () => m.job_orders(),
  temu_inventory_sync: () => m.job_stock(),
  fetch_invoices: () => m.job_invoices(),
  datev_convert: () => m.step_convert(),
};

/** What a job does, as its button says it. */
export function jobWord(name: string): string {
  return (JOBS[name] ?? unknown(name))();
}

const MODES: Record<string, () => string> = {
  full: () => m.mode_full(),
  tracking_only: () => m.mode_tracking_only(),
  quick: () => m.mode_quick(),
  export_only: () => m.mode_export_only(),
  undo: () => m.mode_undo(),
  read: () => m.mode_read(),
  inbox: () => m.documents_inbox(),
};

export function modeWord(mode: string): string {
  return (MODES[mode] ?? unknown(mode))();
}

const STEPS: Record<string, () => string> = {
  recover: () => m.step_recover(),
  import: () => m.step_import(),
  export: () => m.step_export(),
  tracking: () => m.step_tracking(),
  report: () => m.step_report(),
  products: () => m.step_products(),
  stock: () => m.step_stock(),
  push: () => m.step_push(),
  verify: () => m.step_verify(),
  documents: () => m.step_documents(),
  read: () => m.step_read(),
  convert: () => m.step_convert(),
};

export function stepWord(step: string): string {
  return (STEPS[step] ?? unknown(step))();
}

const TRIGGERS: Record<Trigger, () => string> = {
  schedule: () => m.trigger_schedule(),
  catch_up: () => m.trigger_caught_up(),
  manual: () => m.trigger_manual(),
  cli: () => m.trigger_cli(),
  retry: () => m.trigger_retry(),
};

/** What made a run begin. */
export function triggerWord(trigger: Trigger): string {
  return TRIGGERS[trigger]();
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

/** The status of a job: under way here or elsewhere, waiting for its next try, or how its last run ended. */
export function jobStatus(job: JobView) {
  if (job.running) return job.running.here ? ('run.running' as const) : ('run.elsewhere' as const);
  if (job.retry_at) return 'run.retry' as const;
  return job.last ? runStatus(job.last) : ('run.queued' as const);
}

export function runStatus(run: RunView) {
  return run.outcome === null ? ('run.running' as const) : outcomeStatus(run.outcome);
}

export function outcomeStatus(outcome: Outcome) {
  return `run.${outcome}` as const;
}

/** The job of a name. */
export function jobOf(jobs: JobView[] | null, name: string): JobView | null {
  return jobs?.find((job) => job.job === name) ?? null;
}

/** The status of an alert on an order that JTL already has. */
export function alertStatus(code: ProblemCode | null) {
  if (code === 'order.cancelled_after_export' || code === 'order.cancellation_pending_after_export') return 'alert.cancelled' as const;
  return code === 'order.address_changed_after_export' ? ('alert.address' as const) : ('alert.other' as const);
}
