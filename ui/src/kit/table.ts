import type { Snippet } from 'svelte';

/** A column of a list. */
export interface Column<Row> {
  id: string;
  head: string;
  /** Least width in px; the column marked `grow` takes the rest. */
  width: number;
  grow?: boolean;
  right?: boolean;
  /** Whether the list can be sorted by it. */
  sortable?: boolean;
  /** 0 always stays; the higher, the sooner it gives way when there is no room. */
  rank: number;
  /** Shown only when the operator asks for it. */
  spare?: boolean;
  /** The text: for the cell without a snippet. */
  text: (row: Row) => string;
  cell?: Snippet<[Row]>;
}

export interface Sort {
  column: string;
  down: boolean;
}

export const SELECT_WIDTH = 40;

/** The columns that fit into `width`, in order: first those of low rank, the operator's choice before all. */
export function fitting<Row>(columns: Column<Row>[], hidden: string[], shown: string[], widths: Record<string, number>, width: number): Column<Row>[] {
  const wanted = columns.filter((c) => !hidden.includes(c.id) && (!c.spare || shown.includes(c.id)));
  const byRank = [...wanted].sort((a, b) => rankOf(a, shown) - rankOf(b, shown));
  let used = 0;
  const kept = new Set<string>();
  for (const column of byRank) {
    used += widths[column.id] ?? column.width;
    if (used > width && column.rank > 0 && !shown.includes(column.id)) break;
    kept.add(column.id);
  }
  return wanted.filter((c) => kept.has(c.id));
}

function rankOf<Row>(column: Column<Row>, shown: string[]): number {
  return shown.includes(column.id) ? 0 : column.rank;
}
