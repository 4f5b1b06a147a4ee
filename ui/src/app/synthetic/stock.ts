import type { KeptPlanView, SkuRef, StockOpView, StockPlanView, StockRowView } from '$rpc/contract';
import { iso, NOW } from './orders';

const OPS: [string, string, number, number, number, number][] = [
  ['KB-2041-SW', 'Kabelbox groß, schwarz', 0, 2, 14, 0],
  ['LE-0032', 'LED-Streifen 5 m, warmweiß', 1, 2, 9, 0],
  ['GA-1180', 'Gartenhandschuh Gr. 9', 0, 0, 62, 0],
  ['HK-0410', 'Handtuchhaken Edelstahl', 2, 2, 21, 0],
  ['BX-3001', 'Aufbewahrungsbox 30 l', 47, 2, 60, 45],
  ['TR-0907', 'Trinkflasche 0,75 l, blau', 118, 5, 131, 113],
  ['KB-0117', 'Klettband 5 m', 204, 0, 210, 204],
  ['SP-2210', 'Spültuch 10er-Pack', 33, 3, 36, 30],
  ['RG-0055', 'Regalboden Buche 80 cm', 12, 1, 14, 11],
  ['MS-7702', 'Messbecher 1 l', 260, 10, 180, 200],
  ['KE-0021', 'Kerzenhalter Messing', 96, 2, 40, 94],
  ['TS-1406', 'Teesieb fein', 75, 0, 12, 75],
  ['WD-0650', 'Wandhaken 6er-Set', 58, 2, 31, 56],
];

const refOf = (index: number): SkuRef => ({ goods_id: 7000 + index, sku_id: 9000 + index });

export function makePlan(kind: 'sync' | 'undo' = 'sync'): StockPlanView {
  const ops = OPS.map(([sku_sn, , , , before, after], index): StockOpView =>
    kind === 'sync'
      ? { sku: refOf(index), sku_sn, before, after, zeroes: after === 0 }
      : { sku: refOf(index), sku_sn, before: after, after: before, zeroes: before === 0 },
  );
  return {
    id: kind === 'sync' ? '7f3a-91c2-55aa' : 'e0b1-77d0-1234',
    kind,
    ops,
    unchanged: 4771,
    unknown: 3,
    unmatched: 6,
    asked: 4812,
    answered: 4809,
    stops: kind === 'sync' ? [{ stop: 'too_many_zeroed', zeroed: 4, limit: 3 }] : [],
    changes: [],
  };
}

export function makePlans(): KeptPlanView[] {
  const kept = (index: number): KeptPlanView => ({
    plan: { ...makePlan(), id: `p${index}`, ops: makePlan().ops.slice(index % 5, 5 + ((index * 7) % 8)) },
    state: 'applied',
    run_id: `run-${1100 + index}`,
    made_at: iso(NOW - (index + 1) * 1_800_000),
    changed_at: iso(NOW - (index + 1) * 1_800_000),
    changed_by: null,
  });
  const waiting: KeptPlanView = { ...kept(0), plan: makePlan(), state: 'proposed', run_id: 'run-1185', made_at: iso(NOW - 17 * 60_000) };
  return [waiting, ...Array.from({ length: 19 }, (_, index) => kept(index + 1))];
}

export function makeSkus(): StockRowView[] {
  const rows = OPS.map(([sku_sn, goods_name, counted, buffer, known, wanted], index): StockRowView => ({
    sku: refOf(index), sku_sn, goods_name, variant: '', status: 'delta', rule: { buffer, cap: null, fixed: null }, wanted, counted, pending: 0, reason: null,
    wanted_at: iso(NOW - 1_020_000), sent: known, confirmed: known, confirmed_at: iso(NOW - 3_590_000), last_read: known, last_read_at: iso(NOW - 1_020_000), known, problem: null,
  }));
  const base = rows[0]!;
  return [
    ...rows,
    { ...base, sku: refOf(101), sku_sn: 'ALT-0001', goods_name: 'Auslaufartikel', status: 'unmatched', wanted: null, counted: null, pending: null, reason: { code: 'stock.sku_unknown_in_jtl', detail: 'ALT-0001' } },
    { ...base, sku: refOf(102), sku_sn: 'NB-0420', goods_name: 'Notizblock A5', status: 'unknown', wanted: null, counted: null, pending: null, reason: { code: 'stock.unanswered', detail: '' } },
    { ...base, sku: refOf(103), sku_sn: 'OK-0001', goods_name: 'Ordner grau', status: 'synced', wanted: 20, counted: 22, known: 20 },
  ];
}
