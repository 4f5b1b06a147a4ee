import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { syntheticHost } from '../../src/app/synthetic/host';
import { violations } from '../axe';
import { callsOf, open, settled } from './app';

const quiet = { running: false, orders: 18 };

function upload(input: HTMLElement, files: File[]): Promise<void> {
  return userEvent.setup({ applyAccept: false }).upload(input, files);
}

function chooser(): HTMLElement {
  return document.querySelector<HTMLInputElement>('input[type=file]')!;
}

test('beside the fields stands the page, and what looks like a value that was read is marked', async () => {
  const host = await open(`invoices/${encodeURIComponent('DE-2026-11-0001.pdf')}`, syntheticHost(quiet));
  expect(callsOf(host, 'document_page')).toEqual([{ kind: 'rechnungen', file: 'DE-2026-11-0001.pdf' }]);
  const page = screen.getByRole('img', { name: /Erste Seite von DE-2026-11-0001.pdf/ });
  const marked = [...page.querySelectorAll('g')].filter((word) => word.querySelector('rect')).map((word) => word.textContent?.trim());
  expect(marked).toEqual(['DE60012345', '499,79']);
  expect(await violations(document.body)).toEqual([]);
}, 30_000);

test('a scan and a document whose file is gone say why there is no page', async () => {
  await open('invoices/scan_0042.pdf', syntheticHost(quiet));
  expect(screen.getByText('Auf der Seite steht kein Text (Scan).')).toBeTruthy();
});

test('a file that is refused is named with its reason, and the others are added', async () => {
  const host = await open('invoices', syntheticHost(quiet, {
    document_add: ({ name }) => {
      if (name === 'b.pdf') throw { code: 'upload.name_unusable', subject: name };
      return { at: '2026-11-23T13:32:00Z', file: name };
    },
  }));
  await upload(chooser(), ['a.pdf', 'b.pdf', 'c.pdf'].map((name) => new File(['%PDF'], name)));
  await settled(host);
  expect(callsOf(host, 'document_add').map((call) => (call as { name: string }).name)).toEqual(['a.pdf', 'b.pdf', 'c.pdf']);
  expect(screen.getByText(/^b\.pdf: /)).toBeTruthy();
});

test('a file of 65 MiB is not even read by the window', async () => {
  const host = await open('datev', syntheticHost(quiet));
  const huge = new File(['x'], 'EXTF_a.csv');
  Object.defineProperty(huge, 'size', { value: 65 * 1024 * 1024 });
  await upload(chooser(), [huge]);
  await waitFor(() => expect(screen.getByText(/^EXTF_a\.csv: /)).toBeTruthy());
  expect(callsOf(host, 'datev_add')).toEqual([]);
});

test('tables are saved as CSV and as XLSX', async () => {
  const host = await open('invoices', syntheticHost(quiet));
  const user = userEvent.setup();
  URL.createObjectURL = () => 'blob:';
  URL.revokeObjectURL = () => undefined;
  await user.click(screen.getByRole('button', { name: 'XLSX' }));
  await settled(host);
  await user.click(screen.getByRole('button', { name: 'CSV' }));
  await settled(host);
  expect(callsOf(host, 'documents_table')).toEqual([{ kind: 'rechnungen', format: 'xlsx' }, { kind: 'rechnungen', format: 'csv' }]);
});

test('what a check finds stands with line, field and what is there', async () => {
  const host = await open('datev?view=check', syntheticHost(quiet));
  await upload(chooser(), [new File(['x'], 'EXTF_a.csv')]);
  await settled(host);
  const row = within(screen.getByRole('table')).getByText('12,345').closest('tr')!;
  expect(row.textContent).toContain('Umsatz');
  expect(await violations(document.body)).toEqual([]);
}, 30_000);
