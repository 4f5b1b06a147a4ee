import type { PlanSummary, PlanView, SkuOpView, StockRowView } from '$rpc/contract';
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

const keyOf = (index: number): string => `${7000 + index}-${9000 + index}`;

export function makePlan(): PlanView {
  const ops = OPS.map(([sku_sn, name, counted, buffer, before, after], index): SkuOpView => ({ key: keyOf(index), sku_sn, name, counted, buffer, before, after }));
  return {
    id: '7f3a-91c2-55aa',
    kind: 'sync',
    state: 'proposed',
    run_id: 'run-1185',
    made_at: iso(NOW - 17 * 60_000),
    ops,
    unchanged: 4771,
    unknown: 3,
    unmatched: 6,
    asked: 4812,
    answered: 4809,
    stops: [{ kind: 'too_many_zeroed', zeroed: 4, limit: 3 }],
  };
}

export function makeSkus(): StockRowView[] {
  const rows = OPS.map(([sku_sn, goods_name, counted, buffer, known, wanted], index): StockRowView => ({
    key: keyOf(index), sku_sn, goods_name, variant: '', status: 'delta', rule: { buffer, cap: null, fixed: null }, wanted, counted, pending: 0, reason: null,
    sent: known, sent_at: iso(NOW - 3_600_000), confirmed: known, confirmed_at: iso(NOW - 3_590_000), last_read: known, last_read_at: iso(NOW - 1_020_000), known, problem: null,
  }));
  const base = rows[0]!;
  return [
    ...rows,
    { ...base, key: 'x-1', sku_sn: 'ALT-0001', goods_name: 'Auslaufartikel', status: 'unmatched', wanted: null, counted: null, pending: null, reason: { code: 'stock.sku_unknown_in_jtl', detail: 'ALT-0001' } },
    { ...base, key: 'x-2', sku_sn: 'NB-0420', goods_name: 'Notizblock A5', status: 'unknown', wanted: null, counted: null, pending: null, reason: { code: 'stock.unanswered', detail: '' } },
    { ...base, key: 'x-3', sku_sn: 'OK-0001', goods_name: 'Ordner grau', status: 'synced', wanted: 20, counted: 22, known: 20 },
  ];
}

export function makePlans(): PlanSummary[] {
  return Array.from({ length: 20 }, (_, i) => ({ id: `p${i}`, kind: 'sync' as const, state: 'applied' as const, made_at: iso(NOW - (i + 1) * 1_800_000), changes: 12 + ((i * 7) % 31), zeroed: i % 5 === 0 ? 2 : 0 }));
}
