import { readdirSync, readFileSync } from 'node:fs';
import { parse, type AST } from 'svelte/compiler';
import { expect, test } from 'vitest';
import de from '../messages/de.json';
import en from '../messages/en.json';

const root = `${process.cwd()}/`;
const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(svelte|ts)$/.test(file) && !file.includes('/gen'))
  .map((file) => `src/${file}`);
const components = sources.filter((file) => file.endsWith('.svelte'));

/** Attributes whose value is read by people. */
const SPOKEN = new Set(['title', 'placeholder', 'aria-label', 'alt', 'label', 'word', 'text', 'act', 'back', 'meta', 'hint']);
/** Units and signs that are the same in every language. */
const SIGNS = /^(ms|SKU|TEMU|JTL|CSV|XLSX|DATEV|PDF|XML|Esc|F5)$/;

function literals(node: unknown, found: string[] = []): string[] {
  if (Array.isArray(node)) node.forEach((child) => literals(child, found));
  if (!node || typeof node !== 'object') return found;
  const typed = node as { type?: string; name?: string; data?: string; value?: unknown };
  if (typed.type === 'Text' && typed.data && isWord(typed.data)) found.push(typed.data.trim());
  if (typed.type === 'Attribute') {
    const values = Array.isArray(typed.value) ? (typed.value as AST.Text[]) : [];
    if (SPOKEN.has(typed.name ?? '')) values.filter((v) => v.type === 'Text' && isWord(v.data)).forEach((v) => found.push(v.data));
    for (const value of values) if (value.type !== 'Text') literals(value, found);
    return found;
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'css' && key !== 'instance' && key !== 'module') literals(child, found);
  return found;
}

function isWord(text: string): boolean {
  return text.split(/\s+/).some((part) => /\p{L}{2,}/u.test(part) && !SIGNS.test(part.replace(/[^\p{L}\d]/gu, '')));
}

test.each(components)('%s takes every word from the translations', (file) => {
  const ast = parse(readFileSync(root + file, 'utf8'), { modern: true });
  expect(literals(ast.fragment)).toEqual([]);
});

test('both languages have the same messages, and none is empty', () => {
  expect(Object.keys(en)).toEqual(Object.keys(de));
  for (const texts of [de, en]) for (const text of Object.values(texts)) expect(JSON.stringify(text).length).toBeGreaterThan(2);
});

test('a message takes the same inputs in both languages', () => {
  const inputs = (text: unknown): string[] => [...new Set(JSON.stringify(text).match(/\{\w+\}/g))].sort();
  for (const [key, text] of Object.entries(de)) expect(inputs(en[key as keyof typeof en]), key).toEqual(inputs(text));
});

test('every message is used, and every message that is used exists', () => {
  const used = new Set(sources.flatMap((file) => [...readFileSync(root + file, 'utf8').matchAll(/\bm\.([a-z\d_]+)\(/g)].map((hit) => hit[1])));
  const known = Object.keys(de).filter((key) => key !== '$schema');
  expect(known.filter((key) => !used.has(key))).toEqual([]);
  expect([...used].filter((key) => !known.includes(key!))).toEqual([]);
});

test('the German texts are German: no English filler, no exclamation mark, none of the words that say nothing', () => {
  for (const [key, text] of Object.entries(de)) {
    if (key === '$schema') continue;
    expect(JSON.stringify(text), key).not.toMatch(/!|\b(the|and|with|please|bitte|leider|erfolgreich|ungültig)\b/i);
  }
});

test('no markup carries a style attribute, which the content security policy would refuse', () => {
  for (const file of components) expect(readFileSync(root + file, 'utf8'), file).not.toMatch(/\sstyle="/);
});
