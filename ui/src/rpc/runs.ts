import { m } from '$i18n';
import { int } from '$lib/format';
import type { JobView, RunDetailView, RunView } from './contract';
import type { LiveStep } from './live.svelte';

/** A step of a workflow as it is shown: what it is, how far it is, and how it went. */
export interface ShownStep {
  step: string;
  state: 'waiting' | 'running' | 'done' | 'partial' | 'failed';
  done: number;
  total: number | null;
  failed: number;
}

/** The steps of each job's modes, in their order. A step that is not here is shown when it happens. */
const STEPS: Record<string, string[]> = {
  'temu_orders_sync full': ['import', 'export', 'tracking', 'report'],
  'temu_orders_sync tracking_only': ['tracking', 'report'],
  'temu_inventory_sync full': ['products', 'stock', 'push', 'verify'],
  'temu_inventory_sync quick': ['stock', 'push', 'verify'],
};

function planned(job: string, mode: string, begun: string[]): string[] {
  const known = STEPS[`${job} ${mode}`] ?? [];
  return [...begun.filter((step) => !known.includes(step)), ...known];
}

/** The steps of a run under way: what was told, then what is to come. */
export function liveSteps(job: string, mode: string, told: LiveStep[]): ShownStep[] {
  const names = planned(job, mode, told.map((step) => step.step));
  const last = told.at(-1)?.step;
  return names.map((name) => {
    const step = told.find((one) => one.step === name);
    if (!step) return { step: name, state: 'waiting', done: 0, total: null, failed: 0 };
    const state = name === last ? 'running' : step.failed > 0 ? 'partial' : 'done';
    return { ...step, state };
  });
}

/** The steps of a run that has ended; one that it did not reach waits. */
export function endedSteps(detail: RunDetailView): ShownStep[] {
  // A step that had nothing to do and is not part of the plan (nothing was left unfinished before) is not shown.
  const begun = detail.steps.filter((step) => step.step !== 'recover' || step.done + step.failed > 0);
  const names = planned(detail.run.job, detail.run.mode, begun.map((step) => step.step));
  return names.map((name) => {
    const step = detail.steps.find((one) => one.step === name);
    if (!step) return { step: name, state: 'waiting', done: 0, total: null, failed: 0 };
    const state = step.failed === 0 ? 'done' : step.done === 0 ? 'failed' : 'partial';
    return { step: name, state, done: step.done, total: step.failed > 0 ? step.done + step.failed : null, failed: step.failed };
  });
}

/** How far a step is: `412 von 1.000`, `412`, `wartet`. */
export function stepCount(step: ShownStep): string {
  if (step.state === 'waiting') return m.step_waits();
  return step.total === null ? int(step.done) : m.n_of_total({ n: int(step.done), total: int(step.total) });
}

/** What a run achieved, in the order that people ask for: `46 übergeben, 3 angehalten`. */
export function runSummary(run: RunView): string {
  const words: [string, (n: number) => string][] = [
    ['imported', (n) => m.sum_imported({ n })],
    ['exported', (n) => m.sum_exported({ n })],
    ['tracked', (n) => m.sum_tracked({ n })],
    ['reported', (n) => m.sum_reported({ n })],
    ['held', (n) => m.sum_held({ n })],
    ['planned', (n) => m.sum_planned({ n })],
    ['confirmed', (n) => m.sum_confirmed({ n })],
    ['fetched', (n) => m.sum_fetched({ n })],
    ['failed', (n) => m.sum_failed({ n })],
  ];
  const parts = words.flatMap(([key, word]) => (run.counts[key] ? [word(run.counts[key])] : []));
  return parts.length > 0 ? parts.join(', ') : m.sum_nothing();
}

/** The newest of the runs under way, and how many there are beside it. */
export function newestRunning(jobs: JobView[]): { job: JobView; others: number } | null {
  const under = jobs.filter((job) => job.running).sort((a, b) => b.running!.since.localeCompare(a.running!.since));
  return under[0] ? { job: under[0], others: under.length - 1 } : null;
}

/** The run that ended last, of any job. */
export function newestEnded(jobs: JobView[]): RunView | null {
  return jobs.flatMap((job) => job.last ?? []).sort((a, b) => b.started_at.localeCompare(a.started_at))[0] ?? null;
}
