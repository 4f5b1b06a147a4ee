import { groupBy } from '$lib/group';
import type { RunView } from '$rpc/contract';

/** Durations of the runs that began in one hour of the day, in milliseconds. */
export interface HourFigures {
  hour: number;
  mean: number;
  p95: number;
}

export function tookMs(run: RunView): number {
  return run.ended_at ? new Date(run.ended_at).getTime() - new Date(run.started_at).getTime() : 0;
}

/** The duration that 95 of 100 did not exceed (nearest rank). */
export function p95(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
}

/** Mean and p95 by hour of the start, at most twelve hours: those with runs. */
export function byHour(runs: RunView[]): HourFigures[] {
  const hours = groupBy(runs, (run) => new Date(run.started_at).getHours());
  return [...hours]
    .map(([hour, list]) => {
      const took = list.map(tookMs);
      return { hour, mean: took.reduce((sum, ms) => sum + ms, 0) / took.length, p95: p95(took) };
    })
    .sort((a, b) => a.hour - b.hour);
}
