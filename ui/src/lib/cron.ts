/** A cron expression of five fields (minute hour day month weekday): what it means and when it is next. */
export interface Cron {
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  weekdays: number[];
  /** Day and weekday are joined by "or" when both are limited, as cron does. */
  anyDay: boolean;
  anyWeekday: boolean;
}

const RANGES: [number, number][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

function readField(text: string, [low, high]: [number, number]): number[] | null {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return null;
    const step = match[4] === undefined ? 1 : Number(match[4]);
    const from = match[1] === '*' ? low : Number(match[2]);
    const to = match[1] === '*' || (match[3] === undefined && match[4] !== undefined) ? high : Number(match[3] ?? match[2]);
    if (step < 1 || from < low || to > high || from > to) return null;
    for (let n = from; n <= to; n += step) found.add(n);
  }
  return [...found].sort((a, b) => a - b);
}

/** Reads an expression; `null` when it is none. Sunday is 0 and 7. */
export function parseCron(text: string): Cron | null {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 5) return null;
  const fields = parts.map((part, i) => readField(part, RANGES[i]!));
  if (fields.some((field) => field === null)) return null;
  const [minutes, hours, days, months, weekdays] = fields as [number[], number[], number[], number[], number[]];
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: [...new Set(weekdays.map((d) => d % 7))].sort((a, b) => a - b),
    anyDay: parts[2] === '*',
    anyWeekday: parts[4] === '*',
  };
}

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  weekday: number;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function wallClock(zone: string): (at: number) => Wall {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map((p) => [p.type, p.value]));
    return {
      year: Number(part['year']),
      month: Number(part['month']),
      day: Number(part['day']),
      hour: Number(part['hour']),
      minute: Number(part['minute']),
      weekday: WEEKDAYS.indexOf(part['weekday'] ?? ''),
    };
  };
}

function dayMatches(cron: Cron, wall: Wall): boolean {
  if (!cron.months.includes(wall.month)) return false;
  const day = cron.days.includes(wall.day);
  const weekday = cron.weekdays.includes(wall.weekday);
  return cron.anyDay || cron.anyWeekday ? day && weekday : day || weekday;
}

const MINUTE = 60_000;

/** The next `count` times after `after`, by the wall clock of `zone`. Looks at most a year ahead. */
export function nextTimes(cron: Cron, zone: string, after: number, count: number): number[] {
  const wallAt = wallClock(zone);
  const found: number[] = [];
  let at = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const end = after + 366 * 24 * 60 * MINUTE;
  while (found.length < count && at < end) {
    const wall = wallAt(at);
    if (!dayMatches(cron, wall) || !cron.hours.includes(wall.hour)) {
      // To the next full hour: no zone changes its clock at another moment.
      at += (60 - wall.minute) * MINUTE;
    } else if (cron.minutes.includes(wall.minute)) {
      found.push(at);
      at += MINUTE;
    } else {
      at += MINUTE;
    }
  }
  return found;
}

/** The clock changes of `zone` in the 60 days after `after`: a schedule in that hour runs once, not never or twice. */
export function clockChange(zone: string, after: number): number | null {
  const wallAt = wallClock(zone);
  const offset = (at: number): number => {
    const w = wallAt(at);
    return Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute) - at;
  };
  const start = Math.floor(after / MINUTE) * MINUTE;
  for (let hour = 0; hour < 60 * 24; hour += 1) {
    const at = start + hour * 60 * MINUTE;
    if (offset(at) !== offset(at + 60 * MINUTE)) return at + 60 * MINUTE;
  }
  return null;
}
