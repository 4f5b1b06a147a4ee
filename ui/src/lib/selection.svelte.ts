import { SvelteSet } from 'svelte/reactivity';

/** The rows that are ticked, by key. Keys that are no longer listed stay until they are dropped by `keep`. */
export class Selection {
  private keys = new SvelteSet<string>();
  private anchor: string | null = null;

  get size(): number {
    return this.keys.size;
  }

  has(key: string): boolean {
    return this.keys.has(key);
  }

  list(): string[] {
    return [...this.keys];
  }

  toggle(key: string): void {
    if (!this.keys.delete(key)) this.keys.add(key);
    this.anchor = key;
  }

  set(key: string, on: boolean): void {
    if (on) this.keys.add(key);
    else this.keys.delete(key);
    this.anchor = key;
  }

  /** Ticks everything between the row ticked last and `key`, in the order of `all`. */
  extend(key: string, all: string[]): void {
    const from = this.anchor === null ? all.indexOf(key) : all.indexOf(this.anchor);
    const to = all.indexOf(key);
    if (from < 0 || to < 0) return;
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) this.keys.add(one);
  }

  setAll(keys: Iterable<string>): void {
    this.keys.clear();
    for (const key of keys) this.keys.add(key);
  }

  clear(): void {
    this.keys.clear();
    this.anchor = null;
  }
}
