import type { EventView, ItemView, OrderDetail, OrderQuery, OrderRowView, OrderState, Reason } from '$rpc/contract';

/** Monday in November; every synthetic time hangs on it. */
export const NOW = new Date('2026-11-23T14:32:00').getTime();
const HOUR = 3_600_000;
export const iso = (at: number): string => new Date(at).toISOString();

const BUYERS = [
  'Heike Brandt', 'Jürgen Ostermann', 'Sabine Krüger', 'Mehmet Yıldız', 'Annegret von der Heide', 'Tobias Lindner',
  'Claire Schmit', 'Dieter Holm', 'Katarzyna Nowak', 'Werner Thiessen', 'Nadine Feldkamp', 'Rolf Grünewald',
  'Ingrid Petersen', 'Marco Bellini', 'Petra Schönfeld', 'Sven Carstens', 'Luise Albrecht',
];
const GOODS: [string, string, number][] = [
  ['KB-2041-SW', 'Kabelbox groß, schwarz', 2895],
  ['KB-0117', 'Klettband 5 m', 1500],
  ['LE-0032', 'LED-Streifen 5 m, warmweiß', 1999],
  ['GA-1180', 'Gartenhandschuh Gr. 9', 895],
  ['HK-0410', 'Handtuchhaken Edelstahl', 1249],
  ['BX-3001', 'Aufbewahrungsbox 30 l', 2490],
];
const STATES: OrderState[] = [
  'on_hold', 'accepted', 'tracked', 'accepted', 'imported', 'imported', 'on_hold', 'exported', 'accepted', 'reported',
  'reported', 'reported', 'reported', 'reported', 'reported', 'on_hold', 'cancelled',
];
const DEADLINES = [3.5, 5.5, 9.5, 21.5, 33.5, 33.5, 33.5, 33.5, 45.5, 45.5, 45.5, 57.5, 57.5, 57.5, 57.5, 57.5, 69.5];
const HOLDS: Record<number, Reason> = {
  0: { code: 'order.address_incomplete', detail: 'house_number' },
  6: { code: 'order.country_unknown', detail: 'Luxemburg (Stadt)' },
  15: { code: 'order.amounts_missing', detail: '' },
};

function items(index: number): ItemView[] {
  const count = index % 5 === 0 ? 2 : 1;
  return Array.from({ length: count }, (_, line): ItemView => {
    const [sku, name, price] = GOODS[(index + line) % GOODS.length]!;
    return {
      order_sn: `076-${String(21905452099192 + index)}-${line + 1}`,
      seller_sku: sku,
      name,
      variant: '',
      quantity: 1 + ((index + line) % 3 === 2 ? 1 : 0),
      unit_gross_cents: HOLDS[index]?.code === 'order.amounts_missing' ? null : price,
      vat_basis_points: 1900,
      seller_discount_cents: 0,
      shipping_gross_cents: line === 0 ? 495 : 0,
    };
  });
}

export function orderNumber(index: number): string {
  const tail = [92792, 58831, 17745, 46202, 30418, 52360, 3984, 69517, 41077][index] ?? 10_000 + ((index * 7919) % 89_999);
  return `PO-076-${2190545 - Math.floor(index / 3)}${String(20991 - index * 17).padStart(5, '0')}${String(tail).padStart(5, '0')}`;
}

