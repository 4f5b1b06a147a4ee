import { expect, test } from 'vitest';
import { locale } from '$i18n';
import { clockChange, nextTimes, parseCron } from '$lib/cron';
import { cronWords } from '$lib/cron-words';
import { toCsv } from '$lib/csv';
import { amount, ago, duration, left, money, near, readInt, signed } from '$lib/format';
import { parsePlace, placeHref } from '$lib/route.svelte';

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

test('money comes from integer cents, German by default', () => {
  expect(amount(4890)).toBe('48,90');
  expect(plain(money(131_844))).toBe('1.318,44 €');
  expect(amount(null)).toBe('');
  locale.set('en');
  expect(plain(money(131_844))).toBe('€1,318.44');
  locale.set('de');
  expect(signed(-14)).toBe('−14');
  expect([readInt('1.800'), readInt('1800'), readInt('1,8'), readInt('x')]).toEqual([1800, 1800, null, null]);
});

test('times are near when they are near', () => {
  const now = new Date('2026-11-23T14:32:00').getTime();
  const at = (hours: number): string => new Date(now + hours * 3_600_000).toISOString();
  expect(near(at(3.5), now)).toBe('Heute 18:02');
  expect(near(at(24), now)).toBe('Morgen 14:32');
  expect(near(at(48), now)).toBe('Mi 14:32');
  expect(near(at(-24 * 20), now)).toBe('03.11. 14:32');
  expect(left(at(3.4667), now)).toBe('noch 3 h 28');
  expect(left(at(33.2), now)).toBe('noch 33 h');
  expect(left(at(-2), now)).toBe('seit 2 h 00 überfällig');
  expect(ago(at(-0.05), now)).toBe('vor 3 min');
  expect(duration(38_400)).toBe('00:38');
});

test('a cron expression says what it means', () => {
  const words = (text: string): string => cronWords(parseCron(text)!);
  expect(words('30 6-20/2 * * *')).toBe('alle 2 Stunden von 06:30 bis 20:30');
  expect(words('*/30 * * * *')).toBe('alle 30 Minuten');
  expect(words('0 5 * * *')).toBe('täglich um 05:00');
  expect(words('0 5 * * 1-5')).toBe('montags bis freitags um 05:00');
  expect(words('15 * * * *')).toBe('stündlich zur Minute 15');
  expect(words('*/15 8-17 * * *')).toBe('alle 15 Minuten in den Stunden 8–17');
  expect([parseCron('* * * *'), parseCron('60 * * * *'), parseCron('a b c d e')]).toEqual([null, null, null]);
});

test('the next times follow the wall clock of Berlin over both clock changes', () => {
  const next = (text: string, after: string, count: number): string[] =>
    nextTimes(parseCron(text)!, 'Europe/Berlin', Date.parse(after), count).map((at) => new Date(at).toISOString());
  expect(next('30 7 * * *', '2026-10-24T20:00:00Z', 2)).toEqual(['2026-10-25T06:30:00.000Z', '2026-10-26T06:30:00.000Z']);
  expect(next('30 7 * * *', '2027-03-27T20:00:00Z', 1)).toEqual(['2027-03-28T05:30:00.000Z']);
  expect(next('0 0 30 2 *', '2026-11-23T00:00:00Z', 1)).toEqual([]);
  expect(new Date(clockChange('Europe/Berlin', Date.parse('2026-10-01T00:00:00Z'))!).toISOString().slice(0, 10)).toBe('2026-10-25');
});

test('a CSV opens in a German spreadsheet, and no cell of it runs as a formula', () => {
  expect(toCsv(['a', 'b'], [['x;y', 'say "hi"'], ['=1+1', '-14']])).toBe('\ufeffa;b\r\n"x;y";"say ""hi"""\r\n\'=1+1;-14\r\n');
});

test('a place is written to the address and read back', () => {
  const href = placeHref('orders', 'PO-076/1', { view: 'held' });
  expect(parsePlace(href)).toEqual({ screen: 'orders', id: 'PO-076/1', query: { view: 'held' } });
  expect(parsePlace('#/nonsense').screen).toBe('home');
});
