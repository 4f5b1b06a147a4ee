import { m } from '$i18n';
import type { IconName } from '$kit/icons';
import type { Screen } from '$lib/route.svelte';

/** The screens in rail order, with the word and the sign of each. */
export const RAIL: { id: Screen; icon: IconName; word: () => string; apart?: boolean }[] = [
  { id: 'home', icon: 'home', word: () => m.nav_home() },
  { id: 'orders', icon: 'orders', word: () => m.nav_orders() },
  { id: 'tracking', icon: 'van', word: () => m.nav_tracking() },
  { id: 'stock', icon: 'stock', word: () => m.nav_stock() },
  { id: 'invoices', icon: 'invoices', word: () => m.nav_invoices(), apart: true },
  { id: 'datev', icon: 'datev', word: () => m.nav_datev() },
  { id: 'jobs', icon: 'jobs', word: () => m.nav_jobs(), apart: true },
  { id: 'settings', icon: 'settings', word: () => m.nav_settings() },
];
