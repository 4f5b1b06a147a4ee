import { memoryHost, type Handlers, type MemoryHost } from '$host/memory';
import { groupBy } from '$lib/group';
import type { Commands, OrderState, ParcelTask, ProblemText } from '$rpc/contract';
import { makeHealth, makeJobs } from './jobs';
import { findOrders, iso, makeOrders, NOW, orderNumber, rowOf } from './orders';

type Answers = { [K in keyof Commands]?: (request: Commands[K]['request']) => Commands[K]['response'] | Promise<Commands[K]['response']> };

const TEXTS: [string, ProblemText['class'], string, string, string][] = [
  ['order.address_incomplete', 'business', 'Die Lieferadresse ist unvollständig', 'Ein Paket würde so nicht ankommen. Die Bestellung wird nicht an JTL übergeben.', 'Ergänzen Sie die Adresse, dann geht die Bestellung mit dem nächsten Lauf an JTL.'],
  ['order.country_unknown', 'business', 'Das Land ist unbekannt', 'Kontor kennt diese Schreibweise des Landes nicht und rät nicht.', 'Wählen Sie das Land.'],
  ['order.amounts_missing', 'business', 'Beträge fehlen', 'TEMU hat für die Bestellung keine Preise geliefert.', 'Nichts zu tun: Kontor fragt bei jedem Lauf wieder.'],
  ['order.cancelled_after_export', 'operator', 'Storno nach Übergabe', 'TEMU hat die Bestellung storniert, JTL hat sie schon.', 'Stornieren Sie den Auftrag in JTL.'],
  ['carrier.unmapped', 'operator', 'Versandart ohne Zuordnung', 'Kontor kennt für diese Versandart keinen Versender bei TEMU.', 'Ordnen Sie die Versandart zu.'],
];

const OPEN: OrderState[] = ['imported', 'on_hold', 'exported', 'accepted', 'tracked'];
const PARCELS: Record<ParcelTask, number> = { incomplete: 31, ready: 8, unmapped: 2, unclear: 1, refused: 1, reported: 8214 };

export interface Options {
  running?: boolean;
  orders?: number;
}

/** A host in memory that answers every command with synthetic data; `change` replaces answers. */
export function syntheticHost(options: Options = {}, change: Answers = {}): MemoryHost {
  const orders = makeOrders(options.orders ?? 61);
  const jobs = makeJobs(options.running ?? true);
  const page = <Row>(rows: Row[], after: string | undefined, limit: number) => {
    const start = after ? Number(after) : 0;
    const next = start + limit < rows.length ? String(start + limit) : null;
    return { rows: rows.slice(start, start + limit), next, total: rows.length };
  };
  const answers: Answers = {
    about: () => ({ version: '1.0.0', data_folder: 'Dokumente\\Kontor', operator: 'M. Petersen@Lager-1', is_set_up: true }),
    problem_texts: () => TEXTS.map(([code, kind, title, meaning, remedy]) => ({ code, class: kind, de: { title, meaning, remedy }, en: { title: `${title} (en)`, meaning, remedy } })),
    overview: () => ({
      holds: orders.flatMap((o) => o.holds.map((h) => ({ code: h.code, waits_for_temu: o.waits_for_temu, orders: 1 }))),
      alerts: orders.flatMap((o) => o.timeline.filter((e) => e.kind === 'alert')),
      open_alerts: 1,
      parcels: Object.entries(PARCELS).map(([task, parcels]) => ({ task: task as ParcelTask, parcels })),
      deadlines: orders.filter((o) => OPEN.includes(o.state)).map(rowOf).sort((a, b) => a.ship_by!.localeCompare(b.ship_by!)).slice(0, 12),
      at: iso(NOW),
    }),
    orders_by_day: ({ days }) => {
      const figures = [31, 28, 44, 39, 52, 61, 35, 33, 41, 47, 38, 55, 68, 42];
      return figures.slice(-days).map((n, index) => ({ day: iso(NOW - (figures.length - 1 - index) * 86_400_000).slice(0, 10), orders: n }));
    },
    orders_list: ({ query, page: wanted }) => {
      const { rows, next, total } = page(findOrders(orders, query), wanted.after, wanted.limit);
      return { orders: rows, next, total };
    },
    orders_counts: () => [...groupBy(orders, (o) => o.state)].map(([state, list]) => ({ state, orders: list.length })),
    order: ({ parent_order_sn }) => {
      const order = orders.find((o) => o.parent_order_sn === parent_order_sn);
      if (!order) throw { code: 'order.not_found', subject: parent_order_sn };
      return order;
    },
    jobs_list: () => jobs,
    health: () => makeHealth(),
    health_check: () => makeHealth(),
    views_list: () => [],
    ...change,
  };
  return memoryHost(answers as Handlers);
}

export { NOW, orderNumber };
