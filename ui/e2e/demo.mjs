// The demo as every test begins it: both workflows have run once.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startBridge } from './bridge.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every screen, with the part of it that needs a look of its own. */
export const PLACES = [
  'home', 'orders', 'orders?view=held', 'tracking', 'tracking?view=unmapped', 'stock', 'stock?view=all', 'invoices', 'datev', 'jobs',
  'settings/temu', 'settings/jtl', 'settings/stock', 'settings/carriers', 'settings/trial', 'settings/look', 'settings/about', 'help', 'help/fehler',
];

const SCHEDULES = [
  'temu_orders_sync.schedule', 'temu_orders_sync.tracking_schedule', 'temu_inventory_sync.schedule', 'temu_inventory_sync.full_schedule',
  'fetch_invoices.schedule', 'datev_convert.schedule',
];

/** A bridge on the demo in which both workflows have run. Nothing runs by the clock, unless the schedules are kept. */
export async function startDemo({ schedules = false } = {}) {
  const bridge = await startBridge(['--demo']);
  if (!schedules) await bridge.rpc('settings_change', { changes: SCHEDULES.map((key) => ({ key: `jobs.${key}`, value: '' })) });
  await runToEnd(bridge, 'temu_orders_sync', 'full');
  // The sandbox's JTL imports and ships by itself; what it has shipped is read by another run.
  const hasParcels = async () => (await bridge.rpc('parcels_counts', null)).some((count) => count.parcels > 0);
  while (!(await hasParcels())) await runToEnd(bridge, 'temu_orders_sync', 'tracking_only');
  await runToEnd(bridge, 'temu_inventory_sync', 'full');
  return bridge;
}

/** How many runs of a job have ended. */
export async function endedRuns(bridge, job) {
  const { runs } = await bridge.rpc('runs_list', { query: { job, outcome: null, since: null }, page: { limit: 50 } });
  return runs.filter((run) => run.ended_at).length;
}

/** Waits until more runs of a job have ended than before. */
export async function untilEnded(bridge, job, before) {
  await until(async () => (await endedRuns(bridge, job)) > before, `${job} did not end`);
}

/** Runs a job and waits for its end. */
export async function runToEnd(bridge, job, mode) {
  const before = await endedRuns(bridge, job);
  await bridge.rpc('job_run', { job, mode });
  await untilEnded(bridge, job, before);
}

/** Waits until something holds. Two minutes: the machine may be busy with something else. */
export async function until(holds, otherwise) {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(otherwise);
}

/** What axe finds serious or critical. */
export async function violations(page) {
  // The policy forbids inline scripts, as it should: axe comes in through the debugger.
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .flatMap((one) => one.nodes.map((node) => `${one.id} ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1] ?? ''}`));
}

/** Goes to a place of the window and waits until it is drawn. */
export async function go({ page, settled }, place) {
  await page.evaluate((hash) => (location.hash = `#/${hash}`), place);
  await settled();
}
