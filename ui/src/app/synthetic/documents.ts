import type { DatevResult, DatevView, DocumentView, PageView } from '$rpc/contract';
import { iso, NOW } from './orders';

const read: DocumentView = {
  id: 'DE-2026-11-0001.pdf', file: 'DE-2026-11-0001.pdf', state: 'read', is_there: true, country: 'DE', type: 'rechnung', number: 'DE60012345', date: '2026-11-02', period_start: null, period_end: null,
  net_cents: 41_999, vat_cents: 7980, gross_cents: 49_979, currency: 'EUR', supplier: 'Marktplatz Services GmbH', flags: [], detail: null,
};

function named(file: string, change: Partial<DocumentView>): DocumentView {
  return { ...read, ...change, id: file, file };
}

/** A page on which the number and the amounts of the first document stand. */
export function makePage(): PageView {
  const word = (text: string, x: number, y: number) => ({ text, x, y, width: text.length * 55, size: 100, turn: 0 });
  return { width: 5953, height: 8419, pages: 2, words: [word('Rechnungsnummer:', 700, 900), word('DE60012345', 2000, 900), word('Gesamtsumme', 700, 1400), word('499,79', 2000, 1400), word('EUR', 2500, 1400)] };
}

export function makeDocuments(): DocumentView[] {
  const none = { country: null, type: null, number: null, date: null, net_cents: null, vat_cents: null, gross_cents: null, currency: null, supplier: null };
  return [
    read,
    named('DE-2026-11-0002.pdf', { number: 'DE60012346', date: '2026-11-09', net_cents: 12_500, vat_cents: 2375, gross_cents: 14_875 }),
    named('FR-2026-11-0001.pdf', { country: 'FR', type: 'gutschrift', number: 'FR20088', net_cents: -4200, vat_cents: -840, gross_cents: -5040 }),
    named('PL-2026-11-0001.pdf', { state: 'flagged', country: 'PL', number: 'PL/7781', net_cents: null, vat_cents: null, currency: 'PLN', flags: ['field_unclear:net', 'field_unclear:vat'] }),
    named('scan_0042.pdf', { ...none, state: 'broken', flags: ['no_text'] }),
    named('neu.pdf', { ...none, state: 'inbox' }),
  ];
}

export function makeDatevResult(at: number): DatevResult {
  return {
    source: 'EXTF_Buchungsstapel_2026-10.csv',
    at: iso(at),
    report: 'bericht.xlsx',
    problems: [],
    batches: [
      {
        name: 'EXTF_Buchungsstapel_2026-10.csv', output: 'ausgang/EXTF_Buchungsstapel_2026-10.csv', rows: 5002, found: 1204, replaced: 1198, not_found: 6,
        missing: ['302-1111111-2222222', '302-1111111-3333333'], critical: 2,
        preview: [
          { row: 12, field: 'Belegfeld 1', before: 'PO-076-21905452099192792', after: 'K-10442' },
          { row: 13, field: 'Buchungstext', before: 'PO-076-21905437714058831', after: 'K-10443' },
          { row: 44, field: 'Belegfeld 1', before: '302-1111111-2222222', after: null },
        ],
      },
    ],
  };
}

export function makeDatev(): DatevView {
  return { inbox: [{ file: 'EXTF_Buchungsstapel_2026-10.csv', bytes: 1_240_000, at: iso(NOW - 600_000) }], results: [makeDatevResult(NOW - 86_400_000)] };
}
