import { m } from '$i18n';
import type { ActiveFilter } from '$kit/FilterBar.svelte';
import type { Sort } from '$kit/table';
import { countryName } from '$lib/countries';
import { date } from '$lib/format';
import type { OrderListPage, OrderQuery, OrderState, ProblemCode, StateCountView } from '$rpc/contract';
import { rpc } from '$rpc/client';
import { tell } from '$rpc/problem.svelte';

/** Where the list stands, as the address keeps it. */
export type Filter = Partial<Record<'view' | 'base' | 'q' | 'country' | 'from' | 'hold' | 'sort', string>>;

/** The views that every desk has: which states each shows. */
export const VIEWS: { id: string; word: () => string; states: OrderState[]; alarm?: boolean }[] = [
  { id: 'open', word: () => m.view_open(), states: ['imported', 'on_hold', 'exported', 'accepted', 'tracked'] },
  { id: 'held', word: () => m.status_held(), states: ['on_hold'], alarm: true },
  { id: 'ready', word: () => m.status_ready(), states: ['imported'] },
  { id: 'jtl', word: () => m.view_at_jtl(), states: ['exported', 'accepted', 'tracked'] },
  { id: 'reported', word: () => m.status_reported(), states: ['reported'] },
  { id: 'cancelled', word: () => m.status_cancelled(), states: ['cancelled'] },
  { id: 'all', word: () => m.view_all(), states: [] },
];

/** A saved view stands on one of the views that every desk has (`base`). */
const viewOf = (filter: Filter) => VIEWS.find((view) => view.id === (filter.base ?? filter.view)) ?? VIEWS[0]!;

type SortWord = OrderQuery['sort'];
const SORTS: SortWord[] = ['deadline', 'newest', 'oldest', 'number', 'highest'];

export function sortWord(filter: Filter): SortWord {
  const wanted = SORTS.find((sort) => sort === filter.sort);
  return wanted ?? (viewOf(filter).id === 'open' || viewOf(filter).id === 'held' ? 'deadline' : 'newest');
}

/** The query of a filter. `text` columns are searched by their beginnings, as the store does. */
export function orderQuery(filter: Filter): OrderQuery {
  return {
    states: viewOf(filter).states,
    hold: (filter.hold as ProblemCode | undefined) ?? null,
    search: filter.q || null,
    country: filter.country || null,
    ordered_from: filter.from ? new Date(`${filter.from}T00:00:00`).toISOString() : null,
    ordered_before: null,
    sort: sortWord(filter),
  };
}

/** How many orders a view has, by the counts of the states. */
export function viewCount(id: string, counts: StateCountView[] | null): number | null {
  if (!counts) return null;
  const states = VIEWS.find((view) => view.id === id)?.states ?? [];
  return counts.filter((c) => states.length === 0 || states.includes(c.state)).reduce((sum, c) => sum + c.orders, 0);
}

/** The column by which a sort word sorts. */
export function sortOf(word: SortWord): Sort {
  const columns: Record<SortWord, Sort> = {
    deadline: { column: 'ship_by', down: false },
    newest: { column: 'ordered_at', down: true },
    oldest: { column: 'ordered_at', down: false },
    number: { column: 'number', down: false },
    highest: { column: 'total', down: true },
  };
  return columns[word];
}

/** The sort word after a press on a column's head. */
export function sortAfter(column: string, now: SortWord): SortWord {
  if (column === 'ordered_at') return now === 'newest' ? 'oldest' : 'newest';
  return ({ ship_by: 'deadline', number: 'number', total: 'highest' } as const)[column] ?? now;
}

/** The filters in force beside view and search, with their values. */
export function activeFilters(filter: Filter): ActiveFilter[] {
  return [
    ...(filter.from ? [{ id: 'from', word: m.filter_from({ date: date(`${filter.from}T12:00:00`) }) }] : []),
    ...(filter.country ? [{ id: 'country', word: m.filter_country({ country: countryName(filter.country) }) }] : []),
    ...(filter.hold ? [{ id: 'hold', word: tell({ code: filter.hold as ProblemCode }).title }] : []),
  ];
}

/** The numbers of all orders of a query, page by page. */
export async function readyNumbers(query: OrderQuery): Promise<string[]> {
  const numbers: string[] = [];
  let after: string | null = null;
  do {
    const answer: OrderListPage = await rpc('orders_list', { query, page: { ...(after ? { after } : {}), limit: 1000 } });
    numbers.push(...answer.orders.map((order) => order.parent_order_sn));
    after = answer.next;
  } while (after);
  return numbers;
}
