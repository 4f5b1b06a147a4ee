import { m } from '$i18n';
import { int } from '$lib/format';
import type { GuardStopView, SkuRef, StockOpView, StockPlanView, StockRowView } from '$rpc/contract';

/** One text for a SKU within its goods. */
export function skuKey(sku: SkuRef): string {
  return `${sku.goods_id}-${sku.sku_id}`;
}

/** A change of a plan with what else is known of its SKU. */
export interface PlannedRow {
  key: string;
  op: StockOpView;
  sku: string;
  name: string;
  counted: number | null;
  buffer: number | null;
}

/** Joins a plan's changes with the list of SKUs; one that the list does not hold keeps its number alone. */
export function plannedRows(plan: StockPlanView, skus: StockRowView[]): PlannedRow[] {
  const known = new Map(skus.map((row) => [skuKey(row.sku), row]));
  return plan.ops.map((op) => {
    const key = skuKey(op.sku);
    const row = known.get(key);
    const name = row ? [row.goods_name, row.variant].filter(Boolean).join(', ') : '';
    return { key, op, sku: op.sku_sn ?? key, name, counted: row?.counted ?? null, buffer: row?.rule.buffer ?? null };
  });
}

export const changeOf = (op: StockOpView): number => op.after - (op.before ?? 0);

/** What a choice of a plan's changes would do, counted by kind. */
export function tally(rows: PlannedRow[]): { total: number; zeroed: PlannedRow[]; lowered: number; raised: number } {
  return {
    total: rows.length,
    zeroed: rows.filter((row) => row.op.zeroes),
    lowered: rows.filter((row) => !row.op.zeroes && changeOf(row.op) < 0).length,
    raised: rows.filter((row) => changeOf(row.op) > 0).length,
  };
}

/** The guard's stops for a choice of the plan: what was taken out of it may bring it back under a limit. */
export function stopsOf(plan: StockPlanView, chosen: PlannedRow[]): GuardStopView[] {
  const counts = tally(chosen);
  return plan.stops.flatMap((stop): GuardStopView[] => {
    if (stop.stop === 'too_many_zeroed') return counts.zeroed.length > stop.limit ? [{ ...stop, zeroed: counts.zeroed.length }] : [];
    if (stop.stop === 'too_many_changed') return counts.total * 100 > stop.limit_percent * stop.of ? [{ ...stop, changed: counts.total }] : [];
    return [stop];
  });
}

/** Why the guard stops the push, in a sentence. */
export function stopWord(stop: GuardStopView): string {
  switch (stop.stop) {
    case 'too_many_zeroed':
      return m.guard_zeroed({ n: int(stop.zeroed), limit: int(stop.limit) });
    case 'too_many_changed':
      return m.guard_changed({ n: int(stop.changed), of: int(stop.of), limit: int(stop.limit_percent) });
    case 'above_jtl':
      return m.guard_above_jtl({ n: int(stop.raised) });
    case 'incomplete':
      return m.guard_incomplete({ asked: int(stop.asked), answered: int(stop.answered) });
  }
}

/** Warnings first: what goes to zero, then what is lowered most. */
export function planOrder(rows: PlannedRow[]): PlannedRow[] {
  return [...rows].sort((a, b) => Number(b.op.zeroes) - Number(a.op.zeroes) || changeOf(a.op) - changeOf(b.op) || a.sku.localeCompare(b.sku));
}

/** Why a stock changes, as far as it is known. */
export function reasonOf(row: PlannedRow): string {
  if (row.op.zeroes) return row.counted === null ? m.status_to_zero() : row.counted <= 0 ? m.reason_sold_out() : m.reason_below_buffer();
  return changeOf(row.op) < 0 ? m.reason_sold() : m.reason_arrived();
}
