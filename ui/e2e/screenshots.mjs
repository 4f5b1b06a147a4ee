// Pictures of every screen for README and manual: `node e2e/screenshots.mjs FOLDER` (`cargo xtask screenshots`).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPage, startBridge, startBrowser } from './bridge.mjs';
import { go, startDemo } from './demo.mjs';

const FOLDER = process.argv[2];
const SIZES = [{ width: 1366, height: 768 }, { width: 1920, height: 1080 }];
/** Name of the picture, place, and what is done there first. */
const PICTURES = [
  ['uebersicht', 'home'],
  ['bestellungen', 'orders?view=all'],
  ['angehalten', 'orders?view=held', openHeld],
  ['uebergabe', 'orders?view=ready', (page) => page.getByRole('button', { name: /an JTL übergeben/ }).click()],
  ['tracking', 'tracking'],
  ['zuordnung', 'tracking?view=unmapped'],
  ['bestand', 'stock'],
  ['sku', 'stock?view=delta', (page) => page.locator('tbody tr[data-key]').first().dblclick()],
  ['rechnungen', 'invoices'],
  ['datev', 'datev'],
  ['auftraege', 'jobs'],
  ['einstellungen-temu', 'settings/temu', testConnection],
  ['einstellungen-jtl', 'settings/jtl', testConnection],
  ['einstellungen-bestand', 'settings/stock', (page) => page.getByRole('button', { name: 'Aus JTL lesen' }).click()],
  ['probelauf', 'settings/trial', (page) => page.getByRole('button', { name: 'Probelauf starten' }).click()],
  ['hilfe', 'help/angehalten'],
];

/** Opens an order that a person can mend in place. */
async function openHeld(page, bridge) {
  const query = { states: ['on_hold'], hold: 'order.country_unknown', search: null, country: null, ordered_from: null, ordered_before: null, sort: 'deadline' };
  const { orders } = await bridge.rpc('orders_list', { query, page: { limit: 1 } });
  await page.evaluate((number) => (location.hash = `#/orders/${number}?view=held`), orders[0].parent_order_sn);
}

async function testConnection(page) {
  await page.getByRole('button', { name: /testen/ }).first().click();
}

async function save(page, context, name) {
  const debug = await context.newCDPSession(page);
  const { data } = await debug.send('Page.captureScreenshot', { format: 'webp', quality: 72 });
  writeFileSync(join(FOLDER, `${name}.webp`), Buffer.from(data, 'base64'));
}

async function picturesOf(browser, bridge, theme, size) {
  const opened = await openPage(browser, bridge, { theme, size });
  const { page, context, settled } = opened;
  for (const [name, place, first] of PICTURES) {
    await go(opened, place);
    await first?.(page, bridge);
    await settled();
    await save(page, context, `${name}-${theme}-${size.width}`);
    await page.keyboard.press('Escape');
  }
  await context.close();
}

mkdirSync(FOLDER, { recursive: true });
/** Three orders become ready, so that there is something to hand over. */
async function mendSome(bridge) {
  const query = { states: ['on_hold'], hold: 'order.sku_missing', search: null, country: null, ordered_from: null, ordered_before: null, sort: 'deadline' };
  const { orders } = await bridge.rpc('orders_list', { query, page: { limit: 3 } });
  const { rows } = await bridge.rpc('stock_list', { query: { statuses: ['synced'], reason: null, text: null, doubled: false, sort: 'number' }, page: { limit: 1 } });
  for (const { parent_order_sn } of orders) {
    const { items } = await bridge.rpc('order', { parent_order_sn });
    for (const { order_sn } of items) await bridge.rpc('order_correct_sku', { parent_order_sn, order_sn, sku: rows[0].sku_sn });
  }
}

const browser = await startBrowser();
const fresh = await startBridge();
const bridge = await startDemo({ schedules: true });
await mendSome(bridge);
try {
  for (const theme of ['light', 'dark']) {
    for (const size of SIZES) {
      const first = await openPage(browser, fresh, { theme, size, begun: false });
      await save(first.page, first.context, `erststart-${theme}-${size.width}`);
      await first.context.close();
      await picturesOf(browser, bridge, theme, size);
    }
  }
} finally {
  await browser.close();
  await fresh.stop();
  await bridge.stop();
}
