import { locale, m } from '$i18n';
import { int } from '$lib/format';
import type { Said, SettingValue, Source } from '$rpc/contract';

export function said(text: Said): string {
  return text[locale.current] || text.de;
}

const CHOICES: Record<string, () => string> = {
  file: () => m.choice_file(),
  database: () => m.choice_database(),
  both: () => m.choice_both(),
  iso: () => m.choice_iso(),
  german: () => m.choice_german(),
  iso2: () => m.choice_iso2(),
  name: () => m.choice_name(),
  on_hand: () => m.choice_on_hand(),
  on_hand_minus_reserved: () => m.choice_on_hand_minus_reserved(),
  jtl_available: () => m.choice_jtl_available(),
};

/** The word of a choice; a foreign name (a signature method) stays as it is. */
export function choiceWord(option: string): string {
  return CHOICES[option]?.() ?? option;
}

const SOURCES: Record<Source, () => string> = {
  default: () => m.source_default(),
  file: () => m.source_file(),
  environment: () => m.source_environment(),
  command_line: () => m.source_command_line(),
};

export function sourceWord(source: Source): string {
  return SOURCES[source]();
}

/** A value in words, for "before → after". */
export function valueWord(value: SettingValue | null): string {
  if (value === null || value === '') return m.value_none();
  if (typeof value === 'boolean') return value ? m.on() : m.off();
  if (typeof value === 'number') return int(value);
  return Array.isArray(value) ? value.join(', ') : choiceWord(value);
}
