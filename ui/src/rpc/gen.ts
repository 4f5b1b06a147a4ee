// Made by `cargo xtask codegen` from crates/engine/src/api; do not edit.

export type OrderState =
  | "imported"
  | "on_hold"
  | "exported"
  | "accepted"
  | "tracked"
  | "reported"
  | "cancelled";

export type OutboxState =
  | "prepared"
  | "publishing"
  | "written"
  | "accepted"
  | "withdrawn";

export type Channel =
  | "file"
  | "database";

export type ReportState =
  | "waiting"
  | "sending"
  | "reported"
  | "refused";

export type ParcelTask =
  | "incomplete"
  | "ready"
  | "unmapped"
  | "unclear"
  | "refused"
  | "reported";

export type TimelineKind =
  | "imported"
  | "updated"
  | "state"
  | "note"
  | "alert"
  | "report";

export type Outcome =
  | "success"
  | "partial"
  | "failed"
  | "cancelled"
  | "needs_approval";

export type ProblemClass =
  | "retry"
  | "permanent"
  | "business"
  | "operator"
  | "bug"
  | "cancelled";

export type ProblemCode =
  | "order.address_missing"
  | "order.address_incomplete"
  | "order.country_unknown"
  | "order.amounts_missing"
  | "order.amounts_implausible"
  | "order.vat_implausible"
  | "order.currency_unsupported"
  | "order.items_missing"
  | "order.items_doubled"
  | "order.sku_missing"
  | "order.sku_ambiguous"
  | "order.sku_unknown_in_jtl"
  | "order.quantity_missing"
  | "order.quantity_implausible"
  | "order.number_malformed"
  | "order.status_unknown"
  | "order.cancellation_pending"
  | "order.address_change_pending"
  | "order.risk_alert"
  | "order.partially_shipped_elsewhere"
  | "order.shipped_elsewhere"
  | "order.characters_removed"
  | "order.customer_ambiguous"
  | "order.cancelled_after_export"
  | "order.cancellation_pending_after_export"
  | "order.address_changed_after_export"
  | "order.items_changed_after_export"
  | "order.not_accepted"
  | "order.found_in_jtl"
  | "order.doubled_in_jtl"
  | "order.corrected"
  | "order.not_correctable"
  | "order.correction_incomplete"
  | "order.exported_again"
  | "order.not_found"
  | "order.not_exportable"
  | "temu.unreachable"
  | "temu.timeout"
  | "temu.server_error"
  | "temu.rate_limited"
  | "temu.not_ready"
  | "temu.answer_unreadable"
  | "temu.answer_incomplete"
  | "temu.page_repeated"
  | "temu.list_incomplete"
  | "temu.clock_skew"
  | "temu.signature_rejected"
  | "temu.app_rejected"
  | "temu.token_rejected"
  | "temu.token_expired"
  | "temu.token_ends_soon"
  | "temu.scope_missing"
  | "temu.ip_not_allowed"
  | "temu.area_wrong"
  | "temu.agreement_missing"
  | "temu.credentials_missing"
  | "temu.request_rejected"
  | "temu.api_unknown"
  | "shipment.tracking_rejected"
  | "shipment.tracking_used"
  | "shipment.shipped_differently"
  | "shipment.outcome_unknown"
  | "shipment.blocked_by_request"
  | "shipment.contents_unknown"
  | "shipment.incomplete"
  | "shipment.warehouse_missing"
  | "shipment.refused"
  | "carrier.unmapped"
  | "carrier.unknown_to_temu"
  | "stock.sku_empty"
  | "stock.sku_doubled"
  | "stock.sku_unknown_in_jtl"
  | "stock.unknown_in_jtl"
  | "stock.unanswered"
  | "stock.parent_article"
  | "stock.untracked"
  | "stock.order_unknown"
  | "stock.guard_changed"
  | "stock.guard_zeroed"
  | "stock.guard_incomplete"
  | "stock.plan_changed"
  | "stock.plan_missing"
  | "stock.plan_spent"
  | "stock.edit_refused"
  | "stock.outcome_unknown"
  | "stock.read_back_differs"
  | "stock.nothing_to_undo"
  | "stock.not_undone"
  | "stock.sku_not_found"
  | "stock.warehouse_missing"
  | "stock.warehouse_foreign"
  | "stock.mostly_unknown"
  | "stock.above_jtl"
  | "stock.undo_passes"
  | "import.skus_unreadable"
  | "stock.list_incomplete"
  | "stock.value_impossible"
  | "jtl.unreachable"
  | "jtl.tls_failed"
  | "jtl.login_failed"
  | "jtl.database_missing"
  | "jtl.timeout"
  | "jtl.deadlock"
  | "jtl.connection_lost"
  | "jtl.object_missing"
  | "jtl.right_missing"
  | "jtl.version_unknown"
  | "jtl.row_refused"
  | "jtl.query_failed"
  | "jtl.not_configured"
  | "jtl.credentials_missing"
  | "jtl.settings_invalid"
  | "store.newer_than_program"
  | "store.damaged"
  | "store.locked"
  | "store.disk_full"
  | "store.unavailable"
  | "store.failed"
  | "store.conflict"
  | "store.unreachable"
  | "store.timeout"
  | "store.deadlock"
  | "store.tls_failed"
  | "store.login_failed"
  | "store.database_missing"
  | "store.object_missing"
  | "store.right_missing"
  | "store.server_too_old"
  | "store.settings_invalid"
  | "store.credentials_missing"
  | "store.copy_unfinished"
  | "store.copy_target_used"
  | "store.copy_differs"
  | "store.url_invalid"
  | "file.write_failed"
  | "file.disk_full"
  | "file.read_failed"
  | "config.unreadable"
  | "config.unknown_key"
  | "config.invalid_value"
  | "config.contradiction"
  | "config.secret_in_file"
  | "config.newer_than_program"
  | "config.changed_meanwhile"
  | "orders.silent"
  | "secret.keychain_none"
  | "secret.keychain_locked"
  | "secret.keychain_denied"
  | "secret.keychain_failed"
  | "secret.too_long"
  | "secret.ill_formed"
  | "secret.empty"
  | "secret.unknown"
  | "import.folder_missing"
  | "import.response_unreadable"
  | "alert.not_open"
  | "host.not_possible"
  | "shell.no_display"
  | "shell.no_web_view"
  | "command.unknown"
  | "command.parameters_invalid"
  | "upload.name_unusable"
  | "upload.too_large"
  | "invoice.sum_mismatch"
  | "invoice.field_unclear"
  | "invoice.duplicate"
  | "invoice.wrong_inbox"
  | "invoice.no_text"
  | "invoice.unknown_layout"
  | "invoice.encrypted"
  | "invoice.broken"
  | "invoice.file_kind"
  | "invoice.still_written"
  | "invoice.rules_invalid"
  | "invoice.register_unreadable"
  | "datev.empty"
  | "datev.not_extf"
  | "datev.encoding_unsupported"
  | "datev.column_missing"
  | "datev.row_malformed"
  | "datev.row_too_long"
  | "datev.file_unsupported"
  | "datev.zip_unreadable"
  | "datev.zip_unsafe"
  | "datev.zip_too_large"
  | "datev.zip_empty"
  | "datev.still_written"
  | "datev.changed_meanwhile"
  | "datev.sums_differ"
  | "datev.report_failed"
  | "datev.export_not_configured"
  | "datev.account_missing"
  | "datev.order_not_postable"
  | "run.interrupted"
  | "run.cancelled"
  | "run.already_running"
  | "run.timed_out"
  | "run.lease_lost"
  | "run.not_found"
  | "job.unknown"
  | "internal.error";

export type Trigger =
  | "schedule"
  | "catch_up"
  | "manual"
  | "cli"
  | "retry";

export type LogLevel =
  | "error"
  | "warn"
  | "info"
  | "debug";

export type HealthState =
  | "ok"
  | "unknown"
  | "warn"
  | "stop";

export type StockStatus =
  | "delta"
  | "synced"
  | "unknown"
  | "unmatched"
  | "unread";

export type StockFormula =
  | "on_hand"
  | "on_hand_minus_reserved"
  | "jtl_available";

export type PlanState =
  | "proposed"
  | "approved"
  | "applied"
  | "superseded";

export type PushState =
  | "sending"
  | "confirmed"
  | "refused"
  | "not_sent"
  | "differs";

