import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';
import Banners from '$kit/Banners.svelte';
import CommandPalette from '$kit/CommandPalette.svelte';
import Drawer from '$kit/Drawer.svelte';
import LogView from '$kit/LogView.svelte';
import RunStrip from '$kit/RunStrip.svelte';
import Toasts from '$kit/Toasts.svelte';
import ViewTabs from '$kit/ViewTabs.svelte';
import { toasts } from '$kit/toasts.svelte';
import { dispatchKey } from '$lib/keys';
import { text } from './snippets';

const press = (key: string, more: KeyboardEventInit = {}): void => dispatchKey(new KeyboardEvent('keydown', { key, ...more }));

test('the palette finds by word and acts on Enter', async () => {
  const act = vi.fn();
  render(CommandPalette, {
    open: true,
    entries: [
      { id: '1', group: 'Screens', word: 'Bestellungen', act: () => undefined },
      { id: '2', group: 'Screens', word: 'Tracking', act },
    ],
  });
  const user = userEvent.setup();
  await user.type(screen.getByRole('combobox'), 'track');
  await user.keyboard('{Enter}');
  expect(act).toHaveBeenCalledOnce();
});

test('of many causes two are shown, the red one first, the rest behind a word', async () => {
  const entry = (id: string, tone: 'red' | 'amber') => ({ id, tone, title: id });
  const { container } = render(Banners, { entries: [entry('a', 'amber'), entry('b', 'amber'), entry('c', 'red'), entry('d', 'amber')] });
  const titles = (): (string | null)[] => [...container.querySelectorAll('.title')].map((title) => title.textContent);
  expect(titles()).toEqual(['c', 'a']);
  await userEvent.click(screen.getByRole('button', { name: '2 weitere' }));
  expect(titles()).toHaveLength(4);
});

test('a drawer with unsaved input asks before it closes', async () => {
  const onclose = vi.fn();
  const { rerender } = render(Drawer, { label: 'Order', head: text('PO'), children: text('x'), onclose, dirty: true });
  press('Escape');
  await tick();
  expect(onclose).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Verwerfen' }));
  expect(onclose).toHaveBeenCalledOnce();
  await rerender({ dirty: false });
  press('Escape');
  expect(onclose).toHaveBeenCalledTimes(2);
});

test('of 50,000 log lines only those in sight are in the page', () => {
  const lines = Array.from({ length: 50_000 }, (_, n) => ({ id: String(n), at: '2026-11-23T13:31:02Z', level: 'info' as const, text: `line ${n}` }));
  const { container } = render(LogView, { lines });
  expect(container.querySelectorAll('.line').length).toBeLessThan(80);
});

test('a toast offers its undo to Ctrl+Z, and goes away after eight seconds unless it is hovered', async () => {
  vi.useFakeTimers();
  const act = vi.fn();
  render(Toasts);
  toasts.say('Saved', { word: 'Undo', act });
  expect(toasts.undo()).toBe(true);
  expect(act).toHaveBeenCalledOnce();
  toasts.say('Again');
  toasts.hold(toasts.shown[0]!.id);
  await vi.advanceTimersByTimeAsync(9000);
  expect(toasts.shown).toHaveLength(1);
  toasts.resume(toasts.shown[0]!.id);
  await vi.advanceTimersByTimeAsync(8001);
  expect(toasts.shown).toHaveLength(0);
  expect(toasts.undo()).toBe(false);
  vi.useRealTimers();
});

test('tabs are walked by arrows and by Ctrl+Tab, and a new view can be saved', async () => {
  const onchoose = vi.fn();
  const onsave = vi.fn();
  render(ViewTabs, { label: 'Views', tabs: [{ id: 'a', word: 'A', count: 3, alarm: true }, { id: 'b', word: 'B' }], active: 'a', onchoose, onsave });
  screen.getByRole('tab', { name: /A/ }).focus();
  await userEvent.keyboard('{ArrowRight}');
  press('Tab', { ctrlKey: true, shiftKey: true });
  expect(onchoose.mock.calls).toEqual([['b'], ['b']]);
  await userEvent.click(screen.getByRole('button', { name: 'Ansicht sichern' }));
  expect(onsave).toHaveBeenCalledOnce();
});

test('the strip tells a screen reader every ten seconds, not at every number', async () => {
  vi.useFakeTimers();
  const strip = (count: string) => ({ kind: 'running' as const, job: 'Job', step: '1', what: '', count, item: null, time: '', share: 0.4, others: 0, stopping: false });
  const acts = { onlog: () => undefined, onstop: () => undefined, onapprove: () => undefined, onkeys: () => undefined };
  const { rerender } = render(RunStrip, { strip: strip('1'), ...acts });
  expect(screen.getByRole('status').textContent).toBe('');
  await vi.advanceTimersByTimeAsync(10_001);
  expect(screen.getByRole('status').textContent).toContain('1');
  await rerender({ strip: strip('2') });
  expect(screen.getByRole('status').textContent).not.toContain('2');
  vi.useRealTimers();
});

test('single letters act only outside text fields and can be switched off', async () => {
  const { prefs } = await import('$lib/prefs.svelte');
  const { bindKeys } = await import('$lib/keys');
  const act = vi.fn();
  const end = bindKeys({ j: act });
  const input = document.body.appendChild(document.createElement('input'));
  const at = (target: EventTarget): void => {
    const event = new KeyboardEvent('keydown', { key: 'j' });
    Object.defineProperty(event, 'target', { value: target });
    dispatchKey(event);
  };
  at(input);
  expect(act).not.toHaveBeenCalled();
  at(document.body);
  expect(act).toHaveBeenCalledOnce();
  prefs.set({ letters: false });
  at(document.body);
  expect(act).toHaveBeenCalledOnce();
  prefs.set({ letters: true });
  end();
  input.remove();
});
