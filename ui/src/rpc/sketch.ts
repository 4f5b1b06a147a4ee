/** Commands that the engine does not have yet, in the shapes that its parts already have. Each goes when `gen.ts` has it. */
import * as gen from './gen';
import type { Done, ProblemCode, TextFile, Topic } from './gen';

export type StoredProblem = { code: ProblemCode; subject?: string | null; detail?: string | null };
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
  documents_list: { request: { kind: DocumentKind }; response: DocumentView[] };
  document_add: { request: { kind: DocumentKind; name: string; content_base64: string }; response: Done };
  documents_read: { request: { kind: DocumentKind }; response: Done };
  documents_table: { request: { kind: DocumentKind; format: 'csv' }; response: TextFile };
  datev: { request: null; response: DatevView };
  datev_add: { request: { name: string; content_base64: string }; response: Done };
  datev_convert: { request: { files: string[]; dry_run: boolean }; response: DatevResult[] };
  datev_check: { request: { name: string; content_base64: string }; response: DatevFinding[] };
};

const asks = { changes: [] as readonly Topic[], dryRun: false, confirm: false };
const marks: Record<keyof SketchCommands, typeof asks> = {
  documents_list: asks,
  document_add: { ...asks, changes: ['documents'] },
  documents_read: { ...asks, changes: ['documents'] },
  documents_table: asks,
  datev: asks,
  datev_add: { ...asks, changes: ['documents'] },
  datev_convert: { ...asks, changes: ['documents'], dryRun: true },
  datev_check: asks,
};

export type Commands = gen.Commands & SketchCommands;
export const commands = { ...gen.commands, ...marks };
