import { locale, type Locale } from '$i18n';

export type Theme = 'auto' | 'light' | 'dark';
export type Density = 'dense' | 'normal' | 'roomy';

/** Columns of one list as the operator left them. */
export interface ListPrefs {
  hidden: string[];
  shown: string[];
  widths: Record<string, number>;
}

interface Stored {
  theme: Theme;
  density: Density;
  locale: Locale;
  letters: boolean;
  /** The question of the first start has been answered. */
  begun: boolean;
  lists: Record<string, ListPrefs>;
}

const KEY = 'kontor.ui';
const DEFAULTS: Stored = { theme: 'auto', density: 'normal', locale: 'de', letters: true, begun: false, lists: {} };

function read(): Stored {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Stored>) };
  } catch {
    return { ...DEFAULTS };
  }
}

/** What this desk wants its window to look like. Kept in the web view's own storage, never at another desk. */
class Prefs {
  private stored = $state<Stored>(read());

  get theme(): Theme {
    return this.stored.theme;
  }
  get density(): Density {
    return this.stored.density;
  }
  get locale(): Locale {
    return this.stored.locale;
  }
  /** Whether single letters act as shortcuts (WCAG 2.1.4). */
  get letters(): boolean {
    return this.stored.letters;
  }

  get begun(): boolean {
    return this.stored.begun;
  }

  set(change: Partial<Omit<Stored, 'lists'>>): void {
    Object.assign(this.stored, change);
    this.save();
    this.apply();
  }

  list(name: string): ListPrefs {
    return this.stored.lists[name] ?? { hidden: [], shown: [], widths: {} };
  }

  setList(name: string, change: Partial<ListPrefs>): void {
    this.stored.lists[name] = { ...this.list(name), ...change };
    this.save();
  }

  /** Puts theme, density and language on the document. */
  apply(): void {
    const root = document.documentElement;
    if (this.theme === 'auto') delete root.dataset['theme'];
    else root.dataset['theme'] = this.theme;
    root.dataset['density'] = this.density;
    locale.set(this.locale);
  }

  private save(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.stored));
    } catch {
      // A full or forbidden storage costs the memory of columns, nothing else.
    }
  }
}

export const prefs = new Prefs();
