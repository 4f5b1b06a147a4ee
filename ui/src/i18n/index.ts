/** Texts for people. Components take every word from here; the German file is the base. */
export { m } from './gen/messages.js';
export { locale, type Locale } from './locale.svelte';
