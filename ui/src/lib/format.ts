import { locale, m } from '$i18n';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n ${locale.intl} ${JSON.stringify(options)}`;
  let format = made.get(key) as Intl.NumberFormat | undefined;
  if (!format) made.set(key, (format = new Intl.NumberFormat(locale.intl, options)));
  return format;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d ${locale.intl} ${JSON.stringify(options)}`;
  let format = made.get(key) as Intl.DateTimeFormat | undefined;
  if (!format) made.set(key, (format = new Intl.DateTimeFormat(locale.intl, options)));
  return format;
}

/** `8.214`. */
export function int(value: number): string {
  return numbers({ maximumFractionDigits: 0 }).format(value);
}

/** `+20`, `−14`, `0`; with a true minus sign. */
export function signed(value: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${int(Math.abs(value))}`;
}

/** Integer cents as `48,90`. */
export function amount(cents: number | null | undefined): string {
  if (cents == null) return '';
  return numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(cents / 100);
}

/** Integer cents with their currency: `1.318,44 €`. */
export function money(cents: number | null | undefined, currency = 'EUR'): string {
  if (cents == null) return '';
  return numbers({ style: 'currency', currency }).format(cents / 100);
}

/** A share of 0 to 1 as `93,8 %`. */
export function percent(share: number, digits = 1): string {
  return numbers({ style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(share);
}

/** Milliseconds as `1,8 s`. */
export function seconds(ms: number): string {
  return `${numbers({ maximumFractionDigits: ms < 10_000 ? 1 : 0 }).format(ms / 1000)} s`;
}

/** `14:32`. */
export function clock(iso: string | number | Date): string {
  return dates({ hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(iso));
}

/** `14:32:07`. */
export function clockSeconds(iso: string): string {
  return dates({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(new Date(iso));
}

/** `23.11.2026`. */
export function date(iso: string | number | Date): string {
  return dates({ day: '2-digit', month: '2-digit', year: 'numeric' }).format(new Date(iso));
}

/** `23.11.`, in English `23/11`. */
export function dayMonth(iso: string | number | Date): string {
  return dates({ day: '2-digit', month: '2-digit' }).format(new Date(iso));
}

/** `23.11.2026 14:32`. */
export function stamp(iso: string | number | Date | null | undefined): string {
  return iso == null ? '' : `${date(iso)} ${clock(iso)}`;
}

/** `23.11. 14:31`. */
export function shortStamp(iso: string): string {
  return `${dayMonth(iso)} ${clock(iso)}`;
}

/** `Montag, 23.11.2026, 14:32`. */
export function longStamp(at: number): string {
  return `${dates({ weekday: 'long' }).format(at)}, ${date(at)}, ${clock(at)}`;
}

function midnight(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** Whole calendar days from `now` to `iso`, by local midnight (a day of 23 or 25 hours counts as one). */
export function daysFrom(iso: string, now: number): number {
  return Math.round((midnight(new Date(iso).getTime()) - midnight(now)) / DAY);
}

/** `Heute 18:00`, `Di 12:00` within a week, else `23.11. 14:32`, in another year with it. */
export function near(iso: string | null | undefined, now: number): string {
  if (iso == null) return '';
  const days = daysFrom(iso, now);
  if (days === 0) return m.time_today({ clock: clock(iso) });
  if (days === 1) return m.time_tomorrow({ clock: clock(iso) });
  if (days === -1) return m.time_yesterday({ clock: clock(iso) });
  if (days > 1 && days < 7) return `${dates({ weekday: 'short' }).format(new Date(iso))} ${clock(iso)}`;
  return new Date(iso).getFullYear() === new Date(now).getFullYear() ? shortStamp(iso) : stamp(iso);
}

/** `vor 3 min`, `vor 2 h`, `vor 4 Tagen`. */
export function ago(iso: string, now: number): string {
  const past = Math.max(0, now - new Date(iso).getTime());
  if (past < MINUTE) return m.time_just_now();
  if (past < HOUR * 2) return m.time_ago_minutes({ n: Math.floor(past / MINUTE) });
  if (past < DAY * 2) return m.time_ago_hours({ n: Math.floor(past / HOUR) });
  return m.time_ago_days({ n: Math.floor(past / DAY) });
}

/** Time to a deadline: `noch 3 h 28`, `noch 33 h`, `seit 2 h überfällig`. */
export function left(iso: string, now: number): string {
  const rest = new Date(iso).getTime() - now;
  if (rest < -3 * DAY) return m.time_overdue_days({ n: Math.floor(-rest / DAY) });
  if (rest < 0) return m.time_overdue({ time: span(-rest) });
  return m.time_left({ time: span(rest) });
}

function span(ms: number): string {
  const hours = Math.floor(ms / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  if (hours >= 72) return m.time_days({ n: Math.floor(hours / 24) });
  if (hours >= 12) return `${hours} h`;
  return hours > 0 ? `${hours} h ${String(minutes).padStart(2, '0')}` : `${minutes} min`;
}

/** A duration as `00:38`, from an hour on `1:02:10`. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const [h, min, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(min)}:${two(s)}` : `${two(min)}:${two(s)}`;
}

/** File size: `1,2 MB`. */
export function bytes(size: number): string {
  const unit = (value: number, name: string): string => `${numbers({ maximumFractionDigits: 1 }).format(value)} ${name}`;
  if (size < 1024) return unit(size, 'B');
  return size < 1024 * 1024 ? unit(size / 1024, 'KB') : unit(size / 1024 / 1024, 'MB');
}

/** Reads a whole number as people write it (`1.800`, `1,800`, `1800`); `null` when it is none. */
export function readInt(text: string): number | null {
  const plain = text.trim().replace(/[.,\s'](?=\d{3}(\D|$))/g, '');
  return /^-?\d+$/.test(plain) ? Number(plain) : null;
}
