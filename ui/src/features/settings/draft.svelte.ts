import { SvelteMap } from 'svelte/reactivity';
import type { SettingChange, SettingEntry, SettingValue } from '$rpc/contract';

/** What was typed and is not saved yet, by key. A value that equals what holds is no change. */
export class Draft {
  private values = new SvelteMap<string, SettingValue | null>();

  get size(): number {
    return this.values.size;
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  of(entry: SettingEntry): SettingValue | null {
    return this.values.has(entry.key) ? (this.values.get(entry.key) ?? null) : entry.value;
  }

  set(entry: SettingEntry, value: SettingValue | null): void {
    if (JSON.stringify(value) === JSON.stringify(entry.value)) this.values.delete(entry.key);
    else this.values.set(entry.key, value);
  }

  /** A key that the operator made up, or its removal. */
  put(key: string, value: SettingValue | null): void {
    this.values.set(key, value);
  }

  changes(): SettingChange[] {
    return [...this.values].map(([key, value]) => ({ key, value }));
  }

  clear(): void {
    this.values.clear();
  }
}