export type SecretName =
  | "temu.app_key"
  | "temu.app_secret"
  | "temu.access_token"
  | "jtl.password"
  | "store.password";

export type Topic =
  | "orders"
  | "parcels"
  | "stock"
  | "runs"
  | "jobs"
  | "settings"
  | "health"
  | "documents"
  | "views";

/**
 * What Kontor says about itself.
 */
export type About = { 
/**
 * Version of the program.
 */
version: string, 
/**
 * The data folder.
 */
data_folder: string, 
/**
 * Who works here.
 */
operator: string, 
/**
 * Whether this is the demo.
 */
is_demo: boolean, 
/**
 * Whether TEMU's gateway and JTL are set up.
 */
is_set_up: boolean, };

/**
 * A file that is in an inbox now.
 */
export type AddedFile = { 
/**
 * When.
 */
at: string, 
/**
 * The name that it got; numbered when another file had it.
 */
file: string, };

/**
 * An address as a person types it.
 */
export type AddressRequest = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * The address; the country by its two letters or a known name.
 */
address: AddressView, };

/**
 * A delivery address.
 */
export type AddressView = { first_name: string, last_name: string, street: string, extra: string, post_code: string, city: string, state: string, country: string, phone: string, email: string, };

/**
 * An alert.
 */
export type AlertRequest = { 
/**
 * Its id in the timeline.
 */
id: number, };

/**
 * A batch on its way in.
 */
export type BatchRequest = { 
/**
 * Its file name, without a folder.
 */
name: string, 
/**
 * Its bytes, at most 64 MiB.
 */
content_base64: string, };

/**
 * A text in both languages.
 */
export type BothTexts = { 
/**
 * German.
 */
de: string, 
/**
 * English.
 */
en: string, };

/**
 * A file of a support bundle.
 */
export type BundleFileView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its text.
 */
text: string, };

/**
 * A support bundle before it leaves the house.
 */
export type BundleView = { 
/**
 * Its files with their texts.
 */
files: Array<BundleFileView>, };

/**
 * A carrier for a shipping method of JTL's.
 */
export type CarrierMapRequest = { 
/**
 * JTL's shipping method or logistics firm.
 */
shipping_method: string, 
/**
 * TEMU's carrier by name or number; nothing: take the operator's row away.
 */
carrier: string | null, };

/**
 * One thing that was looked at.
 */
export type CheckView = { 
/**
 * What it belongs to and what it is, e.g. `jtl.login`.
 */
name: string, 
/**
 * How it is.
 */
state: HealthState, 
/**
 * What was found.
 */
fact: Said, 
/**
 * What is wrong, with its remedy.
 */
problem: ProblemReport | null, 
/**
 * How long it took, in milliseconds.
 */
duration_ms: number, };

/**
 * A connection.
 */
export type Connection = "temu" | "jtl";

/**
 * A connection to be tested with what is in force.
 */
export type ConnectionRequest = { 
/**
 * Which.
 */
connection: Connection, };

/**
 * A file that a person saves and that is no text.
 */
export type DataFile = { 
/**
 * Suggested name.
 */
name: string, 
/**
 * Its bytes.
 */
content_base64: string, };

/**
 * A batch of a source.
 */
export type DatevBatch = { 
/**
 * Its file name.
 */
name: string, 
/**
 * File name of what was put out; nothing in a dry run.
 */
output: string | null, 
/**
 * Postings.
 */
rows: number, 
/**
 * Rows whose number was replaced or that JTL does not know.
 */
found: number, 
/**
 * Rows whose number was replaced.
 */
replaced: number, 
/**
 * Rows whose number JTL does not know.
 */
not_found: number, 
/**
 * Their numbers, as far as they are among the first 200 findings; the report lists all.
 */
missing: Array<string>, 
/**
 * Rows with a critical contra account.
 */
critical: number, 
/**
 * Rows before and after, as far as they are among the first 200 findings.
 */
preview: Array<DatevRow>, };

/**
 * Files of the inbox to be converted.
 */
export type DatevConvertRequest = { 
/**
 * Their names; none: all that are at rest.
 */
files: Array<string>, 
/**
 * Only show what would be done.
 */
dry_run: boolean, };

/**
 * Something that DATEV would object to.
 */
export type DatevFinding = { 
/**
 * The batch; for one of a ZIP file with the archive before it.
 */
file: string, 
/**
 * Line of the file; the first posting is 3. Nothing when it is about the file.
 */
row: number | null, 
/**
 * The field.
 */
field: string | null, 
/**
 * How grave it is.
 */
severity: 'error' | 'warning', 
/**
 * What stands there, cut to 60 characters.
 */
value: string, 
/**
 * What is wrong.
 */
text: BothTexts, };

/**
 * A source that was converted, that would be, or that was not.
 */
export type DatevResult = { 
/**
 * Its file name.
 */
source: string, 
/**
 * When.
 */
at: string, 
/**
 * File name of the XLSX report; nothing in a dry run.
 */
report: string | null, 
/**
 * Its batches; none when it was not converted.
 */
batches: Array<DatevBatch>, 
/**
 * Why it was not converted.
 */
problems: Array<ProblemReport>, };

/**
 * A cell before and after.
 */
export type DatevRow = { 
/**
 * Line of the file; the first posting is 3.
 */
row: number, 
/**
 * The field.
 */
field: string, 
/**
 * What stood there.
 */
before: string, 
/**
 * What stands there now; nothing when it stays.
 */
after: string | null, };

/**
 * The inbox and what was converted.
 */
export type DatevView = { 
/**
 * Files that wait, by name.
 */
inbox: Array<InboxFile>, 
/**
 * The last 50 conversions, newest first.
 */
results: Array<DatevResult>, };

/**
 * Orders of a day.
 */
export type DayCount = { 
/**
 * The day in Berlin.
 */
day: string, 
/**
 * Orders.
 */
orders: number, };

/**
 * How many days back.
 */
export type DaysRequest = { 
/**
 * Days up to today, 1 to 366.
 */
days: number, };

/**
 * A document on its way into an inbox.
 */
export type DocumentAddRequest = { 
/**
 * Which inbox.
 */
kind: DocumentKind, 
/**
 * Its file name, without a folder.
 */
name: string, 
/**
 * Its bytes, at most `invoices.max_file_mb`.
 */
content_base64: string, };

/**
 * One of the two inboxes.
 */
export type DocumentKind = "rechnungen" | "werbung";

/**
 * A document whose page is to be shown.
 */
export type DocumentPageRequest = { 
/**
 * In which inbox.
 */
kind: DocumentKind, 
/**
 * Its file name.
 */
file: string, };

/**
 * A document. What was not read with certainty is `null`, and flagged.
 */
export type DocumentView = { 
/**
 * Unique in its list: the file's name, or the content's hash once the file is gone.
 */
id: string, 
/**
 * Name of the file.
 */
file: string, 
/**
 * Where it stands.
 */
state: 'inbox' | 'read' | 'flagged' | 'foreign' | 'broken', 
/**
 * Whether its file is still in the inbox.
 */
is_there: boolean, 
/**
 * Marketplace or country of the issuer.
 */
country: string | null, 
/**
 * Invoice, credit note or advertising.
 */
type: 'rechnung' | 'gutschrift' | 'werbung' | null, 
/**
 * Its number.
 */
number: string | null, 
/**
 * Its date.
 */
date: string | null, 
/**
 * First day of what is invoiced.
 */
period_start: string | null, 
/**
 * Last day of it.
 */
period_end: string | null, 
/**
 * Net amount; negative in a credit note.
 */
net_cents: number | null, 
/**
 * VAT.
 */
vat_cents: number | null, 
/**
 * Gross amount.
 */
gross_cents: number | null, 
/**
 * ISO 4217.
 */
currency: string | null, 
/**
 * The company that issued it.
 */
supplier: string | null, 
/**
 * What a person should know, e.g. `duplicate`, `field_unclear:net`.
 */
flags: Array<string>, 
/**
 * Why it cannot be read.
 */
detail: string | null, };

/**
 * What a reading of an inbox came to.
 */
export type DocumentsRead = { 
/**
 * When it ended.
 */
at: string, 
/**
 * `success`: nothing needs a look.
 */
outcome: Outcome, 
/**
 * Documents that were looked at.
 */
documents: number, 
/**
 * What somebody should do about them.
 */
problems: Array<ProblemReport>, };

/**
 * An inbox.
 */
