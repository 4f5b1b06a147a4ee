/** One cell as German spreadsheets read it: semicolons, quotes doubled, and no cell that a spreadsheet would run as a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) && !/^[+-]?[\d.,]+$/.test(text) ? `'${text}` : text;
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A table as CSV with a byte order mark (without it Excel reads umlauts wrongly) and CRLF. */
export function toCsv(head: string[], rows: string[][]): string {
  return '\ufeff' + [head, ...rows].map((row) => row.map(cell).join(';')).join('\r\n') + '\r\n';
}

/** Long enough for any web view to have read what it saves. */
const KEPT_MS = 60_000;

/** Offers a text as a file. */
export function saveText(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // WebKit reads the address only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
