import { memoryHost, type Handlers, type MemoryHost } from '$host/memory';
import { groupBy } from '$lib/group';
import type { Commands, OrderState, ProblemText } from '$rpc/contract';
import { makeDetail, makeHealth, makeJobs, makeLog, makeRuns, makeStats } from './jobs';
import { CARRIERS, makeParcels } from './parcels';
import { makeDatev, makeDatevResult, makeDocuments, makePage } from './documents';
import { makePlan, makePlans, makeSkus } from './stock';
import { makeSecrets, makeSettings, makeTest } from './settings';
import { findOrders, iso, makeOrders, NOW, orderNumber, rowOf } from './orders';

type Answers = { [K in keyof Commands]?: (request: Commands[K]['request']) => Commands[K]['response'] | Promise<Commands[K]['response']> };

const TEXTS: [ProblemText['code'], ProblemText['class'], string, string, string][] = [
  ['order.address_incomplete', 'business', 'Die Lieferadresse ist unvollständig', 'Ein Paket würde so nicht ankommen. Die Bestellung wird nicht an JTL übergeben.', 'Ergänzen Sie die Adresse, dann geht die Bestellung mit dem nächsten Lauf an JTL.'],
  ['order.country_unknown', 'business', 'Das Land ist unbekannt', 'Kontor kennt diese Schreibweise des Landes nicht und rät nicht.', 'Wählen Sie das Land.'],
  ['order.amounts_missing', 'business', 'Beträge fehlen', 'TEMU hat für die Bestellung keine Preise geliefert.', 'Nichts zu tun: Kontor fragt bei jedem Lauf wieder.'],
  ['order.cancelled_after_export', 'operator', 'Storno nach Übergabe', 'TEMU hat die Bestellung storniert, JTL hat sie schon.', 'Stornieren Sie den Auftrag in JTL.'],
  ['shipment.outcome_unknown', 'retry', 'Ob TEMU die Sendung hat, ist unklar', 'TEMU hat nicht geantwortet.', 'Kontor liest vor dem nächsten Versuch nach und meldet nur, wenn sie fehlt.'],
  ['shipment.tracking_rejected', 'business', 'TEMU lehnt die Sendungsnummer ab', 'Die Bestellung gilt bei TEMU nicht als versandt.', 'Berichtigen Sie die Nummer in JTL, Kontor liest sie neu.'],
  ['jtl.right_missing', 'permanent', 'Ein Recht in JTL fehlt', 'Kontor kann keinen Bestand lesen; an TEMU wird deshalb nichts geändert.', 'Führen Sie dies als Administrator im SQL Server Management Studio aus:'],
  ['jtl.unreachable', 'retry', 'JTL antwortet nicht', 'Es wurde nichts übergeben.', 'Prüfen Sie den Server.'],
  ['carrier.unmapped', 'operator', 'Versandart ohne Zuordnung', 'Kontor kennt für diese Versandart keinen Versender bei TEMU.', 'Ordnen Sie die Versandart zu.'],
];

const OPEN: OrderState[] = ['imported', 'on_hold', 'exported', 'accepted', 'tracked'];

export interface Options {
  running?: boolean;
  orders?: number;
}

