/** Commands that the engine does not have yet, in the shapes that its parts already have. Each goes when `gen.ts` has it. */
import * as gen from './gen';
import type { Done, Outcome, PageRequest, ProblemCode, Reason, TextFile, Topic } from './gen';

export type Trigger = 'schedule' | 'catch_up' | 'manual' | 'cli' | 'retry';
export type StoredProblem = { code: ProblemCode; subject?: string | null; detail?: string | null };
export type RunRecord = {
  run_id: string;
  job: string;
  mode: string;
  trigger: Trigger;
  attempt: number;
  parent_run: string | null;
  started_at: string;
  ended_at: string | null;
  outcome: Outcome | null;
  counts: Record<string, number>;
  problems: StoredProblem[];
};
export type StepRecord = { step: string; started_at: string; ended_at: string; done: number; failed: number };
export type ItemRecord = { step: string; subject: string; state: string; code: ProblemCode | null; detail: string; at: string };
export type RunDetail = { run: RunRecord; steps: StepRecord[]; items: ItemRecord[] };
export type ScheduleStatus = { text: string; timezone: string; mode: string; next: string | null };
export type RunningJob = {
  run_id: string;
  since: string;
  host: string;
  here: boolean;
  is_cancelled: boolean;
  step: string | null;
  done: number;
  total: number | null;
};
export type JobStatus = {
  job: string;
  enabled: boolean;
  modes: string[];
  schedules: ScheduleStatus[];
  next: { at: string; mode: string } | null;
  running: RunningJob | null;
  retry_at: string | null;
  last: RunRecord | null;
  last_success: string | null;
};
export type JobStats = {
  job: string;
  runs: number;
  success: number;
  partial: number;
  failed: number;
  cancelled: number;
  needs_approval: number;
  success_permille: number | null;
  mean_ms: number | null;
  p95_ms: number | null;
};
export type LogRow = { id: number; at: string; job: string; run_id: string | null; level: 'error' | 'warn' | 'info' | 'debug'; message: string };
export type HealthView = {
  part: 'temu' | 'jtl' | 'store' | 'schedule';
  state: 'ok' | 'warn' | 'stop' | 'off';
  problem: StoredProblem | null;
  answer_ms: number | null;
  token_days: number | null;
  at: string | null;
};

export type TestStepView = { step: string; ok: boolean | null; ms: number | null; detail: string | null; problem: StoredProblem | null; command: string | null };

export type StockStatus = 'delta' | 'synced' | 'unknown' | 'unmatched' | 'unread';
export type SkuRule = { buffer: number; cap: number | null; fixed: number | null };
export type StockRowView = {
  key: string;
  sku_sn: string | null;
  goods_name: string;
  variant: string;
  status: StockStatus;
  rule: SkuRule;
  wanted: number | null;
  counted: number | null;
  pending: number | null;
  reason: Reason | null;
  sent: number | null;
  sent_at: string | null;
  confirmed: number | null;
  confirmed_at: string | null;
  last_read: number | null;
  last_read_at: string | null;
  known: number | null;
  problem: Reason | null;
};
export type StockQuery = { statuses: StockStatus[]; reason: ProblemCode | null; text: string | null; doubled: boolean; sort: 'number' | 'difference' };
export type GuardStop =
  | { kind: 'too_many_changed'; changed: number; of: number; limit_percent: number }
  | { kind: 'too_many_zeroed'; zeroed: number; limit: number }
  | { kind: 'incomplete'; asked: number; answered: number };
export type SkuOpView = { key: string; sku_sn: string | null; name: string; counted: number | null; buffer: number; before: number | null; after: number };
export type PlanView = {
  id: string;
  kind: 'sync' | 'undo';
  state: 'proposed' | 'approved' | 'applied' | 'superseded';
  run_id: string;
  made_at: string;
  ops: SkuOpView[];
  unchanged: number;
  unknown: number;
  unmatched: number;
  asked: number;
  answered: number;
  stops: GuardStop[];
};
export type PlanSummary = { id: string; kind: 'sync' | 'undo'; state: PlanView['state']; made_at: string; changes: number; zeroed: number };