export type DocumentsRequest = { 
/**
 * Which.
 */
kind: DocumentKind, };

/**
 * A table of what was read.
 */
export type DocumentsTableRequest = { 
/**
 * Of which inbox.
 */
kind: DocumentKind, 
/**
 * How it is written.
 */
format: TableFormat, };

/**
 * Something that was done, and when.
 */
export type Done = { 
/**
 * When.
 */
at: string, };

/**
 * Something that happened.
 */
export type Event = { "kind": "run_started", 
/**
 * The run.
 */
run_id: string, 
/**
 * Its job.
 */
job: string, 
/**
 * Its mode.
 */
mode: string, 
/**
 * What made it begin.
 */
trigger: Trigger, 
/**
 * Which try it is, from 1.
 */
attempt: number, 
/**
 * When.
 */
at: string, } | { "kind": "step_started", 
/**
 * The run.
 */
run_id: string, 
/**
 * Its job.
 */
job: string, 
/**
 * The step.
 */
step: string, 
/**
 * When.
 */
at: string, } | { "kind": "progress", 
/**
 * The run.
 */
run_id: string, 
/**
 * Its job.
 */
job: string, 
/**
 * The step.
 */
step: string, 
/**
 * Records done in it.
 */
done: number, 
/**
 * Records to do, when known.
 */
total: number | null, } | { "kind": "item_failed", 
/**
 * The run.
 */
run_id: string, 
/**
 * The step.
 */
step: string, 
/**
 * The record, e.g. an order's number.
 */
subject: string, 
/**
 * What failed.
 */
code: ProblemCode, } | { "kind": "run_finished", 
/**
 * The run.
 */
run_id: string, 
/**
 * Its job.
 */
job: string, 
/**
 * Its mode.
 */
mode: string, 
/**
 * How.
 */
outcome: Outcome, 
/**
 * What it did.
 */
counts: Record<string, number>, 
/**
 * When.
 */
at: string, 
/**
 * When it will be tried again.
 */
retry_at: string | null, } | { "kind": "log" } & { at: string; job: string; job_type: string; run_id: string | null; level: LogLevel; message: string; status: string | null } | { "kind": "settings_changed" } | { "kind": "store_changed", 
/**
 * The subjects.
 */
topics: string[], } | { "kind": "missed", 
/**
 * How many.
 */
events: number, };

/**
 * An entry of an order's timeline.
 */
export type EventView = { 
/**
 * Row id.
 */
id: number, 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * When.
 */
at: string, 
/**
 * What kind.
 */
kind: TimelineKind, 
/**
 * The code that explains it.
 */
code: ProblemCode | null, 
/**
 * Particulars; of a change of state `from → to`.
 */
detail: string, 
/**
 * The run that did it; nothing for a person's act.
 */
run_id: string | null, 
/**
 * When a person settled it (alerts only).
 */
settled_at: string | null, 
/**
 * Who did.
 */
settled_by: string | null, };

/**
 * A hand-over to JTL.
 */
export type ExportView = { 
/**
 * Row id.
 */
id: number, 
/**
 * The way to JTL.
 */
channel: Channel, 
/**
 * 1 for the first hand-over on this way.
 */
generation: number, 
/**
 * How far it has come.
 */
state: OutboxState, 
/**
 * Name of the collective file.
 */
file_name: string | null, 
/**
 * What shows that it left or arrived.
 */
proof: string | null, 
/**
 * When it was prepared.
 */
prepared_at: string, 
/**
 * When it left.
 */
written_at: string | null, 
/**
 * The run that prepared it.
 */
run_id: string, };

/**
 * A folder of Kontor's.
 */
export type Folder = "data" | "xml" | "export" | "logs" | "invoices" | "datev";

/**
 * A folder to be shown.
 */
export type FolderRequest = { 
/**
 * Which.
 */
folder: Folder, };

/**
 * What a text is.
 */
export type Format = "url" | "host" | "file" | "folder" | "cron" | "time_zone" | "time";

/**
 * An article with what each formula gives.
 */
export type FormulaRowView = { 
/**
 * The number.
 */
number: string, 
/**
 * Whether JTL knows it.
 */
is_known: boolean, 
/**
 * What each formula gives, before buffers, orders and caps.
 */
formulas: Array<FormulaValueView>, 
/**
 * Chosen warehouses in which it has no row.
 */
missing_warehouses: Array<string>, };

/**
 * What a formula gives.
 */
export type FormulaValueView = { 
/**
 * The formula.
 */
formula: StockFormula, 
/**
 * Pieces; nothing when they are not known.
 */
pieces: number | null, 
/**
 * Why they are not known.
 */
reason: Reason | null, };

/**
 * Article numbers to be compared.
 */
export type FormulasRequest = { 
/**
 * The numbers; empty: some of TEMU's.
 */
numbers: Array<string>, };

/**
 * Why the guard stops a plan.
 */
export type GuardStopView = { "stop": "too_many_changed", changed: number, of: number, limit_percent: number, } | { "stop": "too_many_zeroed", zeroed: number, limit: number, } | { "stop": "above_jtl", raised: number, } | { "stop": "incomplete", asked: number, answered: number, };

/**
 * All checks of a moment.
 */
export type HealthView = { 
/**
 * The worst of them; what is unknown is no fault.
 */
state: HealthState, 
/**
 * The checks, in the order of their subjects.
 */
checks: Array<CheckView>, 
/**
 * When it was looked at.
 */
at: string, };

/**
 * Held orders of a reason.
 */
export type HoldCount = { 
/**
 * The reason.
 */
code: ProblemCode, 
/**
 * Whether TEMU is asked again by itself.
 */
waits_for_temu: boolean, 
/**
 * Orders.
 */
orders: number, };

/**
 * A file in the inbox.
 */
export type InboxFile = { 
/**
 * Its name.
 */
file: string, 
/**
 * Its size.
 */
bytes: number, 
/**
 * When it was changed last.
 */
at: string, };

/**
 * A line of an order.
 */
export type ItemView = { 
/**
 * The line's number.
 */
order_sn: string, 
/**
 * The trader's article number.
 */
seller_sku: string | null, 
/**
 * Goods name.
 */
name: string, 
/**
 * Variant.
 */
variant: string, 
/**
 * Pieces still to be shipped; nothing when TEMU's numbers contradict each other.
 */
quantity: number | null, 
/**
 * Price of the piece with VAT, in cents.
 */
unit_gross_cents: number | null, 
/**
 * VAT of the goods in basis points (1900 is 19 %).
 */
vat_basis_points: number | null, 
/**
 * The seller's discount on the line, in cents.
 */
seller_discount_cents: number, 
/**
 * Shipping charged with the line, in cents.
 */
shipping_gross_cents: number, };

/**
 * A wish that was taken.
 */
export type JobRequested = { 
/**
 * Its id.
 */
request_id: number, 
/**
 * The run, when it has begun already.
 */
run_id: string | null, };

/**
 * A wish to run a job.
 */
export type JobRunRequest = { 
/**
 * Its name.
 */
job: string, 
/**
 * One of its modes; nothing: the one that covers most.
 */
mode?: string, 
/**
 * Options of the job; they never alter its schedule.
 */
options?: Record<string, unknown>, };

/**
 * Figures of a job.
 */
export type JobStatsRequest = { 
/**
 * Its name.
 */
job: string, 
/**
 * Over so many days, 1 to 366.
 */
days: number, };

/**
 * Figures of a job's ended runs.
 */
export type JobStatsView = { job: string, runs: number, success: number, partial: number, failed: number, cancelled: number, needs_approval: number, 
/**
 * Successful runs per thousand ended ones; nothing without runs.
 */
success_permille: number | null, 
/**
 * Mean duration in milliseconds.
 */
mean_ms: number | null, 
/**
 * Duration in milliseconds that 95 of 100 runs did not exceed.
 */
p95_ms: number | null, };

/**
 * A job as it stands.
 */
export type JobView = { 
/**
 * Its name.
 */
job: string, 
/**
 * Whether its schedules are followed.
 */
enabled: boolean, 
/**
 * Its modes, the one that covers most first.
 */
modes: Array<string>, 
/**
 * Its schedules.
 */
schedules: Array<ScheduleView>, 
/**
 * Seconds between two looks into its inbox; nothing when it has none, or it is not watched.
 */
watch_seconds: number | null, 
/**
 * The next start by schedule.
 */
next: StartView | null, 
/**
 * The run that is under way, here or elsewhere.
 */
running: RunningView | null, 
/**
 * When the next try of a failed run begins.
 */
retry_at: string | null, 
/**
 * Wishes that wait for the run to end or for their time.
 */
waiting: number, 
/**
 * The newest run that has ended.
 */
last: RunView | null, 
/**
 * When a run last ended well.
 */
last_success: string | null, };

