import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { locale } from '$i18n';
import { route, SCREENS } from '$lib/route.svelte';
import de from '../../messages/de.json';
import en from '../../messages/en.json';
import { syntheticHost } from '../../src/app/synthetic/host';
import { violations } from '../axe';
import { callsOf, dialog, open, settled } from './app';

test('the overview says what waits for a person, red before amber, each with its act', async () => {
  await open('home');
  const panel = screen.getByRole('region', { name: 'Wartet auf Sie' });
  const titles = within(panel).getAllByRole('heading', { level: 3 }).map((h) => h.textContent);
  expect(titles).toEqual(['2 Bestellungen angehalten', 'Storno nach Übergabe', '1 Sendung abgelehnt', 'Bestandsplan freigeben', 'Versandart ohne Zuordnung']);
  await userEvent.click(within(panel).getByRole('button', { name: 'Zuordnen' }));
  expect(route.place).toMatchObject({ screen: 'tracking', query: { view: 'unmapped' } });
});

test('a workflow starts by its button, and while it runs its buttons say why they rest', async () => {
  const host = await open('home');
  await userEvent.click(screen.getByRole('button', { name: 'Bestellungen abgleichen' }));
  await settled(host);
  expect(callsOf(host, 'job_run')).toMatchObject([{ job: 'temu_orders_sync', mode: 'full' }]);
});

test('while a run is under way its step, its count and its stop are on every screen', async () => {
  const host = await open('datev', syntheticHost({ running: true, orders: 18 }));
  const strip = screen.getByRole('contentinfo', { name: 'Laufanzeige' });
  expect(strip.textContent).toContain('Schritt 1 von 4');
  host.emit({ kind: 'progress', run_id: 'run-1187', job: 'temu_orders_sync', step: 'import', done: 700, total: 1000 });
  await waitFor(() => expect(strip.textContent).toContain('700 von 1.000'));
  await userEvent.click(within(strip).getByRole('button', { name: /anhalten/ }));
  await settled(host);
  expect(callsOf(host, 'run_cancel')).toEqual([{ run_id: 'run-1187' }]);
});

test('a shipping method is mapped in place by choosing from TEMU’s own list', async () => {
  const host = await open('tracking?view=unmapped');
  const user = userEvent.setup();
  const button = screen.getByRole('button', { name: 'Zuordnen und 2 Sendungen freigeben' });
  expect(button.getAttribute('aria-disabled')).toBe('true');
  await user.click(screen.getByRole('combobox', { name: /Versender bei TEMU/ }));
  await user.keyboard('Hell{ArrowDown}{Enter}');
  await waitFor(() => expect(button.getAttribute('aria-disabled')).toBeNull());
  await user.click(button);
  await settled(host);
  expect(callsOf(host, 'carrier_map')).toMatchObject([{ shipping_method: 'Spedition Nord', carrier: '905' }]);
});

test('parcels are reported only after their preview', async () => {
  const host = await open('tracking');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: '8 Sendungen melden' }));
  await settled(host);
  expect(callsOf(host, 'job_run')).toEqual([]);
  const asked = dialog();
  expect(within(asked).getAllByRole('row')).toHaveLength(9);
  await user.click(within(asked).getByRole('button', { name: '8 Sendungen melden' }));
  await settled(host);
  expect(callsOf(host, 'job_run')).toMatchObject([{ job: 'temu_orders_sync', mode: 'tracking_only' }]);
});

test('over the guard a plan is sent only after a question that names what goes to zero', async () => {
  const host = await open('stock');
  const user = userEvent.setup();
  expect(screen.getByText(/4 Bestände gehen auf 0, erlaubt sind 3/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '13 Bestände trotzdem senden' }));
  const asked = dialog();
  expect(asked.textContent).toContain('GA-1180, HK-0410, KB-2041-SW, LE-0032');
  expect(callsOf(host, 'stock_apply')).toEqual([]);
  await user.click(within(asked).getByRole('button', { name: '13 Bestände senden' }));
  await settled(host);
  expect(callsOf(host, 'stock_apply')).toEqual([{ id: '7f3a-91c2-55aa' }]);
});

test('taking a row out of the plan counts the guard again, and only the rest is sent', async () => {
  const host = await open('stock');
  const user = userEvent.setup();
  await user.click(screen.getByRole('checkbox', { name: 'GA-1180 wählen' }));
  expect(screen.queryByText(/Schutz hat den Versand angehalten/)).toBeNull();
  await user.click(screen.getByRole('button', { name: '12 Bestände senden' }));
  await settled(host);
  const [call] = callsOf(host, 'stock_send') as { only: unknown[] }[];
  expect(call!.only).toHaveLength(12);
  expect(callsOf(host, 'stock_apply')).toEqual([]);
});