/** A host in memory that answers every command with synthetic data; `change` replaces answers. */
export function syntheticHost(options: Options = {}, change: Answers = {}): MemoryHost {
  const orders = makeOrders(options.orders ?? 61);
  const jobs = makeJobs(options.running ?? true);
  const runs = makeRuns();
  const parcels = makeParcels();
  const settings = makeSettings();
  const skus = makeSkus();
  const page = <Row>(rows: Row[], after: string | undefined, limit: number) => {
    const start = after ? Number(after) : 0;
    const next = start + limit < rows.length ? String(start + limit) : null;
    return { rows: rows.slice(start, start + limit), next, total: rows.length };
  };
  const answers: Answers = {
    about: () => ({ version: '1.0.0', data_folder: 'Dokumente\\Kontor', operator: 'M. Petersen@Lager-1', is_set_up: true, is_demo: false }),
    problem_texts: () => TEXTS.map(([code, kind, title, meaning, remedy]) => ({ code, class: kind, de: { title, meaning, remedy }, en: { title: `${title} (en)`, meaning, remedy } })),
    overview: () => ({
      holds: orders.flatMap((o) => o.holds.map((h) => ({ code: h.code, waits_for_temu: o.waits_for_temu, orders: 1 }))),
      alerts: orders.flatMap((o) => o.timeline.filter((e) => e.kind === 'alert')),
      open_alerts: 1,
      parcels: [...groupBy(parcels, (row) => row.task)].map(([task, list]) => ({ task, parcels: list.length })),
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
    parcels_list: ({ task, page: wanted }) => {
      const { rows, next, total } = page(parcels.filter((row) => row.task === task), wanted.after, wanted.limit);
      return { parcels: rows, next, total };
    },
    parcels_counts: () => [...groupBy(parcels, (row) => row.task)].map(([task, list]) => ({ task, parcels: list.length })),
    carriers_unmapped: () => [{ shipping_method: 'Spedition Nord', logistics: '', code: 'carrier.unmapped', parcels: 2 }],
    carriers_of_temu: () => CARRIERS,
    jobs_status: () => jobs,
    runs_list: ({ query: { job, outcome }, page: wanted }) => {
      const all = runs.filter((run) => (!job || run.job === job) && (!outcome || run.outcome === outcome));
      const { rows, next } = page(all, wanted.after, wanted.limit);
      return { runs: rows, next };
    },
    run: ({ run_id }) => {
      const run = [...runs, ...jobs.flatMap((job) => job.last ?? [])].find((one) => one.run_id === run_id);
      return makeDetail(run ?? { ...runs[0]!, run_id, ended_at: null, outcome: null, started_at: iso(NOW - 38_000), trigger: 'manual', counts: {} });
    },
    job_stats: ({ job }) => makeStats(job),
    job_logs: ({ run, level, text }) => ({
      lines: makeLog(run).filter((line) => (level !== 'warn' || line.level !== 'info') && (!text || line.message.includes(text))),
      next: null,
    }),
    health: () => makeHealth(),
    stock_list: ({ query, page: wanted }) => {
      const text = query.text?.toLowerCase() ?? '';
      const found = skus.filter((row) => (query.statuses.length === 0 || query.statuses.includes(row.status)) && `${row.sku_sn} ${row.goods_name}`.toLowerCase().includes(text));
      return page(found, wanted.after, wanted.limit);
    },
    stock_counts: () => [...groupBy(skus, (row) => row.status)].map(([status, list]) => ({ status, skus: list.length })),
    stock_csv: () => ({ name: 'bestand.csv', content: '' }),
    stock_plans: () => makePlans(),
    stock_preview: ({ mode }) => ({ plan: makePlan(mode === 'undo' ? 'undo' : 'sync'), problems: [] }),
    stock_apply: () => ({ request_id: 2, run_id: null }),
    stock_send: () => ({ request_id: 3, run_id: null }),
    stock_undo: () => ({ request_id: 4, run_id: null }),
    stock_rule_set: () => ({ at: iso(NOW) }),
    stock_pushes: ({ sku }) => [{ id: sku.sku_id, run_id: 'run-1183', before: 12, after: 14, state: 'confirmed', reason: null, sent_at: iso(NOW - 3_600_000), proven_at: iso(NOW - 3_590_000) }],
    documents_list: () => makeDocuments(),
    document_add: ({ name }) => ({ at: iso(NOW), file: name }),
    documents_read: () => ({ at: iso(NOW), outcome: 'partial', documents: 6, problems: [] }),
    documents_table: ({ format }) => ({ name: `rechnungen.${format}`, content_base64: '' }),
    document_page: ({ file }) => (file.startsWith('scan') ? { ...makePage(), words: [] } : makePage()),
    datev: () => makeDatev(),
    datev_add: ({ name }) => ({ at: iso(NOW), file: name }),
    datev_convert: () => [makeDatevResult(NOW)],
    datev_check: ({ name }) => [{ file: name, value: '12,345', row: 3, field: 'Umsatz', severity: 'error', text: { de: 'Kein Betrag mit zwei Nachkommastellen', en: 'No amount with two decimals' } }],
    settings: () => settings,
    settings_change: ({ changes, dry_run }) => {
      const done = changes.map(({ key, value }) => {
        const entry = settings.settings.find((one) => one.key === key);
        const before = entry?.value ?? null;
        if (!dry_run && entry) entry.value = value;
        return { key, before, after: value, restart: false, overridden_by: null };
      });
      return { changes: done, in_force: !dry_run, problems: [] };
    },
    secrets: () => makeSecrets(),
    secret_set: () => ({ at: iso(NOW) }),
    connection_test: ({ connection }) => makeTest(connection),
    carrier_map: () => ({ changes: [], in_force: true, problems: [] }),
    folder_show: () => ({ at: iso(NOW) }),
    job_run: () => ({ request_id: 1, run_id: null }),
    run_cancel: () => ({ at: iso(NOW) }),
    alert_settle: () => ({ at: iso(NOW) }),
    views_list: () => [],
    ...change,
  };
  return memoryHost(answers as Handlers);
}

export { NOW, orderNumber };
