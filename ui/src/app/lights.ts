import { m } from '$i18n';
import type { Light } from '$kit/HealthLights.svelte';
import { seconds } from '$lib/format';
import type { HealthView } from '$rpc/contract';
import { tell } from '$rpc/problem.svelte';

const NAMES: Record<HealthView['part'], () => string> = {
  temu: () => m.health_temu(),
  jtl: () => m.health_jtl(),
  store: () => m.health_store(),
  schedule: () => m.health_schedule(),
};

const SHORT_TOKEN_DAYS = 14;

/** The lights of the top bar: the name alone when all is well, with the fact or the cause when it is not. */
export function lightsOf(parts: HealthView[] | null): Light[] {
  return (parts ?? []).map((part) => {
    const name = NAMES[part.part]();
    const why = part.problem ? tell(part.problem) : null;
    const fact = factOf(part);
    const word = why ? m.health_cause({ name, cause: why.title }) : fact ? m.health_fact({ name, fact }) : name;
    const text = why ? [why.title, why.meaning, why.remedy].join('. ').replaceAll('..', '.') : (fact ?? m.health_all_well({ name }));
    return { id: part.part, state: part.state, word, text, at: part.at };
  });
}

function factOf(part: HealthView): string | null {
  if (part.token_days !== null && part.token_days < SHORT_TOKEN_DAYS) return m.health_token_days({ n: part.token_days });
  if (part.state === 'warn' && part.answer_ms !== null) return m.health_slow({ time: seconds(part.answer_ms) });
  return null;
}
