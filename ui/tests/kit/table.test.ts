import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { fitting, type Column } from '$kit/table';
import { Selection } from '$lib/selection.svelte';
import { violations } from '../axe';
import Table from './Table.svelte';

const rows = ['a', 'b', 'c', 'd'].map((id, n) => ({ id, name: `name ${id}`, n }));
const cursor = (): string | undefined => document.querySelector<HTMLElement>('tr.cursor')?.dataset['key'];

test('arrows and j, k move the cursor, Enter opens the row, and the focus follows', async () => {
  const onopen = vi.fn();
  render(Table, { rows, onopen });
  const user = userEvent.setup();
  await user.tab();
  await user.tab();
  await user.tab();
  expect(document.activeElement).toHaveProperty('dataset.key', 'a');
  await user.keyboard('{ArrowDown}j');
  expect(cursor()).toBe('c');
  expect(document.activeElement).toHaveProperty('dataset.key', 'c');
  await user.keyboard('k{Enter}');
  expect(onopen).toHaveBeenCalledExactlyOnceWith(rows[1]);
  await user.keyboard('{End}{ArrowDown}');
  expect(cursor()).toBe('d');
});

test('only one row is a tab stop', () => {
  render(Table, { rows });
  expect(document.querySelectorAll('tbody tr[tabindex="0"]')).toHaveLength(1);
});

test('space ticks a row, shift and arrows a range, Ctrl+A the page, and a row that cannot be ticked stays out', async () => {
  const selection = new Selection();
  render(Table, { rows, selection, unselectable: (row) => (row.id === 'c' ? 'not yet' : null) });
  const user = userEvent.setup();
  document.querySelector<HTMLElement>('tr[data-key="a"]')!.focus();
  await user.keyboard(' ');
  expect(selection.list()).toEqual(['a']);
  await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
  expect(selection.list()).toEqual(['a', 'b']);
  await user.keyboard('{Control>}a{/Control}');
  expect(selection.list()).toEqual(['a', 'b', 'd']);
  await user.keyboard('{End}{ArrowUp} ');
  expect(selection.has('c')).toBe(false);
});

test('the head ticks all rows and says when only some are', async () => {
  const selection = new Selection();
  render(Table, { rows, selection });
  const user = userEvent.setup();
  const [all, first] = screen.getAllByRole<HTMLInputElement>('checkbox');
  await user.click(first!);
  expect(all!.indeterminate).toBe(true);
  await user.click(all!);
  expect(selection.size).toBe(4);
});

test('a sorted column says so, and its head asks for another sort', async () => {
  const onsort = vi.fn();
  render(Table, { rows, onsort, sort: { column: 'n', down: true } });
  expect(screen.getByRole('columnheader', { name: /Count/ }).getAttribute('aria-sort')).toBe('descending');
  await userEvent.click(within(screen.getByRole('columnheader', { name: /Name/ })).getByRole('button'));
  expect(onsort).toHaveBeenCalledWith('name');
});

test('nothing flickers: the skeleton comes after 300 ms, the empty state only when nothing is loading', async () => {
  vi.useFakeTimers();
  const { rerender } = render(Table, { rows: [], loading: true });
  expect(document.querySelectorAll('tbody tr')).toHaveLength(0);
  expect(screen.queryByText('none')).toBeNull();
  await vi.advanceTimersByTimeAsync(301);
  expect(document.querySelectorAll('tbody tr').length).toBeGreaterThan(3);
  await rerender({ rows: [], loading: false });
  expect(screen.getByText('none')).toBeTruthy();
  vi.useRealTimers();
});

test('axe finds nothing in a list with selection', async () => {
  const { container } = render(Table, { rows, selection: new Selection(), onsort: () => undefined, sort: { column: 'n', down: false } });
  expect(await violations(container)).toEqual([]);
});

test('columns give way by rank when there is no room; the first and what the operator asked for stay', () => {
  const column = (id: string, rank: number, spare = false): Column<never> => ({ id, head: id, width: 100, rank, spare, text: () => '' });
  const columns = [column('a', 0), column('b', 3), column('c', 1), column('d', 2, true)];
  const ids = (list: Column<never>[]): string => list.map((c) => c.id).join('');
  expect(ids(fitting(columns, [], [], {}, 500))).toBe('abc');
  expect(ids(fitting(columns, [], [], {}, 250))).toBe('ac');
  expect(ids(fitting(columns, [], ['d'], {}, 200))).toBe('ad');
  expect(ids(fitting(columns, ['c'], [], {}, 500))).toBe('ab');
  expect(ids(fitting(columns, [], [], { a: 400 }, 450))).toBe('a');
});
