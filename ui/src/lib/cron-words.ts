import { locale, m } from '$i18n';
import type { Cron } from './cron';

const two = (n: number): string => String(n).padStart(2, '0');

/** The step of an even sequence, e.g. 2 for 6, 8, 10; `null` when it is none. */
function step(values: number[]): number | null {
  const by = values.length > 1 ? values[1]! - values[0]! : null;
  return by !== null && values.every((v, i) => i === 0 || v - values[i - 1]! === by) ? by : null;
}

function timeWords(cron: Cron): string {
  const { minutes, hours } = cron;
  const everyMinute = step(minutes);
  const allHours = hours.length === 24;
  if (minutes.length === 1 && hours.length <= 3) {
    return m.cron_at({ times: hours.map((h) => `${two(h)}:${two(minutes[0]!)}`).join(', ') });
  }
  if (minutes.length === 1) {
    const by = step(hours);
    const from = `${two(hours[0]!)}:${two(minutes[0]!)}`;
    const to = `${two(hours.at(-1)!)}:${two(minutes[0]!)}`;
    if (by === 1 && allHours) return m.cron_hourly({ minute: two(minutes[0]!) });
    if (by !== null) return by === 1 ? m.cron_every_hour_from_to({ from, to }) : m.cron_every_hours_from_to({ n: by, from, to });
    return m.cron_at({ times: hours.map((h) => `${two(h)}:${two(minutes[0]!)}`).join(', ') });
  }
  const fills = everyMinute !== null && minutes[0]! < everyMinute && minutes.at(-1)! + everyMinute >= 60;
  if (fills) {
    const every = everyMinute === 1 ? m.cron_every_minute() : m.cron_every_minutes({ n: everyMinute });
    return allHours ? every : m.cron_within_hours({ every, hours: spans(hours) });
  }
  return m.cron_minutes_of_hours({ minutes: minutes.map(two).join(', '), hours: allHours ? m.cron_each_hour() : spans(hours) });
}

/** `6–8, 12`: neighbours drawn together. */
function spans(values: number[]): string {
  const found: [number, number][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last && last[1] === value - 1) last[1] = value;
    else found.push([value, value]);
  }
  return found.map(([a, b]) => (a === b ? String(a) : `${a}–${b}`)).join(', ');
}

function weekday(day: number): string {
  // 2026-11-22 is a Sunday.
  return new Intl.DateTimeFormat(locale.intl, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 10, 22 + day));
}

function dayWords(cron: Cron): string[] {
  const parts: string[] = [];
  const isWorkdays = cron.weekdays.join() === '1,2,3,4,5';
  if (!cron.anyWeekday) parts.push(isWorkdays ? m.cron_workdays() : cron.weekdays.map(weekday).join(', '));
  if (!cron.anyDay) parts.push(m.cron_days({ days: spans(cron.days) }));
  if (cron.months.length < 12) parts.push(m.cron_months({ months: spans(cron.months) }));
  return parts;
}

/** An expression in words: `alle 2 Stunden von 06:30 bis 20:30`, `Mo–Fr um 05:00`. */
export function cronWords(cron: Cron): string {
  const days = dayWords(cron);
  const isOnceDaily = cron.minutes.length === 1 && cron.hours.length <= 3 && days.length === 0;
  return [isOnceDaily ? m.cron_daily() : '', ...days, timeWords(cron)].filter(Boolean).join(' ');
}
