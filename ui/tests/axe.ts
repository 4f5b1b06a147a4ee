import axe from 'axe-core';

/** Rules that need a laid-out page; the browser tests check them. */
const NEEDS_LAYOUT = { 'color-contrast': { enabled: false }, region: { enabled: false }, 'target-size': { enabled: false } };

/** The violations that axe finds in an element, as `rule: target`. */
export async function violations(element: Element): Promise<string[]> {
  const result = await axe.run(element, { rules: NEEDS_LAYOUT });
  return result.violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.join(' ')}`));
}
