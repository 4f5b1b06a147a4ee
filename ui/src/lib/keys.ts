import { prefs } from './prefs.svelte';

/** `true` keeps looking for the next binding (the key was not used). */
export type KeyAct = (event: KeyboardEvent) => boolean | void;

const bound: { keys: Record<string, KeyAct> }[] = [];

/** `Ctrl+Shift+Tab`, `Alt+1`, `/`, `F6`, `Enter`: modifiers in this order, then the key as the event names it. */
export function keyName(event: KeyboardEvent): string {
  const single = event.key.length === 1;
  const parts = [
    event.ctrlKey || event.metaKey ? 'Ctrl' : '',
    event.altKey ? 'Alt' : '',
    // A sign such as `?` already contains its shift key.
    event.shiftKey && !single ? 'Shift' : '',
    single ? event.key.toLowerCase() : event.key,
  ];
  return parts.filter(Boolean).join('+');
}

/** Whether the event comes from where people write. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'file'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** Binds keys until the returned function is called. The binding made last is asked first. */
export function bindKeys(keys: Record<string, KeyAct>): () => void {
  const binding = { keys };
  bound.unshift(binding);
  return () => {
    bound.splice(bound.indexOf(binding), 1);
  };
}

/** Gives an event to whoever bound its key. Letters act only outside text fields, and only when they are switched on. */
export function dispatchKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = keyName(event);
  const isLetter = name.length === 1;
  if (isLetter && (!prefs.letters || isWriting(event.target))) return;
  // An open dialog keeps the keys to itself.
  if (document.querySelector('dialog[open]') && name !== 'F6') return;
  for (const { keys } of [...bound]) {
    const act = keys[name];
    if (act && act(event) !== true) {
      event.preventDefault();
      return;
    }
  }
}
