/** The contract as far as it is not generated yet: it goes when `gen.ts` is made from the engine's command table. */

export type OrderState = "imported" | "on_hold" | "exported" | "accepted" | "tracked" | "reported" | "cancelled";
export type OutboxState = "prepared" | "written" | "arrived" | "failed" | "abandoned";
export type Channel = "file" | "database";
export type ReportState = "waiting" | "sending" | "reported" | "refused";
export type TimelineKind = "imported" | "updated" | "state" | "note" | "alert" | "report";
export type Outcome = "success" | "partial" | "failed" | "cancelled" | "needs_approval";
export type ProblemClass = "retry" | "permanent" | "business" | "operator" | "bug" | "cancelled";
export type ProblemCode = string;
export type ParcelTask = "incomplete" | "ready" | "unmapped" | "unclear" | "refused" | "reported";
export type Topic = "orders" | "parcels" | "stock" | "runs" | "jobs" | "settings" | "health" | "documents" | "views";

export type Reason = { code: ProblemCode, detail: string };
export type PageRequest = { after?: string, limit: number };
export type TextFile = { name: string, content: string };
export type Done = { at: string };
export type TextReport = { title: string, meaning: string, remedy: string };
export type ProblemText = { code: ProblemCode, class: ProblemClass, de: TextReport, en: TextReport };
export type About = { version: string, data_folder: string, operator: string, is_set_up: boolean };
export type HoldCount = { code: ProblemCode, waits_for_temu: boolean, orders: number };
export type ParcelCount = { task: ParcelTask, parcels: number };
export type EventView = { id: number, parent_order_sn: string, at: string, kind: TimelineKind, code: ProblemCode | null, detail: string, run_id: string | null, settled_at: string | null, settled_by: string | null };
export type OrderRowView = { parent_order_sn: string, state: OrderState, waits_for_temu: boolean, ordered_at: string | null, ship_by: string | null, buyer: string | null, country: string | null, items: number, total_cents: number | null, currency: string | null, holds: Reason[], jtl_order_number: string | null };
export type Overview = { holds: HoldCount[], alerts: EventView[], open_alerts: number, parcels: ParcelCount[], deadlines: OrderRowView[], at: string };
export type DaysRequest = { days: number };
export type DayCount = { day: string, orders: number };
export type AlertRequest = { id: number };
export type OrderQuery = { states: OrderState[], hold: ProblemCode | null, search: string | null, country: string | null, ordered_from: string | null, ordered_before: string | null, sort: "newest" | "oldest" | "deadline" | "number" | "highest" };
export type OrderListRequest = { query: OrderQuery, page: PageRequest };
export type OrderListPage = { orders: OrderRowView[], next: string | null, total: number };
export type StateCountView = { state: OrderState, orders: number };
export type OrderRequest = { parent_order_sn: string };
export type AddressView = { first_name: string, last_name: string, street: string, extra: string, post_code: string, city: string, state: string, country: string, phone: string, email: string };
export type ItemView = { order_sn: string, seller_sku: string | null, name: string, variant: string, quantity: number | null, unit_gross_cents: number | null, vat_basis_points: number | null, seller_discount_cents: number, shipping_gross_cents: number };
export type ExportView = { id: number, channel: Channel, generation: number, state: OutboxState, file_name: string | null, proof: string | null, prepared_at: string, written_at: string | null, run_id: string };
export type ParcelView = { parent_order_sn: string, jtl_id: number, tracking_number: string, shipping_method: string, logistics: string, carrier_name: string | null, report: ReportState, problem: Reason | null, shipped_at: string | null, reported_at: string | null };
export type OrderDetail = { parent_order_sn: string, state: OrderState, waits_for_temu: boolean, temu_status: number, region_id: number | null, ordered_at: string | null, ship_by: string | null, deliver_by: string | null, labels: string[], currency: string | null, total_cents: number | null, address: AddressView | null, given_address: AddressView | null, holds: Reason[], notes: Reason[], items: ItemView[], jtl_order_number: string | null, parcels: ParcelView[], exports: ExportView[], timeline: EventView[], imported_at: string, changed_at: string };
export type OrderXmlRequest = { parent_order_sn: string, export_id: number };
export type OrderCsvRequest = { query: OrderQuery };
export type AddressRequest = { parent_order_sn: string, address: AddressView };
export type SkuRequest = { parent_order_sn: string, order_sn: string, sku: string };
export type ParcelListRequest = { task: ParcelTask, page: PageRequest };
export type ParcelRowView = { parcel: ParcelView, task: ParcelTask, state: OrderState, buyer: string | null, ship_by: string | null };
export type ParcelListPage = { parcels: ParcelRowView[], next: string | null, total: number };
export type UnmappedMethodView = { shipping_method: string, logistics: string, code: ProblemCode, parcels: number };
export type RegionRequest = { region_id: number };
export type TemuCarrierView = { id: number, name: string, brand: string };
export type ScreenRequest = { screen: string };
export type View = { id: number, screen: string, name: string, content: string };
export type ViewSaveRequest = { screen: string, name: string, content: string };
export type ViewRequest = { id: number };

