import { m } from '$i18n';
import { int } from '$lib/format';
import type { GuardStop, PlanView, SkuOpView } from '$rpc/contract';

/** What a choice of a plan's changes would do, counted by kind. */
export interface PlanTally {
  total: number;
  zeroed: SkuOpView[];
  lowered: number;
  raised: number;
}

export function tally(ops: SkuOpView[]): PlanTally {
  const isZero = (op: SkuOpView): boolean => op.after === 0 && op.before !== 0;
  return {
    total: ops.length,
    zeroed: ops.filter(isZero),
    lowered: ops.filter((op) => !isZero(op) && op.after < (op.before ?? 0)).length,
    raised: ops.filter((op) => op.after > (op.before ?? 0)).length,
  };
}

/** The guard's stops for a choice of the plan: what was taken out of it may bring it back under a limit. */
export function stopsOf(plan: PlanView, chosen: SkuOpView[]): GuardStop[] {
  const counts = tally(chosen);
  return plan.stops.flatMap((stop): GuardStop[] => {
    if (stop.kind === 'too_many_zeroed') return counts.zeroed.length > stop.limit ? [{ ...stop, zeroed: counts.zeroed.length }] : [];
    if (stop.kind === 'too_many_changed') return counts.total * 100 > stop.limit_percent * stop.of ? [{ ...stop, changed: counts.total }] : [];
    return [stop];
  });
}

/** Why the guard stops the push, in a sentence. */
export function stopWord(stop: GuardStop): string {
  switch (stop.kind) {
    case 'too_many_zeroed':
      return m.guard_zeroed({ n: int(stop.zeroed), limit: int(stop.limit) });
    case 'too_many_changed':
      return m.guard_changed({ n: int(stop.changed), of: int(stop.of), limit: int(stop.limit_percent) });
    case 'incomplete':
      return m.guard_incomplete({ asked: int(stop.asked), answered: int(stop.answered) });
  }
}

/** Warnings first: what goes to zero, then what is lowered most. */
export function planOrder(ops: SkuOpView[]): SkuOpView[] {
  const change = (op: SkuOpView): number => op.after - (op.before ?? 0);
  return [...ops].sort((a, b) => Number(b.after === 0) - Number(a.after === 0) || change(a) - change(b) || (a.sku_sn ?? '').localeCompare(b.sku_sn ?? ''));
}

/** Why a stock changes, as far as the plan itself says it. */
export function reasonOf(op: SkuOpView): string {
  if (op.after === 0) return (op.counted ?? 0) <= 0 ? m.reason_sold_out() : m.reason_below_buffer();
  return op.after < (op.before ?? 0) ? m.reason_sold() : m.reason_arrived();
}
