import type { Step } from '$kit/StepList.svelte';
import { stepCount, type ShownStep } from '$rpc/runs';
import { stepWord } from '$rpc/words';

const SIGNS = {
  waiting: { icon: 'dashed', tone: 'neutral' },
  running: { icon: 'play', tone: 'blue' },
  done: { icon: 'tick', tone: 'green' },
  // Done, but not for all: what is missing is listed elsewhere.
  partial: { icon: 'triangle', tone: 'amber' },
  failed: { icon: 'octagon', tone: 'red' },
} as const;

/** The steps of a run as the list shows them. */
export function stepList(steps: ShownStep[]): Step[] {
  return steps.map((step) => ({
    id: step.step,
    word: stepWord(step.step),
    fact: stepCount(step),
    ...SIGNS[step.state],
    share: step.state === 'running' ? (step.total ? step.done / step.total : 0) : null,
  }));
}
