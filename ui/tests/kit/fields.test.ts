import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import Button from '$kit/Button.svelte';
import ConfirmDialog from '$kit/ConfirmDialog.svelte';
import CronField from '$kit/CronField.svelte';
import DateField from '$kit/DateField.svelte';
import DropZone from '$kit/DropZone.svelte';
import NumberField from '$kit/NumberField.svelte';
import SecretField from '$kit/SecretField.svelte';
import StepTest from '$kit/StepTest.svelte';
import Switch from '$kit/Switch.svelte';
import { text } from './snippets';
import { violations } from '../axe';

test('a button that cannot be pressed says why and is still reached by keyboard', async () => {
  const onclick = vi.fn();
  render(Button, { why: 'Nothing is selected', onclick, children: text('Send') });
  const user = userEvent.setup();
  await user.tab();
  const button = screen.getByRole('button', { name: 'Send' });
  expect(document.activeElement).toBe(button);
  expect(button.title).toBe('Nothing is selected');
  await user.keyboard('{Enter}');
  expect(onclick).not.toHaveBeenCalled();
});

test('a number is written as people write it, and a wrong one is said at the field and not taken', async () => {
  const onchange = vi.fn();
  render(NumberField, { label: 'Seconds', value: 1800, min: 10, max: 86_400, onchange });
  const user = userEvent.setup();
  const input = screen.getByRole<HTMLInputElement>('textbox');
  expect(input.value).toBe('1.800');
  await user.clear(input);
  await user.type(input, '2.400');
  expect(onchange).toHaveBeenCalled();
  expect(input.getAttribute('aria-invalid')).toBeNull();
  await user.clear(input);
  await user.type(input, '5');
  expect(screen.getAllByText('Mindestens 10').length).toBeGreaterThan(0);
  expect(input.getAttribute('aria-invalid')).toBe('true');
});

test('a day that no calendar has is refused', async () => {
  render(DateField, { label: 'From', value: '2026-11-23' });
  const user = userEvent.setup();
  const input = screen.getByRole<HTMLInputElement>('textbox');
  expect(input.value).toBe('23.11.2026');
  await user.clear(input);
  await user.type(input, '31.02.2026');
  expect(input.getAttribute('aria-invalid')).toBe('true');
});

test('a secret that is set shows only when it was set, and is replaced, never read', async () => {
  render(SecretField, { label: 'Password', value: null, set: 'gesetzt am 12.11.2026' });
  const user = userEvent.setup();
  expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('gesetzt am 12.11.2026');
  await user.click(screen.getByRole('button', { name: 'Ersetzen' }));
  const input = screen.getByLabelText<HTMLInputElement>(/Password/);
  expect(input.type).toBe('password');
  expect(input.value).toBe('');
  await user.click(screen.getByRole('button', { name: 'Behalten' }));
  expect(screen.getByLabelText<HTMLInputElement>('Password').readOnly).toBe(true);
});

test('a schedule is said in words; a wrong one says how one looks', async () => {
  render(CronField, { value: '30 6-20/2 * * *', zone: 'Europe/Berlin' });
  expect(screen.getByText(/alle 2 Stunden von 06:30 bis 20:30/)).toBeTruthy();
  const input = screen.getByRole('textbox');
  await userEvent.clear(input);
  await userEvent.type(input, 'every day');
  expect(input.getAttribute('aria-invalid')).toBe('true');
});

test('a confirmation names its act, and the way back has the focus', async () => {
  const onact = vi.fn();
  render(ConfirmDialog, { open: true, title: '38 Bestände senden, davon 4 auf 0', act: '38 Bestände senden', onact });
  expect(document.activeElement?.textContent?.trim()).toBe('Zurück');
  await userEvent.click(screen.getByRole('button', { name: '38 Bestände senden' }));
  expect(onact).toHaveBeenCalledOnce();
});

test('a file that does not fit is refused with the reason, the others are taken', async () => {
  const onfiles = vi.fn();
  const { container } = render(DropZone, { text: 'PDF', button: 'Choose', accept: ['.pdf'], onfiles });
  const user = userEvent.setup({ applyAccept: false });
  await user.upload(container.querySelector<HTMLInputElement>('input[type=file]')!, [new File(['x'], 'a.pdf'), new File(['x'], 'b.docx')]);
  expect(onfiles.mock.calls[0]![0].map((f: File) => f.name)).toEqual(['a.pdf']);
  expect(screen.getByRole('alert').textContent).toContain('b.docx');
});

test('a failed test step shows its remedy, its command to copy and its code', () => {
  render(StepTest, {
    steps: [
      { id: 'server', word: 'Server', state: 'ok', ms: 4 },
      { id: 'right', word: 'Right', state: 'failed', text: 'no', remedy: 'Run this', command: 'GRANT SELECT', code: 'jtl.right_missing' },
      { id: 'version', word: 'Version', state: 'unreached' },
    ],
  });
  expect(screen.getByText('GRANT SELECT')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Befehl kopieren' })).toBeTruthy();
  expect(screen.getByText('Kennung jtl.right_missing')).toBeTruthy();
});

test('a switch says its state in a word', async () => {
  render(Switch, { checked: false, label: 'Job', on: 'Aktiv', off: 'Aus' });
  await userEvent.click(screen.getByRole('switch'));
  expect(screen.getByText('Aktiv')).toBeTruthy();
});

test('axe finds nothing in the fields', async () => {
  const { container } = render(NumberField, { label: 'N', value: 1, unit: 's', hint: 'h' });
  render(SecretField, { label: 'S', value: null, set: 'x' });
  render(DateField, { label: 'D', value: null });
  expect(await violations(container.parentElement!)).toEqual([]);
});
