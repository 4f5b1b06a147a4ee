import { baseLocale, isLocale, locales, overwriteGetLocale, overwriteSetLocale } from './gen/runtime.js';

export type Locale = (typeof locales)[number];

/** The language on screen. A message that is shown reads it, so a change redraws what is visible. */
class LocaleState {
  current = $state<Locale>(baseLocale);

  /** Switches the language; an unknown name is ignored. */
  set(name: string): void {
    if (!isLocale(name)) return;
    this.current = name;
    document.documentElement.lang = name;
  }

  /** The name for `Intl`: German dates and numbers, or British English with the 24 hour clock. */
  get intl(): string {
    return this.current === 'de' ? 'de-DE' : 'en-GB';
  }
}

export const locale = new LocaleState();

overwriteGetLocale(() => locale.current);
overwriteSetLocale((name) => {
  locale.set(name);
});
