import { locale } from '$i18n';

/** Countries that TEMU ships to from Germany, and their neighbours (ISO 3166-1 alpha-2). */
const CODES = [
  'DE', 'AT', 'BE', 'BG', 'CH', 'CY', 'CZ', 'DK', 'EE', 'ES', 'FI', 'FR', 'GB', 'GR', 'HR', 'HU', 'IE', 'IT', 'LI', 'LT',
  'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK',
];

/** The name of a country in the language on screen. */
export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames([locale.intl], { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** The countries to choose from, by name, Germany first. */
export function countryChoices(): { value: string; word: string; also: string }[] {
  const all = CODES.map((code) => ({ value: code, word: `${countryName(code)} (${code})`, also: code }));
  const [germany, ...rest] = all;
  return [germany!, ...rest.sort((a, b) => a.word.localeCompare(b.word, locale.intl))];
}