/**
 * A plan that was kept.
 */
export type KeptPlanView = { 
/**
 * The plan.
 */
plan: StockPlanView, 
/**
 * Where it stands.
 */
state: PlanState, 
/**
 * The run that made it.
 */
run_id: string, 
/**
 * When it was made.
 */
made_at: string, 
/**
 * When it last changed its state.
 */
changed_at: string, 
/**
 * Who approved it.
 */
changed_by: string | null, };

/**
 * What a value may be.
 */
export type Kind = { "kind": "switch" } | { "kind": "number", 
/**
 * The smallest.
 */
min: number, 
/**
 * The largest.
 */
max: number, } | { "kind": "text", 
/**
 * What it is.
 */
format: Format | null, 
/**
 * It may not be empty.
 */
required: boolean, } | { "kind": "choice", 
/**
 * The words.
 */
options: Array<string>, } | { "kind": "texts", 
/**
 * It may not be empty.
 */
required: boolean, } | { "kind": "numbers", 
/**
 * The smallest.
 */
min: number, 
/**
 * The largest.
 */
max: number, 
/**
 * It may not be empty.
 */
required: boolean, } | { "kind": "secret" };

/**
 * A line of the log.
 */
export type LogLineView = { 
/**
 * Later lines have greater ids.
 */
id: number, 
/**
 * When.
 */
at: string, 
/**
 * The job.
 */
job: string, 
/**
 * The run, if it was said in one.
 */
run_id: string | null, 
/**
 * How serious.
 */
level: LogLevel, 
/**
 * The text.
 */
message: string, };

/**
 * A page of the log.
 */
export type LogPageView = { 
/**
 * The lines, newest first.
 */
lines: Array<LogLineView>, 
/**
 * Pass it as `before` for the next page; nothing at the end.
 */
next: number | null, };

/**
 * Which lines of the log.
 */
export type LogRequest = { 
/**
 * Only this job.
 */
job: string | null, 
/**
 * Only this run.
 */
run: string | null, 
/**
 * Only lines at least as serious.
 */
level: LogLevel | null, 
/**
 * Only lines that hold this text.
 */
text: string | null, 
/**
 * The `next` of the page before.
 */
before: number | null, 
/**
 * Lines, 1 to 1,000; 0: 200.
 */
limit: number, };

/**
 * Orders for a spreadsheet.
 */
export type OrderCsvRequest = { 
/**
 * Which orders.
 */
query: OrderQuery, };

/**
 * An order with everything that is known about it.
 */
export type OrderDetail = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * Where it stands.
 */
state: OrderState, 
/**
 * Whether what holds it is asked of TEMU again by itself.
 */
waits_for_temu: boolean, 
/**
 * TEMU's status number.
 */
temu_status: number, 
/**
 * TEMU's region number.
 */
region_id: number | null, 
/**
 * When the buyer ordered.
 */
ordered_at: string | null, 
/**
 * Latest shipping time.
 */
ship_by: string | null, 
/**
 * Latest delivery time.
 */
deliver_by: string | null, 
/**
 * Labels at TEMU.
 */
labels: Array<string>, 
/**
 * Currency.
 */
currency: string | null, 
/**
 * Gross total of what is to be shipped, in cents; nothing while an amount is missing.
 */
total_cents: number | null, 
/**
 * The delivery address.
 */
address: AddressView | null, 
/**
 * What TEMU sent instead of a usable address: a beginning for the correction.
 */
given_address: AddressView | null, 
/**
 * Why it is held.
 */
holds: Array<Reason>, 
/**
 * What was noticed.
 */
notes: Array<Reason>, 
/**
 * The lines.
 */
items: Array<ItemView>, 
/**
 * JTL's number.
 */
jtl_order_number: string | null, 
/**
 * The parcels.
 */
parcels: Array<ParcelView>, 
/**
 * The hand-overs, oldest first.
 */
exports: Array<ExportView>, 
/**
 * What happened, oldest first.
 */
timeline: Array<EventView>, 
/**
 * When it was first stored.
 */
imported_at: string, 
/**
 * When it last changed.
 */
changed_at: string, };

/**
 * A page of orders.
 */
export type OrderListPage = { 
/**
 * The rows.
 */
orders: Array<OrderRowView>, 
/**
 * Pass it as `after` for the next page; nothing at the end.
 */
next: string | null, 
/**
 * Orders that match.
 */
total: number, };

/**
 * A page of a query.
 */
export type OrderListRequest = { 
/**
 * Which orders.
 */
query: OrderQuery, 
/**
 * Which page.
 */
page: PageRequest, };

/**
 * Which orders.
 */
export type OrderQuery = { 
/**
 * Only these states; empty: all.
 */
states: OrderState[], 
/**
 * Only orders held for this reason.
 */
hold: ProblemCode | null, 
/**
 * Only orders that begin so: number or its last five digits, JTL's number, buyer (family name first), article
 * number, tracking number.
 */
search: string | null, 
/**
 * Only orders to this country (two letters).
 */
country: string | null, 
/**
 * Only orders from this time on.
 */
ordered_from: string | null, 
/**
 * Only orders before this time.
 */
ordered_before: string | null, 
/**
 * The sort.
 */
sort: "newest" | "oldest" | "deadline" | "number" | "highest", };

/**
 * One order.
 */
export type OrderRequest = { 
/**
 * Its number.
 */
parent_order_sn: string, };

/**
 * A row of an order list.
 */
export type OrderRowView = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * Where it stands.
 */
state: OrderState, 
/**
 * Whether what holds it is asked of TEMU again by itself.
 */
waits_for_temu: boolean, 
/**
 * When the buyer ordered.
 */
ordered_at: string | null, 
/**
 * Latest shipping time.
 */
ship_by: string | null, 
/**
 * The buyer's name.
 */
buyer: string | null, 
/**
 * Country of the address (two letters).
 */
country: string | null, 
/**
 * Number of lines.
 */
items: number, 
/**
 * Gross total in cents; nothing while the amounts are missing.
 */
total_cents: number | null, 
/**
 * Currency.
 */
currency: string | null, 
/**
 * Why it is held.
 */
holds: Array<Reason>, 
/**
 * JTL's number.
 */
jtl_order_number: string | null, };

/**
 * A hand-over of an order.
 */
export type OrderXmlRequest = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * The hand-over's id.
 */
export_id: number, };

/**
 * What a run of the order workflow covers.
 */
export type OrdersMode = "full" | "tracking_only" | "export_only";

/**
 * What a run would do. TEMU and JTL are only read.
 */
export type OrdersPreview = { 
/**
 * Orders that would be stored or changed.
 */
imports: Array<PlannedImportView>, 
/**
 * Orders that would be handed to JTL.
 */
exports: Array<string>, 
/**
 * Calls that would report parcels.
 */
reports: Array<PlannedReportView>, 
/**
 * Orders that would wait, with the reason.
 */
waiting: Array<PlannedWaitView>, 
/**
 * What went wrong while looking.
 */
problems: Array<ProblemReport>, };

/**
 * A run that is only looked at.
 */
export type OrdersPreviewRequest = { 
/**
 * What it covers.
 */
mode: OrdersMode, };

/**
 * What waits for a person.
 */
export type Overview = { 
/**
 * Held orders by reason.
 */
holds: Array<HoldCount>, 
/**
 * Alerts that nobody has settled, newest first.
 */
alerts: Array<EventView>, 
/**
 * How many there are in all.
 */
open_alerts: number, 
/**
 * Parcels by what is to be done about them.
 */
parcels: Array<ParcelCount>, 
/**
 * Open orders by their deadline, most urgent first.
 */
deadlines: Array<OrderRowView>, 
/**
 * When this was read.
 */
at: string, };

/**
 * Where a page begins and how long it is.
 */
export type PageRequest = { 
/**
 * The `next` of the page before; nothing for the first page.
 */
after?: string, 
/**
 * Rows, 1 to 1,000.
 */
limit: number, };

/**
 * The text of a document's first page at its places. Lengths are tenths of a point, from the upper left corner.
 */
