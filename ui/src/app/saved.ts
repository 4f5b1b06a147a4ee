import { m } from '$i18n';
import { toasts } from '$kit/toasts.svelte';
import { currentHost } from '$rpc/client';

/** Says where a file lies that the page has offered; the shell tells it, because its window has no list of downloads. */
export function hearSaved(): () => void {
  return currentHost().events((told) => {
    const file = told as { kind?: string; path?: string | null; is_whole?: boolean };
    if (file.kind !== 'file_saved') return;
    toasts.say(file.is_whole && file.path ? m.file_saved({ path: file.path }) : m.file_not_saved());
  });
}
