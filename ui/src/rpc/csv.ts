import { toCsv } from '$lib/csv';
import { rpc, type CommandName, type Request, type Response } from './client';
import { saveFile } from './save';

const ROWS = 1000;

/** A column of a CSV. */
export interface CsvColumn<Row> {
  head: string;
  text: (row: Row) => string;
}

/** Writes every row of a list, not only the page on screen, exactly as it is filtered. */
export async function listCsv<K extends CommandName, Row>(
  name: string,
  command: K,
  request: (page: { after?: string; limit: number }) => Request<K>,
  rowsOf: (answer: Response<K>) => Row[],
  columns: CsvColumn<Row>[],
): Promise<void> {
  const rows: string[][] = [];
  let after: string | undefined;
  do {
    const answer = await rpc(command, request({ ...(after ? { after } : {}), limit: ROWS }));
    for (const row of rowsOf(answer)) rows.push(columns.map((column) => column.text(row)));
    after = (answer as { next?: string | null }).next ?? undefined;
  } while (after);
  await saveFile({ name, content: toCsv(columns.map((column) => column.head), rows) });
}