export type PageView = { 
/**
 * Its width.
 */
width: number, 
/**
 * Its height.
 */
height: number, 
/**
 * Pages of the document.
 */
pages: number, 
/**
 * Its words, line by line; none: a scan.
 */
words: Array<WordView>, };

/**
 * Parcels of a view.
 */
export type ParcelCount = { 
/**
 * What is to be done about them.
 */
task: ParcelTask, 
/**
 * How many.
 */
parcels: number, };

/**
 * A page of parcels.
 */
export type ParcelListPage = { 
/**
 * The rows, by order.
 */
parcels: Array<ParcelRowView>, 
/**
 * Pass it as `after` for the next page; nothing at the end.
 */
next: string | null, 
/**
 * Parcels of the view.
 */
total: number, };

/**
 * Which parcels.
 */
export type ParcelListRequest = { 
/**
 * What is to be done about them.
 */
task: ParcelTask, 
/**
 * Which page.
 */
page: PageRequest, };

/**
 * A row of a parcel list.
 */
export type ParcelRowView = { 
/**
 * The parcel.
 */
parcel: ParcelView, 
/**
 * What is to be done about it.
 */
task: ParcelTask, 
/**
 * Where its order stands.
 */
state: OrderState, 
/**
 * The buyer's name.
 */
buyer: string | null, 
/**
 * Latest shipping time of its order.
 */
ship_by: string | null, };

/**
 * A parcel.
 */
export type ParcelView = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * JTL's number of the parcel (`kVersand`).
 */
jtl_id: number, 
/**
 * Tracking number.
 */
tracking_number: string, 
/**
 * JTL's shipping method.
 */
shipping_method: string, 
/**
 * JTL's logistics firm.
 */
logistics: string, 
/**
 * TEMU's carrier, once mapped.
 */
carrier_name: string | null, 
/**
 * How far the report has come.
 */
report: ReportState, 
/**
 * Why it waits or was refused.
 */
problem: Reason | null, 
/**
 * When it left.
 */
shipped_at: string | null, 
/**
 * When TEMU had it.
 */
reported_at: string | null, };

/**
 * A plan.
 */
export type PlanRequest = { 
/**
 * Its id.
 */
id: string, };

/**
 * An import that would happen.
 */
export type PlannedImportView = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * `insert`, `update` or `update_facts`.
 */
change: string, 
/**
 * Its state afterwards.
 */
state: OrderState, 
/**
 * Why it would be held.
 */
holds: Array<Reason>, };

/**
 * A report that would be sent.
 */
export type PlannedReportView = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * The tracking numbers.
 */
tracking_numbers: Array<string>, };

/**
 * An order that would wait.
 */
export type PlannedWaitView = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * The reason.
 */
reason: Reason, };

/**
 * A problem with its texts.
 */
export type ProblemReport = { 
/**
 * Stable code.
 */
code: ProblemCode, 
/**
 * Class.
 */
class: ProblemClass, 
/**
 * The object it is about.
 */
subject?: string, 
/**
 * Particulars.
 */
detail?: string, 
/**
 * How often it occurred in the run.
 */
count: number, 
/**
 * Title, meaning and remedy in German.
 */
de: TextReport, 
/**
 * Title, meaning and remedy in English.
 */
en: TextReport, };

/**
 * The texts of a problem code.
 */
export type ProblemText = { 
/**
 * The code.
 */
code: ProblemCode, 
/**
 * Its class.
 */
class: ProblemClass, 
/**
 * German.
 */
de: TextReport, 
/**
 * English.
 */
en: TextReport, };

/**
 * One pushed value.
 */
export type PushView = { 
/**
 * Row id.
 */
id: number, 
/**
 * The run.
 */
run_id: string, 
/**
 * What TEMU had, as far as was known.
 */
before: number | null, 
/**
 * What was sent.
 */
after: number, 
/**
 * How it ended.
 */
state: PushState, 
/**
 * Why it is not confirmed.
 */
reason: Reason | null, 
/**
 * When it was sent.
 */
sent_at: string, 
/**
 * When TEMU showed it.
 */
proven_at: string | null, };

/**
 * Why something is held or waits.
 */
export type Reason = { 
/**
 * The code; its texts come from the window's translations.
 */
code: ProblemCode, 
/**
 * Particulars, e.g. the unknown country's name.
 */
detail: string, };

/**
 * A region of TEMU's.
 */
export type RegionRequest = { 
/**
 * Its number; 76 is Germany.
 */
region_id: number, };

/**
 * Runs for a spreadsheet.
 */
export type RunCsvRequest = { 
/**
 * Which runs.
 */
query: RunQuery, };

/**
 * A run with its steps and the records that failed.
 */
export type RunDetailView = { 
/**
 * The run.
 */
run: RunView, 
/**
 * Its steps in their order.
 */
steps: Array<StepView>, 
/**
 * Records that failed.
 */
items: Array<RunItemView>, };

/**
 * What a run did with one record.
 */
export type RunItemView = { 
/**
 * The step.
 */
step: string, 
/**
 * The record.
 */
subject: string, 
/**
 * `done` or `failed`.
 */
state: string, 
/**
 * What failed.
 */
code: ProblemCode | null, 
/**
 * Particulars.
 */
detail: string, 
/**
 * When.
 */
at: string, };

/**
 * A page of runs.
 */
export type RunListPage = { 
/**
 * The runs, newest first.
 */
runs: Array<RunView>, 
/**
 * Pass it as `after` for the next page; nothing at the end.
 */
next: string | null, };

/**
 * A page of runs.
 */
export type RunListRequest = { 
/**
 * Which runs.
 */
query: RunQuery, 
/**
 * Which page.
 */
page: PageRequest, };

/**
 * Which runs.
 */
export type RunQuery = { 
/**
 * Only this job.
 */
job: string | null, 
/**
 * Only this outcome.
 */
outcome: Outcome | null, 
/**
 * Only runs that began at or after this time.
 */
since: string | null, };

/**
 * A run.
 */
export type RunRequest = { 
/**
 * Its id.
 */
run_id: string, };

/**
 * A run.
 */
export type RunView = { 
/**
 * Its id.
 */
run_id: string, 
/**
 * The job.
 */
job: string, 
/**
 * The mode.
 */
mode: string, 
/**
 * What made it begin.
 */
trigger: Trigger, 
/**
 * Which try it is, from 1.
 */
attempt: number, 
/**
 * The run that it tries again.
 */
parent_run: string | null, 
/**
 * Start.
 */
started_at: string, 
/**
 * End; nothing while it runs.
 */
ended_at: string | null, 
/**
 * Outcome; nothing while it runs.
 */
outcome: Outcome | null, 
/**
 * What it counted.
 */
counts: Record<string, number>, 
/**
 * Problems.
 */
problems: Array<ProblemReport>, };

/**
 * A run that is under way.
 */
export type RunningView = { 
/**
 * The run.
 */
run_id: string, 
/**
 * Since when.
 */
since: string, 
/**
 * The machine.
 */
host: string, 
/**
 * Whether it is this process.
 */
here: boolean, 
/**
 * Whether somebody asked to end it.
 */
is_cancelled: boolean, 
/**
 * The step, as of the last sign of life.
 */
step: string | null, 
/**
 * Records done in it.
 */
done: number, 
/**
 * Records to do, when known.
 */
total: number | null, };

/**
 * A text in both languages.
 */
export type Said = { 
/**
 * German.
 */
de: string, 
/**
 * English.
 */
en: string, };

/**
 * A schedule as it stands.
 */
export type ScheduleView = { 
/**
 * Cron expression of five fields, or an interval.
 */
text: string, 
/**
 * The time zone.
 */
timezone: string, 
/**
 * The mode that it starts.
 */
mode: string, 
/**
 * Its next start.
 */
next: string | null, };

/**
 * A screen.
 */
export type ScreenRequest = { 
/**
 * Its name, e.g. `orders`.
 */
screen: string, };

/**
 * Where a secret is.
 */
export type SecretPlace = "environment" | "keychain" | "missing" | "unknown";

/**
 * A secret.
 */
export type SecretRequest = { 
/**
 * Which one.
 */
name: SecretName, };

/**
 * A secret on its way in.
 */
export type SecretSetRequest = { 
/**
 * Which one.
 */
name: SecretName, 
/**
 * Its value.
 */
value: string, };

/**
 * What is known of a secret; never its value.
 */
