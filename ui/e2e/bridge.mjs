// Starts the bridge of `kontor` in the demo, and a browser on the built pages.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const ROOT = new URL('../../', import.meta.url).pathname;
const KONTOR = process.env.KONTOR ?? join(ROOT, 'target/debug/kontor');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** How long anything is waited for: the machine may be busy with something else. */
const PATIENCE_MS = 90_000;

/** What the shell sends with every page. */
export const CSP = "default-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'";

/** A running bridge with its address and token; `stop` ends it and removes its data. */
export async function startBridge(options = []) {
  if (!existsSync(KONTOR)) throw new Error(`${KONTOR} is missing: cargo build -p kontor-cli --features bridge`);
  const data = mkdtempSync(join(tmpdir(), 'kontor-e2e-'));
  const child = spawn(KONTOR, ['--data', data, 'bridge', '--ui', join(ROOT, 'ui/dist'), ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    new Promise((resolve) => createInterface(child.stdout).once('line', (text) => resolve([text]))),
    new Promise((_, reject) => child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}`)))),
  ]);
  const { url, token } = JSON.parse(line);
  const rpc = async (command, params = null) => {
    const answer = await fetch(`${url}/rpc`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ command, params }),
    });
    if (!answer.ok) throw new Error(`${command}: ${await answer.text()}`);
    return answer.json();
  };
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return { url, token, rpc, stop };
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page on the bridge, under the shell's content security policy. What the page complains about is in `complaints`. */
export async function openPage(browser, bridge, { theme = 'light', locale = 'de', size = { width: 1366, height: 768 }, forcedColors = 'none', begun = true } = {}) {
  const context = await browser.newContext({ viewport: size, locale: 'de-DE', timezoneId: 'Europe/Berlin', forcedColors });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) complaints.push(message.text());
  });
  let pending = 0;
  let last = Date.now();
  const isCommand = (request) => request.url().endsWith('/rpc') && request.method() === 'POST';
  page.on('request', (request) => {
    if (isCommand(request)) pending += 1;
  });
  const ended = (request) => {
    if (!isCommand(request)) return;
    pending -= 1;
    last = Date.now();
  };
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  /** Waits until every command is answered and drawn. (The stream of events never ends, so the network is never idle.) */
  const settled = async () => {
    last = Date.now();
    while (pending > 0 || Date.now() - last < 250) await page.waitForTimeout(50);
  };
  await page.route(`${bridge.url}/`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': CSP } });
  });
  await page.route(`${bridge.url}/?*`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': CSP } });
  });
  await page.addInitScript((prefs) => localStorage.setItem('kontor.ui', JSON.stringify(prefs)), { theme, locale, begun });
  await page.goto(`${bridge.url}/?token=${bridge.token}#/home`);
  await page.locator('main').first().waitFor();
  await settled();
  return { page, context, complaints, settled };
}