export type DocumentKind = 'rechnungen' | 'werbung';
export type DocumentView = {
  file: string;
  state: 'inbox' | 'read' | 'flagged' | 'foreign' | 'broken';
  country: string | null;
  type: 'rechnung' | 'gutschrift' | 'werbung' | null;
  number: string | null;
  date: string | null;
  period_start: string | null;
  period_end: string | null;
  net_cents: number | null;
  vat_cents: number | null;
  gross_cents: number | null;
  currency: string | null;
  supplier: string | null;
  flags: string[];
};
export type InboxFile = { file: string; bytes: number; at: string };
export type DatevRow = { row: number; field: string; before: string; after: string | null };
export type DatevBatch = { name: string; output: string | null; rows: number; found: number; replaced: number; missing: string[]; critical: number; preview: DatevRow[] };
export type DatevResult = { source: string; at: string; report: string | null; batches: DatevBatch[]; problems: StoredProblem[] };
export type DatevView = { inbox: InboxFile[]; results: DatevResult[] };
export type DatevFinding = { row: number | null; field: string | null; severity: 'error' | 'warning'; text: { de: string; en: string } };

type SketchCommands = {
  jobs_status: { request: null; response: JobStatus[] };
  job_run: { request: { job: string; mode: string; options: Record<string, unknown> }; response: Done };
  run_cancel: { request: { run_id: string }; response: Done };
  runs_list: { request: { job: string | null; outcome: Outcome | null; page: PageRequest }; response: { runs: RunRecord[]; next: string | null } };
  run: { request: { run_id: string }; response: RunDetail };
  runs_csv: { request: { job: string | null; outcome: Outcome | null }; response: TextFile };
  job_stats: { request: { job: string; days: number }; response: JobStats };
  job_logs: { request: { job: string | null; run: string | null; level: LogRow['level'] | null; text: string | null; before: number | null }; response: { lines: LogRow[]; next: number | null } };
  stock_list: { request: { query: StockQuery; page: PageRequest }; response: { rows: StockRowView[]; next: string | null; total: number } };
  stock_counts: { request: null; response: { status: StockStatus; skus: number }[] };
  stock_plan: { request: null; response: PlanView | null };
  stock_plans: { request: { limit: number }; response: PlanSummary[] };
  stock_plan_apply: { request: { plan_id: string; keys: string[] | null }; response: Done };
  stock_undo: { request: null; response: PlanView };
  sku_rule_set: { request: { key: string; rule: SkuRule }; response: Done };
  documents_list: { request: { kind: DocumentKind }; response: DocumentView[] };
  document_add: { request: { kind: DocumentKind; name: string; content_base64: string }; response: Done };
  documents_read: { request: { kind: DocumentKind }; response: Done };
  documents_table: { request: { kind: DocumentKind; format: 'csv' }; response: TextFile };
  datev: { request: null; response: DatevView };
  datev_add: { request: { name: string; content_base64: string }; response: Done };
  datev_convert: { request: { files: string[]; dry_run: boolean }; response: DatevResult[] };
  datev_check: { request: { name: string; content_base64: string }; response: DatevFinding[] };
  connection_test: { request: { part: 'temu' | 'jtl' }; response: TestStepView[] };
  health: { request: null; response: HealthView[] };
  health_check: { request: null; response: HealthView[] };
};

const asks = { changes: [] as readonly Topic[], dryRun: false, confirm: false };
const marks: Record<keyof SketchCommands, typeof asks> = {
  jobs_status: asks,
  job_run: { ...asks, changes: ['runs', 'jobs'] },
  run_cancel: { ...asks, changes: ['runs'] },
  runs_list: asks,
  run: asks,
  runs_csv: asks,
  job_stats: asks,
  job_logs: asks,
  stock_list: asks,
  stock_counts: asks,
  stock_plan: asks,
  stock_plans: asks,
  stock_plan_apply: { ...asks, changes: ['stock', 'runs', 'jobs'], confirm: true },
  stock_undo: { ...asks, changes: ['stock'] },
  sku_rule_set: { ...asks, changes: ['stock'] },
  documents_list: asks,
  document_add: { ...asks, changes: ['documents'] },
  documents_read: { ...asks, changes: ['documents'] },
  documents_table: asks,
  datev: asks,
  datev_add: { ...asks, changes: ['documents'] },
  datev_convert: { ...asks, changes: ['documents'], dryRun: true },
  datev_check: asks,
  connection_test: { ...asks, changes: ['health'] },
  health: asks,
  health_check: { ...asks, changes: ['health'] },
};

export type Commands = gen.Commands & SketchCommands;
export const commands = { ...gen.commands, ...marks };