export type SecretView = { 
/**
 * Which one, e.g. `temu.app_key`.
 */
name: SecretName, 
/**
 * Where it is.
 */
place: SecretPlace, 
/**
 * The environment variable that wins over the keychain.
 */
variable: string, 
/**
 * When it was stored from here.
 */
set_at: string | null, 
/**
 * Why it cannot be told.
 */
problem: ProblemReport | null, };

/**
 * A section with its label.
 */
export type Section = { 
/**
 * Its name in the file.
 */
name: string, 
/**
 * Its label.
 */
label: Said, };

/**
 * A wanted change.
 */
export type SettingChange = { 
/**
 * Which setting.
 */
key: string, 
/**
 * Its new value; nothing: back to the default.
 */
value: SettingValue | null, };

/**
 * One change, before and after.
 */
export type SettingChanged = { 
/**
 * Which setting.
 */
key: string, 
/**
 * What held before.
 */
before: SettingValue | null, 
/**
 * What holds after.
 */
after: SettingValue | null, 
/**
 * Kontor must start again for it.
 */
restart: boolean, 
/**
 * The layer above the file that wins over the change.
 */
overridden_by: Source | null, };

/**
 * One setting with its value.
 */
export type SettingEntry = { 
/**
 * Its key, parts joined by dots and quoted where needed.
 */
key: string, 
/**
 * The section that it belongs to.
 */
section: string, 
/**
 * What a value may be.
 */
kind: Kind, 
/**
 * Its value; nothing for a secret and for a pattern of made-up keys.
 */
value: SettingValue | null, 
/**
 * The default; nothing for secrets and made-up keys.
 */
default: SettingValue | null, 
/**
 * Where the value comes from.
 */
source: Source | null, 
/**
 * The label.
 */
label: Said, 
/**
 * The help; may be empty.
 */
help: Said, 
/**
 * The operator makes up the keys.
 */
free: boolean, 
/**
 * Takes effect when Kontor starts again.
 */
restart: boolean, 
/**
 * Shown only when asked for.
 */
advanced: boolean, };

/**
 * A value.
 */
export type SettingValue = boolean | number | string | Array<number> | Array<string>;

/**
 * Changes of settings.
 */
export type SettingsChangeRequest = { 
/**
 * The changes: all of them or none.
 */
changes: Array<SettingChange>, 
/**
 * The `basis` of the settings that were looked at; without it the change is made whatever the file holds.
 */
basis?: string, 
/**
 * Only show what would change.
 */
dry_run?: boolean, };

/**
 * What became of changes.
 */
export type SettingsChanged = { 
/**
 * Each change, before and after.
 */
changes: Array<SettingChanged>, 
/**
 * It is in force. Otherwise the problems say why not.
 */
in_force: boolean, 
/**
 * What is wrong: with the changes (nothing is written then), or with something else in the file.
 */
problems: Array<ProblemReport>, };

/**
 * Everything that can be set.
 */
export type SettingsView = { 
/**
 * The operator's file.
 */
file: string, 
/**
 * What the file is recognised by; pass it with a change, so that nobody else's is lost.
 */
basis: string, 
/**
 * The sections in their order.
 */
sections: Array<Section>, 
/**
 * The settings in their order.
 */
settings: Array<SettingEntry>, 
/**
 * What is wrong with the file; the values shown are those in force.
 */
problems: Array<ProblemReport>, };

/**
 * A SKU.
 */
export type SkuPushesRequest = { 
/**
 * The SKU.
 */
sku: SkuRef, };

/**
 * A SKU within its goods.
 */
export type SkuRef = { 
/**
 * TEMU's goods.
 */
goods_id: number, 
/**
 * TEMU's SKU.
 */
sku_id: number, };

/**
 * An article number as a person types it.
 */
export type SkuRequest = { 
/**
 * The order.
 */
parent_order_sn: string, 
/**
 * The line.
 */
order_sn: string, 
/**
 * The article number as it stands in JTL.
 */
sku: string, };

/**
 * The rule of a SKU.
 */
export type SkuRuleRequest = { 
/**
 * The SKU.
 */
sku: SkuRef, 
/**
 * Its rule.
 */
rule: SkuRuleView, };

/**
 * The operator's rule for a SKU.
 */
export type SkuRuleView = { 
/**
 * Pieces that are held back beside JTL's buffer.
 */
buffer: number, 
/**
 * The most that TEMU shall show.
 */
cap: number | null, 
/**
 * A fixed quantity, whatever JTL counts.
 */
fixed: number | null, };

/**
 * Where a value comes from.
 */
export type Source = "default" | "file" | "environment" | "command_line";

/**
 * A start that is to come.
 */
export type StartView = { 
/**
 * When.
 */
at: string, 
/**
 * In which mode.
 */
mode: string, };

/**
 * Orders in a state.
 */
export type StateCountView = { 
/**
 * The state.
 */
state: OrderState, 
/**
 * Orders.
 */
orders: number, };

/**
 * A step of a run.
 */
export type StepView = { 
/**
 * Its name.
 */
step: string, 
/**
 * Start.
 */
started_at: string, 
/**
 * End.
 */
ended_at: string, 
/**
 * Records that were as they should be after it.
 */
done: number, 
/**
 * Records for which it failed.
 */
failed: number, };

/**
 * A value that is no longer as a plan expected it.
 */
export type StockChangeView = { 
/**
 * What the plan says.
 */
expected: StockOpView, 
/**
 * What TEMU has now.
 */
before: number | null, 
/**
 * What TEMU should show now.
 */
after: number | null, };

/**
 * SKUs with a status.
 */
export type StockCountView = { 
/**
 * The status.
 */
status: StockStatus, 
/**
 * SKUs.
 */
skus: number, };

/**
 * SKUs for a spreadsheet.
 */
export type StockCsvRequest = { 
/**
 * Which SKUs.
 */
query: StockQuery, };

/**
 * A page of SKUs.
 */
export type StockListPage = { 
/**
 * The rows.
 */
rows: Array<StockRowView>, 
/**
 * Pass it as `after` for the next page; nothing at the end.
 */
next: string | null, 
/**
 * SKUs that match.
 */
total: number, };

/**
 * A page of SKUs.
 */
export type StockListRequest = { 
/**
 * Which SKUs.
 */
query: StockQuery, 
/**
 * Which page.
 */
page: PageRequest, };

/**
 * One value that a plan changes.
 */
export type StockOpView = { 
/**
 * Goods and SKU.
 */
sku: SkuRef, 
/**
 * The trader's number.
 */
sku_sn: string | null, 
/**
 * What TEMU has, as far as is known.
 */
before: number | null, 
/**
 * What TEMU should show.
 */
after: number, 
/**
 * Whether it ends a listing.
 */
zeroes: boolean, };

/**
 * A plan: decreases first.
 */
export type StockPlanView = { 
/**
 * Digest of what it changes.
 */
id: string, 
/**
 * What it is made of.
 */
kind: "sync" | "undo", 
/**
 * What changes.
 */
ops: Array<StockOpView>, 
/**
 * SKUs that TEMU shows as wanted already.
 */
unchanged: number, 
/**
 * SKUs whose stock is not known: left as they are.
 */
unknown: number, 
/**
 * SKUs without an article in JTL: left as they are.
 */
unmatched: number, 
/**
 * Article numbers about which JTL was asked.
 */
asked: number, 
/**
 * Article numbers for which JTL answered.
 */
answered: number, 
/**
 * Why the guard stops it; empty: it does not.
 */
stops: Array<GuardStopView>, 
/**
 * Where a plan that was to be applied no longer holds, or what cannot be undone.
 */
changes: Array<StockChangeView>, };

/**
 * What a run would do, and what speaks against it.
 */
export type StockPreview = { 
/**
 * The plan; nothing when it could not be made.
 */
plan: StockPlanView | null, 
/**
 * Why not, or what should be known.
 */
problems: Array<ProblemReport>, };

/**
 * What a run would do.
 */
export type StockPreviewRequest = { 
/**
 * Everything anew from TEMU's lists, or only JTL's stock against what TEMU showed last, or the last push reversed.
 */
mode: "full" | "quick" | "undo", 
/**
 * Only these SKUs; empty: all that differ.
 */
only?: Array<SkuRef>, };

/**
 * Which SKUs.
 */