/** Request and response of every command. */
interface DeskCommands {
  about: { request: null; response: About };
  problem_texts: { request: null; response: ProblemText[] };
  overview: { request: null; response: Overview };
  orders_by_day: { request: DaysRequest; response: DayCount[] };
  alert_settle: { request: AlertRequest; response: Done };
  orders_list: { request: OrderListRequest; response: OrderListPage };
  orders_counts: { request: null; response: StateCountView[] };
  order: { request: OrderRequest; response: OrderDetail };
  order_xml: { request: OrderXmlRequest; response: TextFile };
  orders_csv: { request: OrderCsvRequest; response: TextFile };
  order_correct_address: { request: AddressRequest; response: OrderDetail };
  order_correct_sku: { request: SkuRequest; response: OrderDetail };
  order_export_again: { request: OrderRequest; response: OrderDetail };
  parcels_list: { request: ParcelListRequest; response: ParcelListPage };
  parcels_counts: { request: null; response: ParcelCount[] };
  carriers_unmapped: { request: null; response: UnmappedMethodView[] };
  carriers_of_temu: { request: RegionRequest; response: TemuCarrierView[] };
  views_list: { request: ScreenRequest; response: View[] };
  view_save: { request: ViewSaveRequest; response: View };
  view_delete: { request: ViewRequest; response: Done };
}

/** What each command changes, whether it can be tried dry, and whether a person confirms it first. */
const deskMarks: Record<keyof DeskCommands, { changes: readonly Topic[]; dryRun: boolean; confirm: boolean }> = {
  about: { changes: [], dryRun: false, confirm: false },
  problem_texts: { changes: [], dryRun: false, confirm: false },
  overview: { changes: [], dryRun: false, confirm: false },
  orders_by_day: { changes: [], dryRun: false, confirm: false },
  alert_settle: { changes: ["orders"], dryRun: false, confirm: false },
  orders_list: { changes: [], dryRun: false, confirm: false },
  orders_counts: { changes: [], dryRun: false, confirm: false },
  order: { changes: [], dryRun: false, confirm: false },
  order_xml: { changes: [], dryRun: false, confirm: false },
  orders_csv: { changes: [], dryRun: false, confirm: false },
  order_correct_address: { changes: ["orders"], dryRun: false, confirm: false },
  order_correct_sku: { changes: ["orders"], dryRun: false, confirm: false },
  order_export_again: { changes: ["orders"], dryRun: false, confirm: true },
  parcels_list: { changes: [], dryRun: false, confirm: false },
  parcels_counts: { changes: [], dryRun: false, confirm: false },
  carriers_unmapped: { changes: [], dryRun: false, confirm: false },
  carriers_of_temu: { changes: [], dryRun: false, confirm: false },
  views_list: { changes: [], dryRun: false, confirm: false },
  view_save: { changes: ["views"], dryRun: false, confirm: false },
  view_delete: { changes: ["views"], dryRun: false, confirm: false },
};


/** How a run came about. */
export type Trigger = 'person' | 'schedule' | 'caught_up';
export type RunStepView = { step: string; done: number; total: number | null; failed: number; state: 'waiting' | 'running' | 'done' | 'failed'; item: string | null };
export type RunView = {
  id: string;
  number: number;
  job: string;
  mode: string;
  trigger: Trigger;
  by: string;
  desk: string;
  is_here: boolean;
  dry_run: boolean;
  started_at: string;
  ended_at: string | null;
  outcome: Outcome | null;
  retry_at: string | null;
  steps: RunStepView[];
  counts: Record<string, number>;
  problem: Reason | null;
};
export type JobView = {
  name: string;
  enabled: boolean;
  cron: string;
  zone: string;
  mode: string;
  modes: string[];
  timeout_seconds: number;
  max_retries: number;
  retry_delay_seconds: number;
  next_at: string | null;
  running: RunView | null;
  last: RunView | null;
  stats: { runs: number; success_rate: number; mean_ms: number; p95_ms: number; last_ms: number[] };
};
export type JobSettings = Pick<JobView, 'name' | 'enabled' | 'cron' | 'zone' | 'mode' | 'timeout_seconds' | 'max_retries' | 'retry_delay_seconds'>;
export type HourStat = { hour: number; mean_ms: number; p95_ms: number; runs: number };
export type LogLineView = { id: number; at: string; level: 'info' | 'warning' | 'error'; text: string; code: ProblemCode | null; detail: string | null };
export type HealthView = { part: 'temu' | 'jtl' | 'store' | 'schedule'; state: 'ok' | 'warn' | 'stop' | 'off'; problem: Reason | null; answer_ms: number | null; token_days: number | null; at: string | null };

export type SketchCommands = {
  jobs_list: { request: null; response: JobView[] };
  job_save: { request: JobSettings; response: JobView };
  job_run: { request: { job: string; mode: string | null; dry_run: boolean; since: string | null }; response: RunView };
  run_cancel: { request: { run_id: string }; response: Done };
  runs_list: { request: { job: string | null; outcome: Outcome | null; page: PageRequest }; response: { runs: RunView[]; next: string | null; total: number } };
  run: { request: { run_id: string }; response: RunView };
  run_log: { request: { run_id: string; least: 'info' | 'warning'; search: string | null }; response: LogLineView[] };
  runs_csv: { request: { job: string | null; outcome: Outcome | null }; response: TextFile };
  job_hours: { request: { job: string }; response: HourStat[] };
  health: { request: null; response: HealthView[] };
  health_check: { request: null; response: HealthView[] };
};

const none = { changes: [] as readonly Topic[], dryRun: false, confirm: false };
const marks: Record<keyof SketchCommands, typeof none> = {
  jobs_list: none,
  job_save: { ...none, changes: ['jobs'] },
  job_run: { ...none, changes: ['runs', 'jobs'] },
  run_cancel: { ...none, changes: ['runs'] },
  runs_list: none,
  run: none,
  run_log: none,
  runs_csv: none,
  job_hours: none,
  health: none,
  health_check: { ...none, changes: ['health'] },
};

export type Commands = DeskCommands & SketchCommands;
export const commands = { ...deskMarks, ...marks };
