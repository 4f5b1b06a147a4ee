import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { OrdersPreview } from '$rpc/contract';
import { orderNumber, syntheticHost } from '../../src/app/synthetic/host';
import { callsOf, dialog, open, settled } from './app';

const [first, second] = [orderNumber(4), orderNumber(5)] as [string, string];
const preview = (more: Partial<OrdersPreview> = {}): OrdersPreview => ({ imports: [], exports: [first, second], reports: [], waiting: [], problems: [], ...more });
const idle = { running: false, orders: 18 };

test('the hand-over shows its orders first, and hands over exactly those', async () => {
  const host = await open('orders?view=ready', syntheticHost(idle, { orders_preview: () => preview() }));
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: /an JTL übergeben/ }));
  await settled(host);
  expect(callsOf(host, 'orders_preview')).toEqual([{ mode: 'export_only' }]);
  expect(callsOf(host, 'job_run')).toEqual([]);
  await user.click(within(dialog()).getByRole('button', { name: '2 an JTL übergeben' }));
  await settled(host);
  expect(callsOf(host, 'job_run')).toEqual([{ job: 'temu_orders_sync', mode: 'export_only', options: { only: [first, second] } }]);
});

test('of ticked orders only these go, and one that is no longer ready is named', async () => {
  const host = await open('orders?view=ready', syntheticHost(idle, { orders_preview: () => preview({ exports: [second] }) }));
  const user = userEvent.setup();
  await user.click(screen.getByRole('checkbox', { name: `${first} wählen` }));
  await user.click(screen.getByRole('checkbox', { name: `${second} wählen` }));
  expect(screen.getByText('2 gewählt')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '2 an JTL übergeben' }));
  await settled(host);
  expect(within(dialog()).getByText('bleibt hier: nicht mehr bereit')).toBeTruthy();
  await user.click(within(dialog()).getByRole('button', { name: '1 an JTL übergeben' }));
  await settled(host);
  expect(callsOf(host, 'job_run')).toMatchObject([{ options: { only: [second] } }]);
  expect(screen.queryByText('2 gewählt')).toBeNull();
});

test('an order that is not ready cannot be ticked, and the box says why', async () => {
  await open('orders?view=held');
  const box = screen.getByRole<HTMLInputElement>('checkbox', { name: `${orderNumber(0)} wählen` });
  expect(box.disabled).toBe(true);
  expect(box.closest('label')?.title).toBe('Nur Bestellungen, die bereit sind, gehen an JTL.');
});

test('Ctrl+A takes every ready order of the filter and says how many; Escape lets them go', async () => {
  const host = await open('orders?view=ready');
  const user = userEvent.setup();
  await user.keyboard('{Control>}a{/Control}');
  await settled(host);
  const chosen = screen.getByText(/^\d+ gewählt$/);
  expect(screen.getByText(/Bestellungen gewählt\./)).toBeTruthy();
  await user.keyboard('{Escape}');
  expect(chosen.isConnected).toBe(false);
});

test('ticked parcels are reported by their orders, after the preview', async () => {
  const host = await open('tracking');
  const user = userEvent.setup();
  const box = screen.getAllByRole<HTMLInputElement>('checkbox').find((one) => !one.disabled && one.getAttribute('aria-label')?.endsWith(' wählen') && !one.getAttribute('aria-label')?.startsWith('Alle'))!;
  const order = box.closest('tr')!.dataset['key']!.split('/')[0]!;
  await user.click(box);
  await user.click(screen.getByRole('button', { name: '1 Sendung melden' }));
  await settled(host);
  await user.click(within(dialog()).getByRole('button', { name: /Sendung(en)? melden/ }));
  await settled(host);
  expect(callsOf(host, 'job_run')).toEqual([{ job: 'temu_orders_sync', mode: 'tracking_only', options: { only: [order] } }]);
});

test('the trial run of the set-up shows what would happen, and starts nothing', async () => {
  const answer = preview({
    imports: [{ parent_order_sn: first, change: 'insert', state: 'on_hold', holds: [{ code: 'order.amounts_missing', detail: '' }] }],
    exports: [second],
    reports: [{ parent_order_sn: second, tracking_numbers: ['003404'] }],
  });
  const host = await open('settings/trial?setup=1', syntheticHost(idle, { orders_preview: () => answer }));
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Probelauf starten' }));
  await settled(host);
  expect(callsOf(host, 'orders_preview')).toEqual([{ mode: 'full' }]);
  expect(screen.getByText('wird angehalten: Beträge fehlen')).toBeTruthy();
  expect(screen.getByText('wird gemeldet: 003404')).toBeTruthy();
  expect(callsOf(host, 'job_run')).toEqual([]);
});

test('a secret is deleted only after a question that names it', async () => {
  const host = await open('settings/temu', syntheticHost(idle, { secret_delete: () => ({ at: '2026-11-23T13:32:00Z' }) }));
  const user = userEvent.setup();
  await user.click(screen.getAllByRole('button', { name: /löschen$/ })[0]!);
  expect(callsOf(host, 'secret_delete')).toEqual([]);
  await user.click(within(dialog()).getByRole('button', { name: 'Löschen' }));
  await settled(host);
  expect(callsOf(host, 'secret_delete')).toMatchObject([{ name: expect.stringMatching(/^temu\./) }]);
});

test('the support bundle is shown text by text before it is written, and the file is named', async () => {
  const files = [{ name: 'health.json', text: 'alles gut' }, { name: 'log.txt', text: 'Zeile eins' }];
  const host = await open('settings/about', syntheticHost(idle, { bundle_preview: () => ({ files }), bundle_write: () => ({ path: '/daten/kontor-support.zip' }) }));
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Inhalt ansehen' }));
  await settled(host);
  expect(within(dialog()).getByText('alles gut')).toBeTruthy();
  await user.selectOptions(within(dialog()).getByRole('combobox'), 'log.txt');
  expect(within(dialog()).getByText('Zeile eins')).toBeTruthy();
  await user.click(within(dialog()).getByRole('button', { name: 'ZIP-Datei schreiben' }));
  await settled(host);
  expect(screen.getByText('/daten/kontor-support.zip')).toBeTruthy();
});

test('the formulas stand side by side with the one in force marked; warehouses are ticked by name', async () => {
  const values = (['jtl_available', 'on_hand_minus_reserved', 'on_hand'] as const).map((formula, index) => ({ formula, pieces: index === 2 ? null : 10 + index, reason: null }));
  const host = await open(
    'settings/stock',
    syntheticHost(idle, {
      stock_formulas: () => [{ number: 'KB-2041', is_known: true, formulas: values, missing_warehouses: [] }],
      warehouses: () => [{ id: 1, name: 'Reinbek', counts_by_default: true }, { id: 2, name: 'Messe', counts_by_default: false }],
    }),
  );
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Aus JTL lesen' }));
  await settled(host);
  const row = within(screen.getByRole('row', { name: /KB-2041/ }));
  expect(row.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['10', '11', 'Unbekannt']);
  await user.click(screen.getByRole('checkbox', { name: 'Messe' }));
  await user.click(screen.getByRole('button', { name: 'Speichern' }));
  await settled(host);
  expect(callsOf(host, 'settings_change').at(-1)).toMatchObject({ changes: [{ key: 'stock.warehouses', value: [2] }] });
});
