import { m } from '$i18n';
import type { StatusCode } from '$kit/status';
import type { DocumentView } from '$rpc/contract';

type State = DocumentView['state'];

/** The views of the list and which documents each shows. */
export const VIEWS: { id: string; word: () => string; alarm?: boolean; fits: (state: State) => boolean }[] = [
  { id: 'all', word: () => m.view_all(), fits: () => true },
  { id: 'inbox', word: () => m.documents_inbox(), fits: (state) => state === 'inbox' },
  { id: 'read', word: () => m.status_read(), fits: (state) => state === 'read' },
  { id: 'flagged', word: () => m.status_field_unclear(), fits: (state) => state === 'flagged' },
  { id: 'broken', word: () => m.status_unreadable(), alarm: true, fits: (state) => state === 'broken' },
  { id: 'foreign', word: () => m.status_no_document(), fits: (state) => state === 'foreign' },
];

const STATES: Record<State, StatusCode> = {
  inbox: 'run.queued',
  read: 'document.read',
  flagged: 'document.flagged',
  foreign: 'document.foreign',
  broken: 'document.broken',
};

export function documentStatus(state: State): StatusCode {
  return STATES[state];
}

const TYPES: Record<NonNullable<DocumentView['type']>, () => string> = {
  rechnung: () => m.type_invoice(),
  gutschrift: () => m.type_credit_note(),
  werbung: () => m.advertising(),
};

export function typeWord(type: DocumentView['type']): string {
  return type ? TYPES[type]() : '';
}

const FLAGS: Record<string, () => string> = {
  sum_mismatch: () => m.flag_sum_mismatch(),
  duplicate: () => m.flag_duplicate(),
  wrong_inbox: () => m.flag_wrong_inbox(),
  no_text: () => m.flag_no_text(),
  unknown_layout: () => m.flag_unknown_layout(),
  reverse_charge: () => m.flag_reverse_charge(),
  several_rates: () => m.flag_several_rates(),
  encrypted: () => m.flag_encrypted(),
  broken: () => m.status_unreadable(),
};

const FIELDS: Record<string, () => string> = {
  country: () => m.col_country(),
  number: () => m.col_number(),
  date: () => m.col_date(),
  period: () => m.col_period(),
  net: () => m.col_net(),
  vat: () => m.col_vat(),
  gross: () => m.gross(),
  currency: () => m.col_currency(),
  type: () => m.col_type(),
  vat_rate: () => m.field_vat_rate(),
  supplier: () => m.col_supplier(),
  supplier_vat_id: () => m.field_supplier_vat_id(),
};

/** What a flag says; an unclear field is named. */
export function flagWord(flag: string): string {
  const field = flag.startsWith('field_unclear:') ? flag.slice('field_unclear:'.length) : null;
  if (field) return m.flag_field_unclear({ field: FIELDS[field]?.() ?? field });
  return FLAGS[flag]?.() ?? flag;
}

/** Whether a field is empty because it could not be read with confidence. It is shown as a question, never guessed. */
export function isUnclear(row: DocumentView, field: keyof DocumentView): boolean {
  return row.flags.includes(`field_unclear:${field.replace(/_(cents|start|end)$/, '')}`);
}

/** Whether a word of the page looks like a value that was read: the number, or the digits of an amount. */
export function looksRead(word: string, row: DocumentView): boolean {
  if (row.number !== null && word.length > 2 && (word === row.number || row.number.split(' ').includes(word))) return true;
  const digits = word.replace(/\D/g, '');
  const amounts = [row.net_cents, row.vat_cents, row.gross_cents].filter((cents) => cents !== null && cents !== 0);
  return /[.,]\d\d\D*$/.test(word) && amounts.some((cents) => String(Math.abs(cents!)).padStart(3, '0') === digits);
}