export type StockQuery = { 
/**
 * Only these; empty: all.
 */
statuses: StockStatus[], 
/**
 * Only SKUs with this reason or this problem of the last push.
 */
reason: ProblemCode | null, 
/**
 * Only SKUs whose number, goods name or variant contains this text.
 */
text: string | null, 
/**
 * Only SKUs whose number another SKU carries too.
 */
doubled: boolean, 
/**
 * The sort.
 */
sort: "number" | "difference", };

/**
 * A row of a stock list. What is not known is nothing, never 0.
 */
export type StockRowView = { 
/**
 * Goods and SKU.
 */
sku: SkuRef, 
/**
 * The trader's number.
 */
sku_sn: string | null, 
/**
 * Name of the goods.
 */
goods_name: string, 
/**
 * What tells the goods' SKUs apart.
 */
variant: string, 
/**
 * Where it stands.
 */
status: StockStatus, 
/**
 * The operator's rule.
 */
rule: SkuRuleView, 
/**
 * What TEMU should show.
 */
wanted: number | null, 
/**
 * What the formula gave, before buffer, orders and cap.
 */
counted: number | null, 
/**
 * Pieces of orders that JTL does not show yet.
 */
pending: number | null, 
/**
 * Why the wanted value is not known.
 */
reason: Reason | null, 
/**
 * When JTL was asked last.
 */
wanted_at: string | null, 
/**
 * What was sent last.
 */
sent: number | null, 
/**
 * What TEMU confirmed last.
 */
confirmed: number | null, 
/**
 * When.
 */
confirmed_at: string | null, 
/**
 * What TEMU showed last.
 */
last_read: number | null, 
/**
 * When.
 */
last_read_at: string | null, 
/**
 * What TEMU has, as far as is known.
 */
known: number | null, 
/**
 * Why the last push of the value failed.
 */
problem: Reason | null, };

/**
 * SKUs whose stock is to be sent.
 */
export type StockSendRequest = { 
/**
 * Only these; what of them the guard stops waits for approval.
 */
only: Array<SkuRef>, };

/**
 * How a table is written.
 */
export type TableFormat = "csv" | "xlsx";

/**
 * A carrier as TEMU lists it.
 */
export type TemuCarrierView = { 
/**
 * TEMU's number.
 */
id: number, 
/**
 * Its name.
 */
name: string, 
/**
 * Its brand, may be empty.
 */
brand: string, };

/**
 * A text file that a person saves.
 */
export type TextFile = { 
/**
 * Suggested name.
 */
name: string, 
/**
 * Its content.
 */
content: string, };

/**
 * The three texts of a problem.
 */
export type TextReport = { 
/**
 * What happened.
 */
title: string, 
/**
 * What it means.
 */
meaning: string, 
/**
 * What to do.
 */
remedy: string, };

/**
 * A shipping method that no carrier belongs to.
 */
export type UnmappedMethodView = { 
/**
 * JTL's shipping method.
 */
shipping_method: string, 
/**
 * JTL's logistics firm.
 */
logistics: string, 
/**
 * Why: no row in the table, or TEMU does not list the carrier.
 */
code: ProblemCode, 
/**
 * Parcels that wait for it.
 */
parcels: number, };

/**
 * A saved view.
 */
export type View = { 
/**
 * Its id.
 */
id: number, 
/**
 * The screen.
 */
screen: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Filter, sort and columns as the window keeps them (JSON).
 */
content: string, };

/**
 * A saved view.
 */
export type ViewRequest = { 
/**
 * Its id.
 */
id: number, };

/**
 * A view to be saved.
 */
export type ViewSaveRequest = { 
/**
 * The screen.
 */
screen: string, 
/**
 * Its name, not empty.
 */
name: string, 
/**
 * Filter, sort and columns (JSON).
 */
content: string, };

/**
 * A warehouse of JTL's.
 */
export type WarehouseView = { 
/**
 * JTL's `kWarenLager`.
 */
id: number, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it counts when none are chosen.
 */
counts_by_default: boolean, };

/**
 * A word with its place.
 */
export type WordView = { 
/**
 * The word.
 */
text: string, 
/**
 * Where it begins.
 */
x: number, 
/**
 * Its baseline.
 */
y: number, 
/**
 * Its length along the baseline.
 */
width: number, 
/**
 * The height of its font.
 */
size: number, 
/**
 * Clockwise turn in degrees: 0, 90, 180 or 270.
 */
turn: number, };

/**
 * A file that was written.
 */
export type WrittenFile = { 
/**
 * Where it lies.
 */
path: string, };

/** Request and response of every command. */
export interface Commands {
  /** Version, data folder and language of this Kontor. */
  about: { request: null; response: About };
  /** The texts of every problem code. */
  problem_texts: { request: null; response: Array<ProblemText> };
  /** Starts the demo: a sandbox in this process with sample data. */
  demo_start: { request: null; response: Done };
  /** Leaves the demo; nothing of it is left. */
  demo_leave: { request: null; response: Done };
  /** Opens one of Kontor's folders in the file manager. */
  folder_show: { request: FolderRequest; response: Done };
  /** What waits for a person, and the next shipping deadlines. */
  overview: { request: null; response: Overview };
  /** Orders by day of their order time. */
  orders_by_day: { request: DaysRequest; response: Array<DayCount> };
  /** Settles an alert that a person has seen to. */
  alert_settle: { request: AlertRequest; response: Done };
  /** A page of orders, filtered, searched and sorted. */
  orders_list: { request: OrderListRequest; response: OrderListPage };
  /** How many orders each state has. */
  orders_counts: { request: null; response: Array<StateCountView> };
  /** One order with items, parcels, hand-overs and timeline. */
  order: { request: OrderRequest; response: OrderDetail };
  /** The XML of a hand-over. */
  order_xml: { request: OrderXmlRequest; response: TextFile };
  /** All orders of a filter as CSV. */
  orders_csv: { request: OrderCsvRequest; response: TextFile };
  /** What a run of the order workflow would do; TEMU and JTL are only read. */
  orders_preview: { request: OrdersPreviewRequest; response: OrdersPreview };
  /** Puts an address right that TEMU did not send in a usable form. */
  order_correct_address: { request: AddressRequest; response: OrderDetail };
  /** Puts the article number of a line right. */
  order_correct_sku: { request: SkuRequest; response: OrderDetail };
  /** Lets the next export hand over an order once more that JTL does not show. */
  order_export_again: { request: OrderRequest; response: OrderDetail };
  /** A page of parcels of a view. */
  parcels_list: { request: ParcelListRequest; response: ParcelListPage };
  /** How many parcels each view has. */
  parcels_counts: { request: null; response: Array<ParcelCount> };
  /** Shipping methods that no carrier belongs to. */
  carriers_unmapped: { request: null; response: Array<UnmappedMethodView> };
  /** TEMU's own carriers of a region. */
  carriers_of_temu: { request: RegionRequest; response: Array<TemuCarrierView> };
  /** Gives a shipping method of JTL's a carrier of TEMU's. */
  carrier_map: { request: CarrierMapRequest; response: SettingsChanged };
  /** A page of SKUs with what JTL counts, what TEMU has and what it should have. */
  stock_list: { request: StockListRequest; response: StockListPage };
  /** How many SKUs stand where. */
  stock_counts: { request: null; response: Array<StockCountView> };
  /** All SKUs of a filter as CSV. */
  stock_csv: { request: StockCsvRequest; response: TextFile };
  /** What a run would send, and what the guard says; nothing is sent. */
  stock_preview: { request: StockPreviewRequest; response: StockPreview };
  /** Plans that were kept, newest first. */
  stock_plans: { request: null; response: Array<KeptPlanView> };
  /** Applies exactly a plan that was kept, or says what has changed since: the operator's word. */
  stock_apply: { request: PlanRequest; response: JobRequested };
  /** Reverses the last push, through the guard. */
  stock_undo: { request: null; response: JobRequested };
  /** Sends the stock of some SKUs, through the guard. */
  stock_send: { request: StockSendRequest; response: JobRequested };
  /** One plan that was kept. */
  stock_plan: { request: PlanRequest; response: KeptPlanView };
  /** Buffer, cap or fixed quantity of a SKU; the next run plans by it. */
  stock_rule_set: { request: SkuRuleRequest; response: Done };
  /** What was sent of a SKU, newest first. */
  stock_pushes: { request: SkuPushesRequest; response: Array<PushView> };
  /** The three formulas side by side for some article numbers. */
  stock_formulas: { request: FormulasRequest; response: Array<FormulaRowView> };
  /** JTL's warehouses. */
  warehouses: { request: null; response: Array<WarehouseView> };
  /** All jobs as they stand. */
  jobs_status: { request: null; response: Array<JobView> };
  /** Leaves a wish to run a job and returns at once; schedules stay as they are. */
  job_run: { request: JobRunRequest; response: JobRequested };
  /** Ends a run between two items. */
  run_cancel: { request: RunRequest; response: Done };
  /** A page of runs, newest first. */
  runs_list: { request: RunListRequest; response: RunListPage };
  /** One run with its steps and the records that failed. */
  run: { request: RunRequest; response: RunDetailView };
  /** All runs of a filter as CSV. */
  runs_csv: { request: RunCsvRequest; response: TextFile };
  /** Figures of a job's ended runs. */
  job_stats: { request: JobStatsRequest; response: JobStatsView };
  /** A page of the log, newest first. */
  job_logs: { request: LogRequest; response: LogPageView };
  /** Everything that can be set, with what holds. */
  settings: { request: null; response: SettingsView };
  /** Changes settings: all of them or none. */
  settings_change: { request: SettingsChangeRequest; response: SettingsChanged };
  /** Where each secret is; never a value. */
  secrets: { request: null; response: Array<SecretView> };
  /** Stores a secret in the keychain. */
  secret_set: { request: SecretSetRequest; response: Done };
  /** Deletes a secret from the keychain. */
  secret_delete: { request: SecretRequest; response: Done };
  /** The documents of an inbox: its files, and what was read of files that are gone. */
  documents_list: { request: DocumentsRequest; response: Array<DocumentView> };
  /** Puts a document into an inbox; nothing is overwritten. */
  document_add: { request: DocumentAddRequest; response: AddedFile };
  /** Reads what lies in an inbox and brings its tables up to date. */
  documents_read: { request: DocumentsRequest; response: DocumentsRead };
  /** The table of what was read. */
  documents_table: { request: DocumentsTableRequest; response: DataFile };
  /** The text of a document's first page at its places; nothing when it is no PDF or its file is gone. */
  document_page: { request: DocumentPageRequest; response: PageView | null };
  /** DATEV batches that wait, and those that were converted. */
  datev: { request: null; response: DatevView };
  /** Puts a DATEV batch into the inbox; nothing is overwritten. */
  datev_add: { request: BatchRequest; response: AddedFile };
  /** Replaces the marketplaces' order numbers in batches of the inbox by JTL's numbers. */
  datev_convert: { request: DatevConvertRequest; response: Array<DatevResult> };
  /** Checks a batch against DATEV's rules; nothing of it is kept. */
  datev_check: { request: BatchRequest; response: Array<DatevFinding> };
  /** Looks at everything that can break; every red light has its remedy. */
  health: { request: null; response: HealthView };
  /** Tests a connection step by step. */
  connection_test: { request: ConnectionRequest; response: HealthView };
  /** What would be sent to support: every text, with names, addresses and numbers hashed. */
  bundle_preview: { request: null; response: BundleView };
  /** Writes the same as a ZIP file into the data folder. */
  bundle_write: { request: null; response: WrittenFile };
  /** The saved views of a screen. */
  views_list: { request: ScreenRequest; response: Array<View> };
  /** Saves a view; one of the same name is replaced. */
  view_save: { request: ViewSaveRequest; response: View };
  /** Deletes a saved view. */
  view_delete: { request: ViewRequest; response: Done };
}

