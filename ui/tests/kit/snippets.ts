import { createRawSnippet } from 'svelte';

/** A snippet that shows a text. */
export const text = (words: string) => createRawSnippet(() => ({ render: () => `<span>${words}</span>` }));
