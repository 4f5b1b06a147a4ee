import { bindKeys, keyName, type KeyAct } from '$lib/keys';
import type { Selection } from '$lib/selection.svelte';

interface Grid<Row> {
  rows: () => Row[];
  key: (row: Row) => string;
  cursor: () => string | null;
  /** Puts the cursor (and the focus) on a row. */
  move: (key: string) => void;
  selection: () => Selection | undefined;
  selectable: () => string[];
  open: (row: Row) => void;
  selectAll: () => void;
  copied: (row: Row) => string;
}

const PAGE = 12;

/** The keys of a list. They act in the list, and from the page around it while nothing else holds the focus. */
export function gridKeys<Row>(grid: Grid<Row>): (event: KeyboardEvent) => void {
  const at = (): number => grid.rows().findIndex((row) => grid.key(row) === grid.cursor());
  const go = (index: number): void => {
    const rows = grid.rows();
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row) grid.move(grid.key(row));
  };
  const current = (): Row | undefined => grid.rows()[at()];
  const extend = (by: number): void => {
    const before = current();
    if (before && grid.selection()?.size === 0) grid.selection()?.extend(grid.key(before), grid.selectable());
    go(at() + by);
    const row = current();
    if (row) grid.selection()?.extend(grid.key(row), grid.selectable());
  };
  const tick = (): boolean | void => {
    const row = current();
    const selection = grid.selection();
    if (!row || !selection) return true;
    if (grid.selectable().includes(grid.key(row))) selection.toggle(grid.key(row));
  };
  const copy = (): boolean | void => {
    const row = current();
    if (!row || getSelection()?.toString()) return true;
    void navigator.clipboard.writeText(grid.copied(row));
  };
  const open = (): boolean | void => {
    const row = current();
    if (!row) return true;
    grid.open(row);
  };
  const keys: Record<string, KeyAct> = {
    ArrowDown: () => go(at() + 1),
    ArrowUp: () => go(at() - 1),
    j: () => go(at() + 1),
    k: () => go(at() - 1),
    PageDown: () => go(at() + PAGE),
    PageUp: () => go(at() - PAGE),
    Home: () => go(0),
    End: () => go(Infinity),
    'Shift+ArrowDown': () => extend(1),
    'Shift+ArrowUp': () => extend(-1),
    ' ': tick,
    Enter: open,
    'Ctrl+a': () => grid.selectAll(),
    'Ctrl+c': copy,
  };

  const isFree = (): boolean => document.activeElement === null || document.activeElement === document.body;
  const outside = Object.fromEntries(
    ['ArrowDown', 'ArrowUp', 'j', 'k', 'Ctrl+a'].map((name) => [name, (event: KeyboardEvent) => (isFree() ? keys[name]!(event) : true)]),
  );
  $effect(() => bindKeys(outside));

  return (event) => {
    const onRow = event.target instanceof HTMLTableRowElement;
    const act = keys[keyName(event)];
    if (!onRow || !act || act(event) === true) return;
    event.preventDefault();
    event.stopPropagation();
  };
}