/** What each command changes, whether it can be tried dry, and whether a person confirms it first. */
export const commands: Record<keyof Commands, { changes: readonly Topic[]; dryRun: boolean; confirm: boolean }> = {
  about: { changes: [], dryRun: false, confirm: false },
  problem_texts: { changes: [], dryRun: false, confirm: false },
  demo_start: { changes: ["orders", "parcels", "stock", "runs", "jobs", "settings", "health", "documents", "views"], dryRun: false, confirm: false },
  demo_leave: { changes: ["orders", "parcels", "stock", "runs", "jobs", "settings", "health", "documents", "views"], dryRun: false, confirm: false },
  folder_show: { changes: [], dryRun: false, confirm: false },
  overview: { changes: [], dryRun: false, confirm: false },
  orders_by_day: { changes: [], dryRun: false, confirm: false },
  alert_settle: { changes: ["orders"], dryRun: false, confirm: false },
  orders_list: { changes: [], dryRun: false, confirm: false },
  orders_counts: { changes: [], dryRun: false, confirm: false },
  order: { changes: [], dryRun: false, confirm: false },
  order_xml: { changes: [], dryRun: false, confirm: false },
  orders_csv: { changes: [], dryRun: false, confirm: false },
  orders_preview: { changes: [], dryRun: false, confirm: false },
  order_correct_address: { changes: ["orders"], dryRun: false, confirm: false },
  order_correct_sku: { changes: ["orders"], dryRun: false, confirm: false },
  order_export_again: { changes: ["orders"], dryRun: false, confirm: true },
  parcels_list: { changes: [], dryRun: false, confirm: false },
  parcels_counts: { changes: [], dryRun: false, confirm: false },
  carriers_unmapped: { changes: [], dryRun: false, confirm: false },
  carriers_of_temu: { changes: [], dryRun: false, confirm: false },
  carrier_map: { changes: ["settings", "parcels"], dryRun: false, confirm: false },
  stock_list: { changes: [], dryRun: false, confirm: false },
  stock_counts: { changes: [], dryRun: false, confirm: false },
  stock_csv: { changes: [], dryRun: false, confirm: false },
  stock_preview: { changes: [], dryRun: false, confirm: false },
  stock_plans: { changes: [], dryRun: false, confirm: false },
  stock_apply: { changes: ["stock", "jobs", "runs"], dryRun: false, confirm: true },
  stock_undo: { changes: ["stock", "jobs", "runs"], dryRun: false, confirm: true },
  stock_send: { changes: ["stock", "jobs", "runs"], dryRun: false, confirm: false },
  stock_plan: { changes: [], dryRun: false, confirm: false },
  stock_rule_set: { changes: ["stock"], dryRun: false, confirm: false },
  stock_pushes: { changes: [], dryRun: false, confirm: false },
  stock_formulas: { changes: [], dryRun: false, confirm: false },
  warehouses: { changes: [], dryRun: false, confirm: false },
  jobs_status: { changes: [], dryRun: false, confirm: false },
  job_run: { changes: ["jobs", "runs"], dryRun: false, confirm: false },
  run_cancel: { changes: ["jobs", "runs"], dryRun: false, confirm: true },
  runs_list: { changes: [], dryRun: false, confirm: false },
  run: { changes: [], dryRun: false, confirm: false },
  runs_csv: { changes: [], dryRun: false, confirm: false },
  job_stats: { changes: [], dryRun: false, confirm: false },
  job_logs: { changes: [], dryRun: false, confirm: false },
  settings: { changes: [], dryRun: false, confirm: false },
  settings_change: { changes: ["settings"], dryRun: true, confirm: false },
  secrets: { changes: [], dryRun: false, confirm: false },
  secret_set: { changes: ["settings", "health"], dryRun: false, confirm: false },
  secret_delete: { changes: ["settings", "health"], dryRun: false, confirm: true },
  documents_list: { changes: [], dryRun: false, confirm: false },
  document_add: { changes: ["documents"], dryRun: false, confirm: false },
  documents_read: { changes: ["documents"], dryRun: false, confirm: false },
  documents_table: { changes: [], dryRun: false, confirm: false },
  document_page: { changes: [], dryRun: false, confirm: false },
  datev: { changes: [], dryRun: false, confirm: false },
  datev_add: { changes: ["documents"], dryRun: false, confirm: false },
  datev_convert: { changes: ["documents", "runs"], dryRun: true, confirm: false },
  datev_check: { changes: [], dryRun: false, confirm: false },
  health: { changes: [], dryRun: false, confirm: false },
  connection_test: { changes: ["health"], dryRun: false, confirm: false },
  bundle_preview: { changes: [], dryRun: false, confirm: false },
  bundle_write: { changes: [], dryRun: false, confirm: false },
  views_list: { changes: [], dryRun: false, confirm: false },
  view_save: { changes: ["views"], dryRun: false, confirm: false },
  view_delete: { changes: ["views"], dryRun: false, confirm: false },
};
