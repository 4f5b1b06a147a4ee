import type { CheckView, HealthState, HealthView, JobStatsView, JobView, LogLineView, RunDetailView, RunView } from '$rpc/contract';
import { iso, NOW } from './orders';

const MINUTE = 60_000;
const UNREACHABLE = { title: 'JTL antwortet nicht', meaning: 'Es wurde nichts übergeben.', remedy: 'Prüfen Sie den Server.' };

type Made = Partial<RunView> & { job: string; at: number; took: number; outcome: RunView['outcome'] };

export function makeRun(id: string, { at, took, ...rest }: Made): RunView {
  return {
    run_id: id,
    mode: 'full',
    trigger: 'schedule',
    attempt: 1,
    parent_run: null,
    started_at: iso(at),
    ended_at: iso(at + took * 1000),
    counts: {},
    problems: [],
    ...rest,
  };
}

export function makeRuns(): RunView[] {
  const run = (n: number, minutes: number, took: number, outcome: RunView['outcome'], counts: Record<string, number>, rest: Partial<RunView> = {}): RunView =>
    makeRun(`run-${n}`, { job: 'temu_orders_sync', at: NOW - minutes * MINUTE, took, outcome, counts, ...rest });
  return [
    run(1186, 62, 58, 'partial', { imported: 49, exported: 46, held: 3 }),
    run(1184, 182, 54, 'success', { imported: 39, exported: 39 }),
    run(1181, 302, 51, 'success', { imported: 52, exported: 52 }),
    run(1180, 328, 12, 'cancelled', { imported: 18 }, { trigger: 'manual' }),
    run(1178, 422, 90, 'failed', { imported: 41, failed: 41 }, { problems: [{ code: 'jtl.unreachable', class: 'retry', subject: 'wawi-srv01', count: 1, de: UNREACHABLE, en: UNREACHABLE }] }),
    ...Array.from({ length: 30 }, (_, i) => run(1177 - i, 1142 + i * 120, 48 + ((i * 7) % 20), i % 9 === 8 ? 'partial' : 'success', { imported: 30 + i, exported: 30 + i })),
  ];
}

export function makeJobs(running: boolean): JobView[] {
  const idle = { enabled: true, waiting: 0, running: null, retry_at: null, watch_seconds: null, last_success: iso(NOW - 182 * MINUTE) };
  const schedule = (text: string, mode: string, at: number): Pick<JobView, 'schedules' | 'next'> => ({
    schedules: [{ text, timezone: 'Europe/Berlin', mode, next: iso(at) }],
    next: { at: iso(at), mode },
  });
  return [
    {
      ...idle,
      job: 'temu_orders_sync',
      modes: ['full', 'tracking_only'],
      ...schedule('30 7-19/2 * * *', 'full', NOW + 58 * MINUTE),
      running: running
        ? { run_id: 'run-1187', since: iso(NOW - 38_000), host: 'Lager-1', here: true, is_cancelled: false, step: 'import', done: 412, total: 1000 }
        : null,
      last: makeRuns()[0]!,
    },
    {
      ...idle,
      job: 'temu_inventory_sync',
      modes: ['full', 'quick'],
      ...schedule('*/30 * * * *', 'quick', NOW + 13 * MINUTE),
      last: makeRun('run-1185', { job: 'temu_inventory_sync', at: NOW - 17 * MINUTE, took: 22, outcome: 'needs_approval', counts: { planned: 38 } }),
    },
    {
      ...idle,
      job: 'fetch_invoices',
      modes: ['full'],
      ...schedule('0 5 * * *', 'full', NOW + 14.5 * 60 * MINUTE),
      last: makeRun('run-1170', { job: 'fetch_invoices', at: NOW - 9.5 * 60 * MINUTE, took: 12, outcome: 'success', counts: { fetched: 2 } }),
    },
  ];
}

export function makeDetail(run: RunView): RunDetailView {
  const step = (name: string, done: number, failed: number) => ({ step: name, started_at: run.started_at, ended_at: run.ended_at ?? run.started_at, done, failed });
  if (run.job === 'temu_inventory_sync') return { run, steps: [step('products', 4812, 0), step('stock', 4809, 3)], items: [] };
  if (run.outcome === 'failed') return { run, steps: [step('import', 41, 0), step('export', 0, 41)], items: [] };
  return {
    run,
    steps: [step('import', run.counts['imported'] ?? 0, 0), step('export', run.counts['exported'] ?? 0, 0), step('tracking', 18, 0), step('report', 12, 0)],
    items: run.outcome === 'partial' ? [{ step: 'import', subject: 'PO-076-21905452099192792', state: 'failed', code: 'order.address_incomplete', detail: 'house_number', at: run.started_at }] : [],
  };
}

export function makeStats(job: string): JobStatsView {
  return { job, runs: 224, success: 210, partial: 9, failed: 4, cancelled: 1, needs_approval: 0, success_permille: 938, mean_ms: 57_000, p95_ms: 88_000 };
}

export function makeLog(run: string | null): LogLineView[] {
  const lines: [number, LogLineView['level'], string][] = [
    [2, 'info', 'Lauf begonnen, alle Änderungen ab 24.10.2026'],
    [2, 'info', 'Bestellliste: 10 Seiten, 1.000 Bestellungen gemeldet'],
    [9, 'info', 'Bestellliste vollständig: 1.000 von 1.000'],
    [12, 'info', 'Versenderliste von TEMU gelesen: 23 Einträge'],
    [17, 'warn', 'PO-076-…58831 Antwort 429, nächster Versuch in 2,1 s'],
    [19, 'info', 'PO-076-…58831 geladen, 2. Versuch'],
    [31, 'warn', 'PO-076-…77120 angehalten: Hausnummer fehlt'],
    [36, 'info', '400 von 1.000 gespeichert'],
  ];
  return lines.map(([second, level, message], index) => ({ id: index + 1, at: iso(NOW - 60_000 + second * 1000), job: 'temu_orders_sync', run_id: run, level, message })).reverse();
}

export function makeHealth(): HealthView {
  const check = (name: string, state: HealthState = 'ok', de = '', en = ''): CheckView => ({ name, state, fact: { de, en }, problem: null, duration_ms: 4 });
  const checks = [check('temu.reachable'), check('jtl.server'), check('jtl.login', 'warn', 'langsam, 1,8 s', 'slow, 1.8 s'), check('store'), check('jobs')];
  return { state: 'warn', checks, at: iso(NOW - 2 * MINUTE) };
}
