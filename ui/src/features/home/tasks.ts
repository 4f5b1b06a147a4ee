import { m } from '$i18n';
import { groupBy } from '$lib/group';
import type { IconName } from '$kit/icons';
import { route } from '$lib/route.svelte';
import type { EventView, JobView, Overview } from '$rpc/contract';
import { tell, told } from '$rpc/problem.svelte';
import { runSummary } from '$rpc/runs';
import { jobWord } from '$rpc/words';

/** Something that waits for a person. */
export interface Task {
  id: string;
  icon: IconName;
  tone: 'red' | 'amber';
  title: string;
  text: string;
  word: string;
  act: () => void;
}

const task = (id: string, icon: IconName, tone: Task['tone'], title: string, text: string, word: string, act: () => void): Task => ({
  id, icon, tone, title, text, word, act,
});

function held(overview: Overview): Task[] {
  const mine = overview.holds.filter((hold) => !hold.waits_for_temu);
  const count = mine.reduce((sum, hold) => sum + hold.orders, 0);
  if (count === 0) return [];
  const why = mine.map((hold) => tell(hold).title).join(', ');
  return [task('held', 'octagon', 'red', m.task_held({ n: count }), why, m.task_mend(), () => route.go('orders', null, { view: 'held' }))];
}

/** Alerts of one cause are one line; a single one names its order. */
function alerts(overview: Overview): Task[] {
  const byCode = groupBy(overview.alerts, (alert) => alert.code ?? 'internal.error');
  return [...byCode].map(([code, list]) => {
    const first = list[0] as EventView;
    const single = list.length === 1;
    return task(
      `alert-${code}`,
      'triangle',
      'red',
      single ? tell({ code }).title : m.task_alerts({ n: list.length, title: tell({ code }).title }),
      list.map((alert) => `…${alert.parent_order_sn.slice(-5)}`).join(', '),
      m.task_open(),
      () => route.go('orders', first.parent_order_sn, { view: 'alerts' }),
    );
  });
}

function parcels(overview: Overview): Task[] {
  const count = (name: string): number => overview.parcels.find((p) => p.task === name)?.parcels ?? 0;
  const unmapped = count('unmapped');
  const refused = count('refused');
  return [
    ...(unmapped > 0
      ? [task('unmapped', 'pause', 'amber', m.task_unmapped(), m.task_unmapped_text({ n: unmapped }), m.task_map(), () => route.go('tracking', null, { view: 'unmapped' }))]
      : []),
    ...(refused > 0
      ? [task('refused', 'octagon', 'red', m.task_refused({ n: refused }), m.task_refused_text(), m.task_open(), () => route.go('tracking', null, { view: 'refused' }))]
      : []),
  ];
}

function runs(jobs: JobView[]): Task[] {
  return jobs.flatMap((job) => {
    const run = job.running ? null : job.last;
    if (run?.outcome === 'needs_approval') {
      return [task(`approve-${job.job}`, 'pause', 'amber', m.task_approve(), runSummary(run), m.look_at(), () => route.go('stock'))];
    }
    if (run?.outcome !== 'failed') return [];
    const why = run.problems[0] ? told(run.problems[0]).title : runSummary(run);
    return [task(`failed-${job.job}`, 'octagon', 'red', m.task_failed({ job: jobWord(job.job) }), why, m.log(), () => route.go('jobs', run.run_id))];
  });
}

/** Everything that waits for a person, red before amber. */
export function tasksOf(overview: Overview, jobs: JobView[]): Task[] {
  const all = [...held(overview), ...runs(jobs), ...alerts(overview), ...parcels(overview)];
  return all.sort((a, b) => Number(b.tone === 'red') - Number(a.tone === 'red'));
}