test('the last push is taken back only after a look at what that sends', async () => {
  const host = await open('stock');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Letzten Versand zurücknehmen' }));
  await settled(host);
  expect(callsOf(host, 'stock_undo')).toEqual([]);
  await user.click(within(dialog()).getByRole('button', { name: '13 Bestände zurücknehmen' }));
  await settled(host);
  expect(callsOf(host, 'stock_undo')).toEqual([null]);
});

test('what JTL did not answer is a dash and never a zero', async () => {
  await open('stock?view=unknown');
  const row = screen.getByRole('row', { name: /NB-0420/ });
  expect(within(row).getAllByText('–').length).toBeGreaterThanOrEqual(3);
});

test('a changed schedule is said in words before it is saved, and only what changed is sent', async () => {
  const host = await open('jobs');
  const user = userEvent.setup();
  const cron = screen.getByRole('textbox', { name: 'Zeitplan' });
  await user.clear(cron);
  await user.type(cron, '30 6-20/2 * * *');
  expect(screen.getByText(/alle 2 Stunden von 06:30 bis 20:30/)).toBeTruthy();
  expect(screen.getByText('Noch nicht gespeichert.')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Zeitplan speichern' }));
  await settled(host);
  expect(callsOf(host, 'settings_change')).toEqual([{ changes: [{ key: 'jobs.temu_orders_sync.schedule', value: '30 6-20/2 * * *' }], basis: 'b1' }]);
});

test('a start by hand takes options and leaves the schedule alone', async () => {
  const host = await open('jobs');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Mit Optionen…' }));
  const asked = dialog();
  await user.type(within(asked).getByRole('textbox'), '01.11.2026');
  await user.click(within(asked).getByRole('button', { name: 'Jetzt starten' }));
  await settled(host);
  expect(callsOf(host, 'job_run')).toMatchObject([{ mode: 'full', options: { since: '2026-11-01' } }]);
  expect(callsOf(host, 'settings_change')).toEqual([]);
});

test('a setting is tried before it is saved, and saving is bound to what was seen', async () => {
  const host = await open('settings/temu');
  const user = userEvent.setup();
  const rate = screen.getByRole('textbox', { name: /Anfragen je Sekunde/ });
  await user.clear(rate);
  await user.type(rate, '10');
  await waitFor(() => expect(callsOf(host, 'settings_change')).toMatchObject([{ dry_run: true }]));
  await waitFor(() => expect(screen.getByText(/20 → 10/)).toBeTruthy());
  await user.click(screen.getByRole('button', { name: 'Speichern' }));
  await settled(host);
  expect(callsOf(host, 'settings_change').at(-1)).toMatchObject({ changes: [{ key: 'temu.rate_per_second', value: 10 }], basis: 'b1' });
});

test('a secret goes in and never comes out: it is forgotten by the window when it is stored', async () => {
  const host = await open('settings/jtl');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Ersetzen' }));
  await user.type(screen.getByLabelText(/Passwort/), 'hunter2');
  await user.click(screen.getByRole('button', { name: 'Zugangsdaten speichern' }));
  await settled(host);
  expect(callsOf(host, 'secret_set')).toEqual([{ name: 'jtl.password', value: 'hunter2' }]);
  expect([...document.querySelectorAll('input')].map((input) => input.value)).not.toContain('hunter2');
});

test('a failed connection test shows the step, the remedy and the command', async () => {
  const host = await open('settings/jtl');
  await userEvent.click(screen.getByRole('button', { name: 'Verbindung testen' }));
  await settled(host);
  expect(screen.getByText('Schritt 4 von 6 gescheitert')).toBeTruthy();
  expect(screen.getByText(/GRANT SELECT/)).toBeTruthy();
});

test('a field that could not be read is a question mark, never a value', async () => {
  await open('invoices?view=flagged');
  expect(screen.getAllByText('?', { selector: '.unclear' })).toHaveLength(2);
});

test('numbers in a DATEV file are replaced only after a preview', async () => {
  const host = await open('datev');
  const user = userEvent.setup();
  expect(screen.queryByRole('button', { name: /ersetzen/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Vorschau' }));
  await settled(host);
  expect(callsOf(host, 'datev_convert')).toMatchObject([{ dry_run: true }]);
  await user.click(screen.getByRole('button', { name: '1.198 Nummern ersetzen' }));
  await settled(host);
  expect(callsOf(host, 'datev_convert').at(-1)).toMatchObject({ dry_run: false });
});

test('the first start offers the demo and the set-up, and nothing else', async () => {
  const about = { version: '1.0.0', data_folder: '/tmp/kontor', operator: 'a@b', is_set_up: false, is_demo: false };
  const host = await open('home', syntheticHost({ running: false, orders: 18 }, { about: () => about, demo_start: () => ({ at: '2026-11-23T13:32:00Z' }) }));
  expect(screen.queryByRole('navigation', { name: 'Hauptbereiche' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Demo starten' }));
  await settled(host);
  expect(callsOf(host, 'demo_start')).toHaveLength(1);
});

test('the demo is marked in the frame on every screen', async () => {
  const about = { version: '1.0.0', data_folder: '/tmp/kontor', operator: 'a@b', is_set_up: true, is_demo: true };
  await open('home', syntheticHost({ running: false, orders: 18 }, { about: () => about }));
  for (const name of SCREENS) {
    route.go(name);
    await waitFor(() => expect(screen.getByRole('note').textContent).toContain('DEMO'));
  }
});

test('the palette finds an order by its number and a screen by its name', async () => {
  const host = await open('home');
  const user = userEvent.setup();
  await user.keyboard('{Control>}k{/Control}');
  await user.type(screen.getByRole('combobox'), 'PO-076-2190545');
  await settled(host);
  await waitFor(() => expect(screen.getAllByRole('option').some((one) => one.textContent?.includes('PO-076-2190545'))).toBe(true));
});

test('every screen is reached by Alt and its number, and F6 walks its regions', async () => {
  await open('home');
  // Help is no place of work: it has F1.
  for (const [index, name] of SCREENS.filter((one) => one !== 'help').entries()) {
    await userEvent.keyboard(`{Alt>}${index + 1}{/Alt}`);
    expect(route.place.screen).toBe(name);
  }
  await userEvent.keyboard('{F1}');
  expect(route.place.screen).toBe('help');
  await userEvent.keyboard('{F6}');
  expect(document.activeElement?.closest('[data-region]')?.getAttribute('data-region')).toBe('rail');
  await userEvent.keyboard('{F6}');
  expect(document.activeElement?.closest('[data-region]')?.getAttribute('data-region')).toBe('content');
});

const PLACES = ['home', 'orders', `orders/${encodeURIComponent('PO-076-21905452099192792')}?view=all`, 'tracking?view=unmapped', 'stock', 'stock?view=all', 'invoices', 'datev', 'jobs', 'settings/temu', 'settings/look', 'settings/about'];

test.each(PLACES)('axe finds nothing on %s', async (place) => {
  await open(place, syntheticHost({ orders: 18 }));
  expect(await violations(document.body)).toEqual([]);
}, 30_000);

/** Texts without parameters that differ between the languages. */
const german = new Set(
  Object.entries(de)
    .filter(([key, text]) => typeof text === 'string' && !text.includes('{') && text !== en[key as keyof typeof en])
    .map(([, text]) => text as string),
);
const english = new Set(Object.values(en).filter((text): text is string => typeof text === 'string'));

function shownTexts(): string[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: string[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode.textContent?.trim() ?? '');
  const attributes = [...document.querySelectorAll('[title],[aria-label],[placeholder]')].flatMap((e) => ['title', 'aria-label', 'placeholder'].map((name) => e.getAttribute(name) ?? ''));
  return [...texts, ...attributes].filter(Boolean);
}

test.each(PLACES)('no German text is left on %s in English', async (place) => {
  const host = await open(place);
  locale.set('en');
  await settled(host);
  expect(shownTexts().filter((text) => german.has(text) && !english.has(text))).toEqual([]);
});

test('an hour of live updates leaves the page as large as it was', async () => {
  const host = await open('home', syntheticHost({ running: true, orders: 18 }));
  const nodes = (): number => document.querySelectorAll('*').length;
  const before = nodes();
  for (let n = 0; n < 14_400; n += 1) {
    host.emit({ kind: 'progress', run_id: 'run-1187', job: 'temu_orders_sync', step: 'import', done: n, total: 14_400 });
    if (n % 100 === 0) host.emit({ kind: 'progress', run_id: `run-${n}`, job: 'temu_inventory_sync', step: 'push', done: n, total: null });
  }
  await settled(host);
  expect(nodes()).toBe(before);
});

test('however many events say that a list changed, it is asked again at most four times a second', async () => {
  const host = await open('orders');
  const before = callsOf(host, 'orders_list').length;
  for (let n = 0; n < 500; n += 1) host.emit({ kind: 'store_changed', topics: ['orders'] });
  vi.useRealTimers();
  await settled(host);
  expect(callsOf(host, 'orders_list').length - before).toBeLessThanOrEqual(2);
});