function detailOf(index: number): OrderDetail {
  const shape = index % STATES.length;
  const state = STATES[shape]!;
  const hold = index < STATES.length ? HOLDS[shape] : undefined;
  const realState = index >= STATES.length || (state === 'on_hold' && !hold) ? 'reported' : state;
  const lines = items(index);
  const [first, ...last] = BUYERS[index % BUYERS.length]!.split(' ');
  const sn = orderNumber(index);
  const ordered = NOW - (5 + index * 2.2) * HOUR;
  const whole = { first_name: first!, last_name: last.join(' '), street: 'Holtenauer Straße 114 b', extra: '', post_code: '24118', city: 'Kiel', state: '', country: 'DE', phone: '', email: '' };
  const given = hold?.code === 'order.country_unknown' ? { ...whole, country: 'Luxemburg (Stadt)' } : { ...whole, street: 'Holtenauer Straße' };
  const broken = hold && hold.code !== 'order.amounts_missing';
  const event = (id: number, at: number, kind: EventView['kind'], detail: string, code: EventView['code'] = null): EventView => ({
    id: index * 10 + id, parent_order_sn: sn, at: iso(at), kind, code, detail, run_id: 'run-1181', settled_at: null, settled_by: null,
  });
  return {
    parent_order_sn: sn,
    state: realState,
    waits_for_temu: hold?.code === 'order.amounts_missing',
    temu_status: 2,
    region_id: 76,
    ordered_at: iso(ordered),
    ship_by: iso(NOW + (index < DEADLINES.length ? DEADLINES[index]! : -20 - index) * HOUR),
    deliver_by: iso(NOW + 120 * HOUR),
    labels: [],
    currency: 'EUR',
    total_cents: hold?.code === 'order.amounts_missing' ? null : lines.reduce((sum, i) => sum + i.unit_gross_cents! * (i.quantity ?? 0) + i.shipping_gross_cents, 0),
    address: broken ? null : whole,
    given_address: broken ? given : null,
    holds: hold ? [hold] : [],
    notes: [],
    items: lines,
    jtl_order_number: ['accepted', 'tracked', 'reported'].includes(realState) ? `AU-2026-${4100 + index}` : null,
    parcels: [],
    exports: ['imported', 'on_hold', 'cancelled'].includes(realState)
      ? []
      : [{ id: index, channel: 'file', generation: 1, state: 'written', file_name: 'temu_2026-11-23_0931.xml', proof: 'AU-2026', prepared_at: iso(ordered + HOUR), written_at: iso(ordered + HOUR), run_id: 'run-1181' }],
    timeline: [
      event(1, ordered + 19 * 60_000, 'imported', ''),
      ...(realState === 'imported' || hold ? [] : [event(2, ordered + HOUR, 'state', 'imported → exported')]),
      ...(hold ? [event(3, ordered + 20 * 60_000, 'state', 'imported → on_hold', hold.code)] : []),
      ...(index === 8 ? [event(4, NOW - HOUR, 'alert', '', 'order.cancelled_after_export')] : []),
    ],
    imported_at: iso(ordered + 19 * 60_000),
    changed_at: iso(ordered + HOUR),
  };
}

export function makeOrders(count: number): OrderDetail[] {
  return Array.from({ length: count }, (_, index) => detailOf(index));
}

export function rowOf(order: OrderDetail): OrderRowView {
  const address = order.address ?? order.given_address;
  return {
    parent_order_sn: order.parent_order_sn,
    state: order.state,
    waits_for_temu: order.waits_for_temu,
    ordered_at: order.ordered_at,
    ship_by: order.ship_by,
    buyer: address ? `${address.first_name} ${address.last_name}`.trim() : null,
    country: order.address?.country ?? null,
    items: order.items.length,
    total_cents: order.total_cents,
    currency: order.currency,
    holds: order.holds,
    jtl_order_number: order.jtl_order_number,
  };
}

const SORTS: Record<OrderQuery['sort'], (a: OrderRowView, b: OrderRowView) => number> = {
  newest: (a, b) => (b.ordered_at ?? '').localeCompare(a.ordered_at ?? ''),
  oldest: (a, b) => (a.ordered_at ?? '').localeCompare(b.ordered_at ?? ''),
  deadline: (a, b) => (a.ship_by ?? '9').localeCompare(b.ship_by ?? '9'),
  number: (a, b) => a.parent_order_sn.localeCompare(b.parent_order_sn),
  highest: (a, b) => (b.total_cents ?? -1) - (a.total_cents ?? -1),
};

/** Filters and sorts as the store does. */
export function findOrders(orders: OrderDetail[], query: OrderQuery): OrderRowView[] {
  const text = query.search?.toLowerCase() ?? '';
  return orders
    .map(rowOf)
    .filter((o) => query.states.length === 0 || query.states.includes(o.state))
    .filter((o) => !query.hold || o.holds.some((h) => h.code === query.hold))
    .filter((o) => !query.country || o.country === query.country)
    .filter((o) => !query.ordered_from || (o.ordered_at ?? '') >= query.ordered_from)
    .filter((o) => !query.ordered_before || (o.ordered_at ?? '') < query.ordered_before)
    .filter((o) => !text || o.parent_order_sn.toLowerCase().includes(text) || (o.buyer ?? '').toLowerCase().includes(text))
    .sort(SORTS[query.sort]);
}
