import { m } from '$i18n';
import type { Strip } from '$kit/RunStrip.svelte';
import { duration, int, near } from '$lib/format';
import type { JobView } from '$rpc/contract';
import type { Live } from '$rpc/live.svelte';
import { told } from '$rpc/problem.svelte';
import { liveSteps, newestEnded, newestRunning, runSummary, stepCount } from '$rpc/runs';
import { jobWord, modeWord, stepWord } from '$rpc/words';

function running(job: JobView, others: number, live: Live, now: number): Strip {
  const run = job.running!;
  const steps = liveSteps(job.job, job.modes[0] ?? '', live.steps(run));
  const index = steps.findIndex((step) => step.state === 'running');
  const step = steps[index];
  const elapsed = Math.max(0, now - new Date(run.since).getTime());
  const share = step?.total ? step.done / step.total : null;
  return {
    kind: 'running',
    job: jobWord(job.job),
    step: m.strip_step({ n: int(index + 1), total: int(steps.length) }),
    what: step ? stepWord(step.step) : '',
    count: step ? stepCount(step) : '',
    item: null,
    time: duration(elapsed),
    share,
    others,
    stopping: run.is_cancelled,
  };
}

function idle(jobs: JobView[], now: number): Strip {
  const next = jobs.filter((job) => job.next).sort((a, b) => a.next!.at.localeCompare(b.next!.at))[0];
  if (!next?.next) return { kind: 'idle', text: m.strip_idle_no_next(), next: null };
  return { kind: 'idle', text: m.strip_idle_next(), next: `${jobWord(next.job)}, ${modeWord(next.next.mode)}, ${near(next.next.at, now)}` };
}

/** What the strip says: a run under way before one that waits for approval, before one that failed, before the next. */
export function stripOf(jobs: JobView[], live: Live, now: number): Strip {
  const newest = newestRunning(jobs);
  if (newest) return running(newest.job, newest.others, live, now);
  const waits = jobs.map((job) => job.last).find((run) => run?.outcome === 'needs_approval');
  if (waits) return { kind: 'approval', job: jobWord(waits.job), text: m.strip_approval({ summary: runSummary(waits) }) };
  const last = newestEnded(jobs);
  if (last?.outcome === 'failed') {
    const why = last.problems[0] ? told(last.problems[0]).title : '';
    return { kind: 'failed', title: m.task_failed({ job: jobWord(last.job) }), text: [near(last.started_at, now), why].filter(Boolean).join(', ') };
  }
  return idle(jobs, now);
}
