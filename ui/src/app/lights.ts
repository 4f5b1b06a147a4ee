import { locale, m } from '$i18n';
import type { Light } from '$kit/HealthLights.svelte';
import type { CheckView, HealthState, HealthView } from '$rpc/contract';
import { told } from '$rpc/problem.svelte';

const LIGHTS: { id: string; name: () => string; owns: (name: string) => boolean }[] = [
  { id: 'temu', name: () => m.health_temu(), owns: (name) => name === 'temu' || name.startsWith('temu.') },
  { id: 'jtl', name: () => m.health_jtl(), owns: (name) => name === 'jtl' || name.startsWith('jtl.') },
  { id: 'store', name: () => m.health_store(), owns: (name) => ['store', 'folder', 'disk', 'keychain', 'settings', 'clock'].includes(name) },
  { id: 'jobs', name: () => m.health_schedule(), owns: (name) => name === 'jobs' || name.startsWith('job.') || name.startsWith('orders.') },
];

// What could not be told is no fault: it counts only where nothing else is known.
const RANK: Record<HealthState, number> = { unknown: 0, ok: 1, warn: 2, stop: 3 };
const STATES = { ok: 'ok', unknown: 'off', warn: 'warn', stop: 'stop' } as const;

/** A text as the end of a sentence that begins with a name. */
const tail = (text: string): string => text.replace(/\.$/, '');

function lightOf(id: string, name: string, checks: CheckView[], at: string): Light {
  const worst = checks.reduce((a, b) => (RANK[b.state] > RANK[a.state] ? b : a));
  const problem = worst.problem ? told(worst.problem) : null;
  const fact = worst.fact[locale.current];
  const isWell = worst.state === 'ok' || worst.state === 'unknown';
  const word = isWell ? name : m.health_cause({ name, cause: tail(problem?.title ?? fact) });
  const text = problem ? `${tail(problem.title)}. ${problem.meaning} ${problem.remedy}` : fact || m.health_all_well({ name });
  return { id, state: STATES[worst.state], word, text, at };
}

/** The lights of the top bar: the name alone when all is well, with the fact or the cause when it is not. */
export function lightsOf(health: HealthView | null): Light[] {
  if (!health) return [];
  return LIGHTS.flatMap(({ id, name, owns }) => {
    const checks = health.checks.filter((check) => owns(check.name));
    return checks.length > 0 ? [lightOf(id, name(), checks, health.at)] : [];
  });
}
