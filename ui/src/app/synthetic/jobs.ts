import type { HealthView, JobView, RunView } from '$rpc/contract';
import { iso, NOW } from './orders';

const MINUTE = 60_000;

type Steps = [string, RunView['steps'][number]['state'], number, number | null, number][];

export function makeRun(number: number, job: string, change: Partial<RunView> & { at: number; steps?: never }, steps: Steps): RunView {
  const { at, ...rest } = change;
  return {
    id: `run-${number}`,
    number,
    job,
    mode: 'full',
    trigger: 'schedule',
    by: 'M. Petersen',
    desk: 'Lager-1',
    is_here: true,
    dry_run: false,
    started_at: iso(at),
    ended_at: null,
    outcome: null,
    retry_at: null,
    steps: steps.map(([step, state, done, total, failed]) => ({ step, state, done, total, failed, item: state === 'running' ? 'PO-076-21905399011402771' : null })),
    counts: {},
    problem: null,
    ...rest,
  };
}

const IDLE = { enabled: true, zone: 'Europe/Berlin', mode: 'full', timeout_seconds: 1800, max_retries: 3, retry_delay_seconds: 60 };

export function makeJobs(running: boolean): JobView[] {
  const orders: Steps = [
    ['import', running ? 'running' : 'done', running ? 412 : 49, running ? 1000 : 49, 0],
    ['store', running ? 'waiting' : 'done', running ? 0 : 49, null, 0],
    ['export', running ? 'waiting' : 'done', running ? 0 : 46, null, 0],
    ['tracking', running ? 'waiting' : 'done', 0, null, 0],
    ['report', running ? 'waiting' : 'done', 0, null, 0],
  ];
  const last = makeRun(1186, 'temu_orders_sync', { at: NOW - 62 * MINUTE, ended_at: iso(NOW - 61 * MINUTE), outcome: 'partial', counts: { imported: 49, exported: 46, held: 3 } }, orders.map(([step]) => [step, 'done', 46, null, 0]));
  return [
    {
      ...IDLE,
      name: 'temu_orders_sync',
      cron: '30 7-19/2 * * *',
      modes: ['full', 'tracking_only'],
      next_at: iso(NOW + 58 * MINUTE),
      running: running ? makeRun(1187, 'temu_orders_sync', { at: NOW - 38_000, trigger: 'person' }, orders) : null,
      last,
      stats: { runs: 224, success_rate: 0.938, mean_ms: 57_000, p95_ms: 88_000, last_ms: [51, 49, 58, 54, 51, 66, 90, 54, 58, 50, 47, 58].map((s) => s * 1000) },
    },
    {
      ...IDLE,
      name: 'temu_inventory_sync',
      cron: '*/30 * * * *',
      mode: 'quick',
      modes: ['full', 'quick'],
      next_at: iso(NOW + 13 * MINUTE),
      running: null,
      last: makeRun(1185, 'temu_inventory_sync', { at: NOW - 17 * MINUTE, ended_at: iso(NOW - 16 * MINUTE), outcome: 'needs_approval', mode: 'full', counts: { planned: 38 } }, [
        ['stock_load', 'done', 4812, null, 0],
        ['store', 'done', 4812, null, 0],
        ['stock_read', 'done', 4809, 4812, 3],
        ['stock_push', 'waiting', 0, null, 0],
      ]),
      stats: { runs: 1411, success_rate: 0.961, mean_ms: 22_000, p95_ms: 39_000, last_ms: [22, 23, 21, 24, 22, 31, 44, 22, 21, 22, 23, 22].map((s) => s * 1000) },
    },
    {
      ...IDLE,
      name: 'fetch_invoices',
      cron: '0 5 * * *',
      modes: ['full'],
      next_at: iso(NOW + 14.5 * 60 * MINUTE),
      running: null,
      last: makeRun(1170, 'fetch_invoices', { at: NOW - 9.5 * 60 * MINUTE, ended_at: iso(NOW - 9.5 * 60 * MINUTE + 12_000), outcome: 'success', counts: { imported: 2 } }, [['import', 'done', 2, 2, 0]]),
      stats: { runs: 30, success_rate: 1, mean_ms: 12_000, p95_ms: 14_000, last_ms: [12, 11, 12, 14, 12, 11, 12, 13, 12, 12, 11, 12].map((s) => s * 1000) },
    },
  ];
}

export function makeHealth(): HealthView[] {
  const at = iso(NOW - 2 * MINUTE);
  return [
    { part: 'temu', state: 'ok', problem: null, answer_ms: 120, token_days: 80, at },
    { part: 'jtl', state: 'warn', problem: null, answer_ms: 1800, token_days: null, at },
    { part: 'store', state: 'ok', problem: null, answer_ms: 1, token_days: null, at },
    { part: 'schedule', state: 'ok', problem: null, answer_ms: null, token_days: null, at },
  ];
}
