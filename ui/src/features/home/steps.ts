import type { Step } from '$kit/StepList.svelte';
import type { RunStepView, RunView } from '$rpc/contract';

const SIGNS = {
  waiting: { icon: 'dashed', tone: 'neutral' },
  running: { icon: 'play', tone: 'blue' },
  done: { icon: 'tick', tone: 'green' },
  failed: { icon: 'octagon', tone: 'red' },
} as const;

function signOf(step: RunStepView): Pick<Step, 'icon' | 'tone'> {
  // Done, but not for all: what is missing is listed elsewhere.
  if (step.state === 'done' && step.failed > 0) return { icon: 'triangle', tone: 'amber' };
  return SIGNS[step.state];
}

/** The steps of a run as the list shows them. */
export function stepsOf(run: RunView | null, word: (step: RunStepView) => string, fact: (step: RunStepView) => string): Step[] {
  return (run?.steps ?? []).map((step) => ({
    id: step.step,
    word: word(step),
    fact: fact(step),
    ...signOf(step),
    share: step.state === 'running' ? (step.total ? step.done / step.total : 0) : null,
  }));
}
