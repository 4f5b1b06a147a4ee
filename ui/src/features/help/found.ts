import type { Block, Chapter, Inline } from '$lib/manual-types';

/** A section of the manual in which words were found. */
export interface Hit {
  chapter: string;
  chapterTitle: string;
  /** Where its heading is. */
  at: string;
  title: string;
}

const MOST = 60;

/** The sections that hold every word that was typed, in the manual's order. */
export function findIn(chapters: Chapter[], typed: string): Hit[] {
  const words = typed.toLocaleLowerCase('de').split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return chapters
    .flatMap((chapter) => sections(chapter).map((section) => ({ chapter, ...section })))
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .slice(0, MOST)
    .map(({ chapter, at, title }) => ({ chapter: chapter.id, chapterTitle: chapter.title, at, title }));
}

function sections(chapter: Chapter): { at: string; title: string; text: string }[] {
  const found: { at: string; title: string; text: string }[] = [];
  for (const block of chapter.blocks) {
    if (block.kind === 'heading') found.push({ at: block.id, title: line(block.text.filter((part) => part.kind !== 'code')), text: '' });
    const section = found.at(-1);
    if (section) section.text += ` ${textOf(block).toLocaleLowerCase('de')}`;
  }
  return found;
}

function textOf(block: Block): string {
  if (block.kind === 'list') return block.items.map(line).join(' ');
  if (block.kind === 'table') return [block.head, ...block.rows].flat().map(line).join(' ');
  if (block.kind === 'image') return block.text;
  return block.kind === 'code' ? block.code : line(block.text);
}

function line(parts: Inline[]): string {
  return parts.map((part) => part.text).join('').trim();
}
