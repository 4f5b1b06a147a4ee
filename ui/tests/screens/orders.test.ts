import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { route } from '$lib/route.svelte';
import { orderNumber, syntheticHost } from '../../src/app/synthetic/host';
import { makeOrders } from '../../src/app/synthetic/orders';
import { callsOf, dialog, open, settled } from './app';

const held = orderNumber(0);

test('the list asks for open orders by deadline, and a tab, a search and a sort ask anew', async () => {
  const host = await open('orders');
  expect(callsOf(host, 'orders_list').at(-1)).toMatchObject({ query: { states: ['imported', 'on_hold', 'exported', 'accepted', 'tracked'], sort: 'deadline' }, page: { limit: 100 } });
  const user = userEvent.setup();
  await user.click(screen.getByRole('tab', { name: /Angehalten/ }));
  await user.type(screen.getByRole('searchbox'), 'Brandt{Enter}');
  await user.click(within(screen.getByRole('columnheader', { name: /Brutto/ })).getByRole('button'));
  await settled(host);
  expect(callsOf(host, 'orders_list').at(-1)).toMatchObject({ query: { states: ['on_hold'], search: 'Brandt', sort: 'highest' } });
});

test('a filter that hides everything says so, and one press clears it', async () => {
  const host = await open('orders?q=nobody');
  const user = userEvent.setup();
  expect(screen.getByText('Keine Bestellung passt zum Filter')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Filter löschen' }));
  await settled(host);
  expect(screen.queryByText('Keine Bestellung passt zum Filter')).toBeNull();
});

test('a hold is mended in place: the missing house number is said at its field, and the correction releases the order', async () => {
  const order = makeOrders(1)[0]!;
  const host = syntheticHost(
    { running: false, orders: 18 },
    { order_correct_address: ({ address }) => ({ ...order, state: 'imported', holds: [], address, given_address: null }) },
  );
  await open(`orders/${held}?view=held`, host);
  const user = userEvent.setup();
  const street = screen.getByRole<HTMLInputElement>('textbox', { name: /Hausnummer fehlt/ });
  expect(street.value).toBe('Holtenauer Straße');
  expect(screen.getByRole('button', { name: 'Adresse speichern und freigeben' }).getAttribute('aria-disabled')).toBe('true');
  await user.type(street, ' 114 b');
  await user.click(screen.getByRole('button', { name: 'Adresse speichern und freigeben' }));
  await settled(host);
  expect(callsOf(host, 'order_correct_address')).toMatchObject([{ parent_order_sn: held, address: { street: 'Holtenauer Straße 114 b', city: 'Kiel', country: 'DE' } }]);
});

test('an order that waits for TEMU is amber, asks nobody, and shows a dash for the missing amount', async () => {
  await open(`orders/${orderNumber(15)}?view=all`);
  expect(screen.getByText(/Wartet auf TEMU: Beträge fehlen/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Adresse speichern und freigeben' })).toBeNull();
});

test('the detail steps through the list, and Escape closes it', async () => {
  const host = await open('orders');
  const user = userEvent.setup();
  await user.keyboard('{ArrowDown}');
  await user.keyboard('{ArrowDown}{Enter}');
  await settled(host);
  const first = route.place.id;
  expect(first).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Nächste Zeile' }));
  expect(route.place.id).not.toBe(first);
  await user.keyboard('{Escape}');
  expect(route.place.id).toBeNull();
});

test('an order that JTL does not show is handed over again only after a question that names it', async () => {
  const number = orderNumber(7);
  const host = await open(`orders/${number}?view=all`);
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Noch einmal übergeben' }));
  expect(screen.getByText(`${number} noch einmal übergeben`)).toBeTruthy();
  expect(callsOf(host, 'order_export_again')).toEqual([]);
  expect(document.activeElement?.textContent?.trim()).toBe('Zurück');
});

test('an alert on an order that JTL has is shown in the list and can be settled', async () => {
  const host = await open(`orders/${orderNumber(8)}?view=all`);
  expect(screen.getAllByText('Storno prüfen').length).toBeGreaterThan(0);
  await userEvent.click(screen.getByRole('button', { name: 'Erledigt' }));
  await settled(host);
  expect(callsOf(host, 'alert_settle')).toEqual([{ id: 84 }]);
});

test('the CSV is that of the filter', async () => {
  const host = syntheticHost({ running: false, orders: 18 }, { orders_csv: () => ({ name: 'bestellungen.csv', content: 'x' }) });
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }));
  await open('orders?view=held&country=DE', host);
  await userEvent.click(screen.getByRole('button', { name: 'CSV' }));
  await settled(host);
  expect(callsOf(host, 'orders_csv')).toMatchObject([{ query: { states: ['on_hold'], country: 'DE' } }]);
});

test('a filter is saved as a view of its own, and opens with all it held', async () => {
  const views: { id: number; screen: string; name: string; content: string }[] = [];
  const host = syntheticHost(
    { running: false, orders: 18 },
    {
      views_list: () => views,
      view_save: (view) => {
        const saved = { id: 7, ...view };
        views.push(saved);
        return saved;
      },
    },
  );
  await open('orders?view=held&country=LU', host);
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Ansicht sichern' }));
  await user.type(within(dialog()).getByRole('textbox'), 'Luxemburg');
  await user.click(within(dialog()).getByRole('button', { name: 'Ansicht sichern' }));
  const tab = await screen.findByRole('tab', { name: /Luxemburg/ });
  expect(tab.getAttribute('aria-selected')).toBe('true');
  expect(callsOf(host, 'orders_list').at(-1)).toMatchObject({ query: { states: ['on_hold'], country: 'LU' } });
});

test('when the source fails, the last good list stays and the foot says what failed', async () => {
  let fails = false;
  const orders = syntheticHost({ running: false, orders: 18 });
  const host = syntheticHost(
    { running: false, orders: 18 },
    {
      orders_list: async (request) => {
        if (fails) throw { code: 'jtl.unreachable', detail: '' };
        return (await orders.call('orders_list', request)) as never;
      },
    },
  );
  await open('orders?view=all', host);
  const rows = screen.getAllByRole('row').length;
  fails = true;
  await userEvent.keyboard('{F5}');
  await vi.waitFor(() => expect(screen.getByText('Jetzt versuchen')).toBeTruthy());
  expect(screen.getAllByRole('row')).toHaveLength(rows);
  expect(screen.getAllByText('JTL antwortet nicht').length).toBeGreaterThan(0);
});
