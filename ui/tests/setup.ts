import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';

// Whether an element is hidden is asked of every element of a page, and jsdom computes styles slowly; axe checks names anyway.
configure({ defaultHidden: true, asyncUtilTimeout: 5000 });

// What jsdom lacks of a browser.
HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close = function (this: HTMLDialogElement) {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};
class NoResize {
  observe = (): void => undefined;
  unobserve = (): void => undefined;
  disconnect = (): void => undefined;
}
vi.stubGlobal('ResizeObserver', NoResize);
Element.prototype.scrollIntoView = () => undefined;
vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });

afterEach(() => {
  cleanup();
  localStorage.clear();
  history.replaceState(null, '', '#/');
});
