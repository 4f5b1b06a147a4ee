import { m } from '$i18n';
import type { PaletteEntry } from '$kit/CommandPalette.svelte';
import { prefs } from '$lib/prefs.svelte';
import { route } from '$lib/route.svelte';
import { near } from '$lib/format';
import type { JobView, OrderRowView } from '$rpc/contract';
import { jobWord, modeWord } from '$rpc/words';
import { RAIL } from './screens';

export interface PaletteActs {
  start: (job: string, mode: string) => void;
  refresh: () => void;
  keys: () => void;
}

function screens(): PaletteEntry[] {
  return RAIL.map((screen, index) => ({
    id: `screen-${screen.id}`,
    group: m.palette_screens(),
    word: screen.word(),
    icon: screen.icon,
    keys: `Alt+${index + 1}`,
    act: () => {
      route.go(screen.id);
    },
  }));
}

function acts(jobs: JobView[], acts: PaletteActs): PaletteEntry[] {
  const group = m.palette_acts();
  const starts = jobs.filter((job) => !job.running).flatMap((job) =>
    job.modes.map((mode) => ({
      id: `start-${job.job}-${mode}`,
      group,
      word: m.palette_start({ job: jobWord(job.job), mode: modeWord(mode) }),
      icon: 'play' as const,
      act: () => {
        acts.start(job.job, mode);
      },
    })),
  );
  return [
    ...starts,
    { id: 'refresh', group, word: m.keys_refresh(), icon: 'refresh', keys: 'F5', act: acts.refresh },
    { id: 'help', group, word: m.help(), icon: 'question', keys: 'F1', act: () => { route.go('help'); } },
    { id: 'keys', group, word: m.keys_title(), icon: 'info', keys: '?', act: acts.keys },
    { id: 'light', group, word: m.theme_use_light(), act: () => { prefs.set({ theme: 'light' }); } },
    { id: 'dark', group, word: m.theme_use_dark(), act: () => { prefs.set({ theme: 'dark' }); } },
    { id: 'language', group, word: m.language_other(), act: () => { prefs.set({ locale: prefs.locale === 'de' ? 'en' : 'de' }); } },
  ];
}

function orders(found: OrderRowView[]): PaletteEntry[] {
  return found.map((order) => ({
    id: `order-${order.parent_order_sn}`,
    group: m.nav_orders(),
    word: [order.parent_order_sn, order.buyer].filter(Boolean).join(', '),
    // What the store found, e.g. by an article number, must not be filtered away by its words.
    also: order.parent_order_sn.replaceAll('-', ''),
    icon: 'orders',
    act: () => {
      route.go('orders', order.parent_order_sn);
    },
  }));
}

function runs(jobs: JobView[], now: number): PaletteEntry[] {
  return jobs.flatMap((job) => {
    const run = job.running ? { id: job.running.run_id, at: job.running.since } : job.last && { id: job.last.run_id, at: job.last.started_at };
    if (!run) return [];
    return [
      {
        id: `run-${run.id}`,
        group: m.palette_runs(),
        word: m.palette_run({ job: jobWord(job.job), when: near(run.at, now) }),
        icon: 'jobs' as const,
        act: () => {
          route.go('jobs', run.id);
        },
      },
    ];
  });
}

/** What can be found and done from anywhere. */
export function paletteEntries(jobs: JobView[], found: OrderRowView[], now: number, does: PaletteActs): PaletteEntry[] {
  return [...orders(found), ...screens(), ...acts(jobs, does), ...runs(jobs, now)];
}
