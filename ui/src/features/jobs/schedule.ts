import { locale } from '$i18n';
import type { JobView, SettingChange, SettingEntry, SettingsView, SettingValue } from '$rpc/contract';

/** The settings of a job, by the last part of their keys. */
export function entriesOf(job: JobView, settings: SettingsView | null): SettingEntry[] {
  const prefix = `jobs.${job.job}.`;
  return (settings?.settings ?? []).filter((entry) => entry.key.startsWith(prefix));
}

export const partOf = (entry: SettingEntry): string => entry.key.split('.').at(-1) ?? '';

export const labelOf = (entry: SettingEntry): string => entry.label[locale.current];

/** Whether a setting is a schedule: a cron expression or an interval. */
export function isSchedule(entry: SettingEntry): boolean {
  return entry.kind.kind === 'text' && entry.kind.format === 'cron';
}

/** The settings that were typed and differ from what holds. */
export function changesOf(entries: SettingEntry[], typed: Record<string, SettingValue>): SettingChange[] {
  return entries.flatMap((entry) => {
    const value = typed[entry.key];
    return value === undefined || value === entry.value ? [] : [{ key: entry.key, value }];
  });
}
