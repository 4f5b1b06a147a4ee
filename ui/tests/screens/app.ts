import { render, waitFor } from '@testing-library/svelte';
import { vi } from 'vitest';
import { locale } from '$i18n';
import type { MemoryHost } from '$host/memory';
import { clock } from '$lib/clock.svelte';
import { prefs } from '$lib/prefs.svelte';
import { parsePlace, route } from '$lib/route.svelte';
import { connect } from '$rpc/client';
import App from '../../src/app/App.svelte';
import { NOW, syntheticHost } from '../../src/app/synthetic/host';

/** The whole window on a place, over a host in memory, on a Monday in November at 14:32. */
export async function open(hash: string, host: MemoryHost = syntheticHost({ running: false, orders: 18 })): Promise<MemoryHost> {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  clock.now = NOW;
  prefs.set({ locale: 'de', theme: 'auto', letters: true });
  locale.set('de');
  history.replaceState(null, '', `#/${hash}`);
  route.place = parsePlace(location.hash);
  connect(host);
  render(App);
  await settled(host);
  return host;
}

/** Waits until no command is under way any more. */
export async function settled(host: MemoryHost): Promise<void> {
  let seen = -1;
  await waitFor(
    () => {
      const now = host.calls.length;
      const isQuiet = now === seen && now > 0;
      seen = now;
      if (!isQuiet) throw new Error('still asking');
    },
    { interval: 20, timeout: 4000 },
  );
}

/** The parameters of the calls of a command, in order. */
export function callsOf(host: MemoryHost, command: string): unknown[] {
  return host.calls.filter((call) => call.command === command).map((call) => call.parameters);
}

/** The dialog that is open. */
export function dialog(): HTMLElement {
  const found = document.querySelector<HTMLElement>('dialog[open]');
  if (!found) throw new Error('no dialog is open');
  return found;
}
