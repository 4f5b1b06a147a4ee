import type { JobStatus, SettingChange, SettingsView, SettingValue } from '$rpc/contract';

/** What can be set about when and how a job runs. */
export interface ScheduleForm {
  enabled: boolean;
  /** Cron expression or interval. */
  text: string;
  timezone: string;
  mode: string;
  timeout_seconds: number;
  max_retries: number;
  retry_delay_seconds: number;
}

/** What holds: the schedule from the job, the numbers from the settings. */
export function readForm(job: JobStatus, settings: SettingsView | null): ScheduleForm {
  const value = (name: string): SettingValue | null => settings?.settings.find((entry) => entry.key === `jobs.${job.job}.${name}`)?.value ?? null;
  const number = (name: string, otherwise: number): number => {
    const found = value(name);
    return typeof found === 'number' ? found : otherwise;
  };
  const first = job.schedules[0];
  return {
    enabled: job.enabled,
    text: first?.text ?? '',
    timezone: first?.timezone ?? 'Europe/Berlin',
    mode: first?.mode ?? job.modes[0] ?? '',
    timeout_seconds: number('timeout_seconds', 1800),
    max_retries: number('max_retries', 0),
    retry_delay_seconds: number('retry_delay_seconds', 60),
  };
}

/** The settings that differ. */
export function changesOf(job: string, before: ScheduleForm, after: ScheduleForm): SettingChange[] {
  const keys: [keyof ScheduleForm, string][] = [
    ['enabled', 'enabled'],
    ['text', 'cron'],
    ['timezone', 'timezone'],
    ['mode', 'mode'],
    ['timeout_seconds', 'timeout_seconds'],
    ['max_retries', 'max_retries'],
    ['retry_delay_seconds', 'retry_delay_seconds'],
  ];
  return keys.flatMap(([field, key]) => (before[field] === after[field] ? [] : [{ key: `jobs.${job}.${key}`, value: after[field] }]));
}
