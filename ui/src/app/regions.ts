const ORDER = ['rail', 'content', 'drawer', 'strip'];
const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex="0"]';

/** Moves the focus to the next of rail, content, drawer and strip. */
export function nextRegion(): void {
  const regions = ORDER.flatMap((name) => [...document.querySelectorAll<HTMLElement>(`[data-region="${name}"]`)]);
  const inside = regions.filter((region) => region.contains(document.activeElement)).at(-1);
  const next = regions[(inside ? regions.indexOf(inside) + 1 : 0) % regions.length];
  const first = next?.querySelector<HTMLElement>('[aria-current="page"], tbody [tabindex="0"]') ?? next?.querySelector<HTMLElement>(FOCUSABLE);
  (first ?? next)?.focus();
}
