import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync('src/kit/tokens.css', 'utf8');

/** Light and dark value of each colour token. */
const tokens = new Map<string, [string, string]>();
for (const [, name, value] of css.matchAll(/--([\w-]+):\s*((?:light-dark\([^)]*\)|#[0-9a-f]{6}));/g)) {
  const hex = value!.match(/#[0-9a-f]{6}/g)!;
  tokens.set(name!, [hex[0], hex[1] ?? hex[0]]);
}

function luminance(hex: string): number {
  const part = (at: number): number => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const AAA = 7;
const AA = 4.5;
const GRAPHIC = 3;
const grounds = ['surface', 'bg', 'sel', 'well', 'hover'];
const pairs: [string, string, number][] = [
  ...['ink', 'ink2'].flatMap((ink) => grounds.map((ground): [string, string, number] => [ink, ground, AAA])),
  ...grounds.map((ground): [string, string, number] => ['ink3', ground, AA]),
  ...['red', 'amber', 'green'].flatMap((tone): [string, string, number][] => [
    ['ink', `${tone}-soft`, AAA],
    ['ink2', `${tone}-soft`, AA],
    [tone, `${tone}-soft`, AAA],
    [tone, 'surface', AAA],
    [`${tone}-fill`, 'surface', GRAPHIC],
  ]),
  ['on-accent', 'accent', AAA],
  ['accent', 'surface', AAA],
  ['accent', 'sel', AA],
  ['accent', 'bg', AA],
  ['rail-ink', 'rail', AAA],
  ['rail-mut', 'rail', AAA],
  ['rail-ink', 'rail-act', AAA],
  ['edge', 'surface', GRAPHIC],
  ['edge', 'bg', GRAPHIC],
  ['edge', 'well', GRAPHIC],
];

test.each(pairs)('%s on %s has its contrast in both themes', (ink, ground, least) => {
  for (const theme of [0, 1] as const) {
    const [a, b] = [tokens.get(ink)?.[theme], tokens.get(ground)?.[theme]];
    if (!a || !b) throw new Error(`no colour for ${ink} on ${ground}`);
    expect(contrast(a, b), theme ? 'dark' : 'light').toBeGreaterThanOrEqual(least);
  }
});
