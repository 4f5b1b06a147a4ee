import { saveText } from '$lib/csv';
import type { TextFile } from './contract';

/** Offers a file of the engine's to the person, under its suggested name. */
export async function saveFile(file: TextFile): Promise<void> {
  saveText(file.name, file.content, file.name.endsWith('.xml') ? 'application/xml' : 'text/csv;charset=utf-8');
}
