// Every screen on the real engine and the sandbox: both languages, both themes, axe, the content security policy, and every
// shape of window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from './bridge.mjs';
import { go, PLACES, startDemo, violations } from './demo.mjs';
import { wrongWords } from './language.mjs';

let bridge;
let browser;

before(async () => {
  bridge = await startDemo();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await bridge?.stop();
});

for (const theme of ['light', 'dark']) {
  for (const locale of ['de', 'en']) {
    test(`every screen, ${locale}, ${theme}: axe finds nothing serious, the page complains of nothing, no word is of the other language`, async () => {
      const opened = await openPage(browser, bridge, { theme, locale });
      const { page, context, complaints } = opened;
      for (const place of PLACES) {
        await go(opened, place);
        assert.deepEqual(await violations(page), [], place);
        if (theme === 'light') assert.deepEqual(await wrongWords(page, locale), [], place);
      }
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
}

/** What sticks out of the window to the right, or is a button whose words do not fit. */
async function overflowing(page) {
  return page.evaluate(() => {
    const inScroller = (element) => {
      for (let one = element.parentElement; one; one = one.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth) return true;
      }
      return false;
    };
    const found = [...document.querySelectorAll('main *, footer *, nav *, header *')].filter((element) => {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || !element.checkVisibility() || element.closest('.unseen, svg')) return false;
      const cut = element.tagName === 'BUTTON' && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).textOverflow !== 'ellipsis';
      return (box.right > innerWidth + 1 && !inScroller(element)) || cut;
    });
    return found.slice(0, 5).map((element) => `${element.tagName.toLowerCase()}.${element.className} ${element.textContent.trim().slice(0, 40)}`);
  });
}

const SHAPES = {
  'a wide desk': { size: { width: 1920, height: 1080 } },
  'the smallest screen at 200 %': { size: { width: 683, height: 384 } },
  'the narrowest window': { size: { width: 640, height: 480 } },
};
for (const [name, shape] of Object.entries(SHAPES)) {
  test(`on ${name} nothing is cut off and every screen still has its content`, async () => {
    const opened = await openPage(browser, bridge, shape);
    for (const place of PLACES) {
      await go(opened, place);
      assert.deepEqual(await overflowing(opened.page), [], place);
      const room = await opened.page.evaluate(() => document.querySelector('main').getBoundingClientRect().height);
      assert.ok(room > 150, `${place}: ${room} px are left`);
    }
    await opened.context.close();
  });
}

test('with forced colours the row of the cursor and the place in the rail stay marked', async () => {
  const opened = await openPage(browser, bridge, { forcedColors: 'active' });
  const { page, context } = opened;
  await go(opened, 'orders?view=all');
  await page.keyboard.press('ArrowDown');
  const borders = await page.evaluate(() => ({
    row: getComputedStyle(document.querySelector('tr.cursor td')).borderTopStyle,
    rail: getComputedStyle(document.querySelector('nav a[aria-current]')).borderTopStyle,
    chip: getComputedStyle(document.querySelector('tbody .chip')).borderTopStyle,
  }));
  assert.deepEqual(borders, { row: 'solid', rail: 'solid', chip: 'solid' });
  await context.close();
});

test('the manual opens by F1, finds an error by its code, and its pictures are there', async () => {
  const opened = await openPage(browser, bridge);
  const { page, context, complaints, settled } = opened;
  await page.keyboard.press('F1');
  await page.getByRole('heading', { name: 'Kontor: Handbuch' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('carrier.unmapped');
  await page.keyboard.press('Enter');
  await page.locator('nav a[href*="carrier.unmapped"]').click();
  await page.locator('[id="help-carrier.unmapped"]').waitFor();
  await go(opened, 'help/tagesgeschaeft');
  await settled();
  await page.locator('article img').first().scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('article img').naturalWidth > 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('what is read from TEMU, JTL and the data folder on demand is shown: formulas, trial run, support bundle', async () => {
  const opened = await openPage(browser, bridge);
  const { page, context, complaints } = opened;
  await go(opened, 'settings/stock');
  await page.getByRole('button', { name: 'Aus JTL lesen' }).click();
  await page.getByRole('rowheader', { name: /^ART-/ }).first().waitFor();
  await go(opened, 'settings/trial');
  await page.getByRole('button', { name: 'Probelauf starten' }).click();
  await page.getByRole('button', { name: 'Noch einmal ansehen' }).waitFor();
  await go(opened, 'settings/about');
  await page.getByRole('button', { name: 'Inhalt ansehen' }).click();
  await page.getByRole('button', { name: 'ZIP-Datei schreiben' }).click();
  await page.getByText('Das Paket liegt hier:').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test('an hour of live events, told at once, leaves the window as small as before', async () => {
  const opened = await openPage(browser, bridge);
  const { page, context } = opened;
  const debug = await context.newCDPSession(page);
  const heap = async () => {
    for (let times = 0; times < 3; times += 1) await debug.send('HeapProfiler.collectGarbage');
    return (await debug.send('Runtime.getHeapUsage')).usedSize;
  };
  const hour = (which) => {
    const events = [];
    for (let minute = 0; minute < 60; minute += 1) {
      const run = { run_id: `run-${which}-${minute}`, job: 'temu_orders_sync' };
      events.push({ kind: 'run_started', ...run, at: new Date().toISOString() });
      for (let n = 0; n < 240; n += 1) events.push({ kind: 'progress', ...run, step: 'fetch', done: n, total: 240, item: `PO-076-${minute}-${n}` });
      for (let n = 0; n < 10; n += 1) events.push({ kind: 'item_failed', run_id: run.run_id, step: 'fetch', subject: `PO-${n}`, code: 'order.amounts_missing' });
      events.push({ kind: 'log' }, { kind: 'store_changed', topics: ['orders', 'stock'] }, { kind: 'run_finished', ...run });
    }
    return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  };
  let told = 0;
  await page.route(`${bridge.url}/events`, async (route) => {
    if (told >= 4) return; // Nothing more happens: the stream stays open.
    told += 1;
    await route.fulfill({ contentType: 'text/event-stream', body: hour(told) });
  });
  const afterHours = async (hours) => {
    while (told < hours) await page.waitForTimeout(50);
    await opened.settled();
    return heap();
  };
  await page.reload();
  const first = await afterHours(1);
  const fourth = await afterHours(4);
  const grown = (fourth - first) / 1024 / 1024;
  assert.ok(grown < 4, `three more hours kept ${grown.toFixed(1)} MiB`);
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
