import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../src/rpc/contract';

/** Commands that no screen calls, with the reason why. */
const NOT_ON_SCREEN: Record<string, string> = {
  stock_plan: 'the list of plans (stock_plans) already holds each plan whole; scripts ask for one',
};

const root = `${process.cwd()}/src/`;
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(app|features|rpc)\/.*\.(svelte|ts)$/.test(file) && !/(gen|sketch)\.ts$|synthetic/.test(file))
  .map((file) => readFileSync(root + file, 'utf8'))
  .join('\n');
/** Each way in which a screen asks: a call, a question that is kept up to date, a list in pages, a list as CSV. */
const called = new Set([...sources.matchAll(/(?:\brpc\(|new Query\(|new PagedList\(|listCsv\('[^']+', )'([a-z_]+)'|\b(?:rpc)\(\s*'([a-z_]+)'/g)].map((hit) => hit[1] ?? hit[2]));

test.each(Object.keys(commands))('%s is reached from a screen, or it is said why not', (command) => {
  expect(called.has(command)).toBe(!(command in NOT_ON_SCREEN));
});
