import { m } from '$i18n';
import type { Strip } from '$kit/RunStrip.svelte';
import { duration, int, near } from '$lib/format';
import type { JobView, RunView } from '$rpc/contract';
import { tell } from '$rpc/problem.svelte';
import { currentStep, jobWord, modeWord, runSummary, stepCount, stepWord } from '$rpc/words';

function running(run: RunView, others: number, now: number, stopping: boolean): Strip {
  const at = currentStep(run);
  const step = at?.step;
  const elapsed = Math.max(0, now - new Date(run.started_at).getTime());
  const share = step?.total ? step.done / step.total : null;
  // Too early a guess is worse than none.
  const rest = share && share > 0.1 ? m.strip_rest({ time: duration(elapsed / share - elapsed) }) : '';
  return {
    kind: 'running',
    job: jobWord(run.job),
    step: m.strip_step({ n: int(at?.number ?? 1), total: int(run.steps.length) }),
    what: step ? stepWord(step.step) : '',
    count: step ? stepCount(step) : '',
    item: step?.item ?? null,
    time: [duration(elapsed), rest].filter(Boolean).join(', '),
    share,
    others,
    stopping,
    elsewhere: !run.is_here,
  };
}

function idle(jobs: JobView[], now: number): Strip {
  const next = jobs
    .filter((job) => job.enabled && job.next_at)
    .sort((a, b) => a.next_at!.localeCompare(b.next_at!))[0];
  if (!next) return { kind: 'idle', text: m.strip_idle_no_next(), next: null };
  return { kind: 'idle', text: m.strip_idle_next(), next: `${jobWord(next.name)}, ${modeWord(next.mode)}, ${near(next.next_at, now)}` };
}

/** What the strip says: a run under way before one that waits for approval, before one that failed, before the next. */
export function stripOf(jobs: JobView[], now: number, stopping: string | null): Strip {
  const under = jobs.flatMap((job) => job.running ?? []).sort((a, b) => b.started_at.localeCompare(a.started_at));
  const newest = under[0];
  if (newest) return running(newest, under.length - 1, now, stopping === newest.id);
  const last = jobs.flatMap((job) => job.last ?? []).sort((a, b) => b.started_at.localeCompare(a.started_at));
  const waits = last.find((run) => run.outcome === 'needs_approval');
  if (waits) return { kind: 'approval', job: jobWord(waits.job), text: m.strip_approval({ summary: runSummary(waits) }) };
  const failed = last[0]?.outcome === 'failed' ? last[0] : undefined;
  if (failed) {
    const why = failed.problem ? tell(failed.problem).title : '';
    return { kind: 'failed', title: m.strip_failed({ number: String(failed.number) }), text: [jobWord(failed.job), why].filter(Boolean).join(', ') };
  }
  return idle(jobs, now);
}
