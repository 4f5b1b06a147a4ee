// The German manual of docs/benutzer, read when the pages are built, so that the window's help works without a network.
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { marked, type Token, type Tokens } from 'marked';
import type { Plugin } from 'vite';
import type { Block, Chapter, Inline } from './src/lib/manual-types';

const MODULE = 'virtual:manual';
const RESOLVED = `\0${MODULE}`;
const START = 'README.md';

/** Gives `virtual:manual` the chapters of a folder: its README first, then what that links to, in its order. */
export function manual(folder: string): Plugin {
  return {
    name: 'kontor-manual',
    resolveId: (source) => (source === MODULE ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return;
      const names = files(folder);
      names.forEach((name) => this.addWatchFile(join(folder, name)));
      const images: string[] = [];
      const chapters = names.map((name) => chapter(folder, name, images));
      const imports = images.map((path, index) => `import image${index} from ${JSON.stringify(path)};`);
      const data = JSON.stringify(chapters).replaceAll(/"@image(\d+)@"/g, 'image$1');
      return `${imports.join('\n')}\nexport default ${data};`;
    },
  };
}

function files(folder: string): string[] {
  const links = [...readFileSync(join(folder, START), 'utf8').matchAll(/\]\(([\w-]+\.md)\)/g)].map((hit) => hit[1]!);
  return [START, ...new Set(links)];
}

function chapter(folder: string, name: string, images: string[]): Chapter {
  const blocks = marked.lexer(readFileSync(join(folder, name), 'utf8')).flatMap((token) => block(folder, token, images));
  const first = blocks[0];
  if (first?.kind !== 'heading') throw new Error(`${name} begins without a heading`);
  return { id: idOf(name), title: textOf(first.text), blocks };
}

/** `README.md` is the chapter `start`. */
function idOf(name: string): string {
  return name === START ? 'start' : basename(name, '.md');
}

function block(folder: string, token: Token, images: string[]): Block[] {
  switch (token.type) {
    case 'space':
      return [];
    case 'heading':
      return [heading(token as Tokens.Heading)];
    case 'paragraph': {
      const [only, ...rest] = (token as Tokens.Paragraph).tokens;
      if (only?.type === 'image' && rest.length === 0) return [picture(folder, only as Tokens.Image, images)];
      return [{ kind: 'paragraph', text: inlines(token.tokens ?? []) }];
    }
    case 'list': {
      const list = token as Tokens.List;
      return [{ kind: 'list', ordered: list.ordered, items: list.items.map((item) => inlines(item.tokens)) }];
    }
    case 'table': {
      const table = token as Tokens.Table;
      const cells = (row: Tokens.TableCell[]): Inline[][] => row.map((cell) => inlines(cell.tokens));
      return [{ kind: 'table', head: cells(table.header), rows: table.rows.map(cells) }];
    }
    case 'code':
      return [{ kind: 'code', code: (token as Tokens.Code).text }];
    default:
      throw new Error(`the manual has ${token.type}, which the help does not show`);
  }
}

/** A heading is found by the code that stands in it (`order.address_missing`), else by its words. */
function heading(token: Tokens.Heading): Block {
  const text = inlines(token.tokens);
  const code = text.find((part) => part.kind === 'code')?.text;
  const words = textOf(text).toLowerCase().replaceAll(/[^\p{L}\d]+/gu, '-');
  return { kind: 'heading', depth: token.depth, id: code ?? words, text };
}

function picture(folder: string, token: Tokens.Image, images: string[]): Block {
  const path = resolve(folder, token.href);
  if (!images.includes(path)) images.push(path);
  return { kind: 'image', source: `@image${images.indexOf(path)}@`, text: token.text };
}

function inlines(tokens: Token[]): Inline[] {
  return tokens.flatMap((token): Inline[] => {
    switch (token.type) {
      case 'paragraph':
        return inlines(token.tokens ?? []);
      case 'text':
        return token.tokens ? inlines(token.tokens) : [{ kind: 'text', text: unescape(token.text) }];
      case 'escape':
        return [{ kind: 'text', text: token.text }];
      case 'strong':
        return [{ kind: 'strong', text: plain(token) }];
      case 'codespan':
        return [{ kind: 'code', text: unescape(token.text) }];
      case 'link':
        return [link(token as Tokens.Link)];
      default:
        throw new Error(`the manual has ${token.type} within a line, which the help does not show: ${token.raw}`);
    }
  });
}

/** Links lead to other chapters only: the window goes nowhere else. */
function link(token: Tokens.Link): Inline {
  // An address that is only named is text.
  if (token.raw === token.href) return { kind: 'text', text: token.href };
  const [, name, at] = /^([\w-]+\.md)?(?:#(.+))?$/.exec(token.href) ?? [];
  if (!name) throw new Error(`the manual links to ${token.href}, which is no chapter`);
  return { kind: 'link', text: plain(token), chapter: idOf(name), at: at ?? null };
}

function plain(token: Token): string {
  return textOf(inlines(('tokens' in token && token.tokens) || []));
}

function textOf(parts: Inline[]): string {
  return parts.map((part) => part.text).join('').trim();
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}
