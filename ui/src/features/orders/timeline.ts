import { m } from '$i18n';
import type { TimelineEntry } from '$kit/Timeline.svelte';
import { STATUS, type StatusCode } from '$kit/status';
import { placeHref } from '$lib/route.svelte';
import type { EventView, OrderDetail } from '$rpc/contract';
import { tell } from '$rpc/problem.svelte';

function stateEntry(event: EventView): Pick<TimelineEntry, 'icon' | 'tone' | 'word' | 'detail'> {
  const to = event.detail.split('→').at(-1)?.trim() ?? '';
  const code = (to === 'on_hold' ? 'order.held' : `order.${to}`) as StatusCode;
  const status = STATUS[code];
  if (!status) return { icon: 'dash', tone: 'neutral', word: event.detail };
  return { icon: status.icon, tone: status.tone, word: status.word(), detail: event.code ? tell({ code: event.code }).title : undefined };
}

function entry(event: EventView): Pick<TimelineEntry, 'icon' | 'tone' | 'word' | 'detail'> {
  const told = event.code ? tell({ code: event.code }).title : null;
  switch (event.kind) {
    case 'imported':
      return { icon: 'tick', tone: 'green', word: m.event_imported(), detail: told ?? undefined };
    case 'updated':
      return { icon: 'refresh', tone: 'neutral', word: told ?? m.event_updated(), detail: event.detail || undefined };
    case 'state':
      return stateEntry(event);
    case 'alert':
      return event.settled_at
        ? { icon: 'tick', tone: 'neutral', word: told ?? m.status_check(), detail: m.event_settled({ by: event.settled_by ?? '' }) }
        : { icon: 'triangle', tone: 'red', word: told ?? m.status_check() };
    case 'report':
      return { icon: 'van', tone: 'blue', word: told ?? m.event_report(), detail: event.detail || undefined };
    case 'note':
      return { icon: 'dash', tone: 'neutral', word: told ?? m.event_note(), detail: event.detail || undefined };
  }
}

/** What happened to an order, newest first; at the end, that it was ordered. */
export function entries(order: OrderDetail): TimelineEntry[] {
  const told = order.timeline.map((event): TimelineEntry => ({
    id: String(event.id),
    at: event.at,
    ...entry(event),
    ...(event.run_id ? { href: placeHref('jobs', event.run_id), link: m.event_run() } : {}),
  }));
  const ordered: TimelineEntry[] = order.ordered_at ? [{ id: 'ordered', at: order.ordered_at, icon: 'dash', tone: 'neutral', word: m.event_ordered() }] : [];
  return [...told.reverse(), ...ordered];
}
