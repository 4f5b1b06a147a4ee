/** The manual as the help shows it. */
export interface Chapter {
  id: string;
  title: string;
  blocks: Block[];
}

export type Block =
  | { kind: 'heading'; depth: number; id: string; text: Inline[] }
  | { kind: 'paragraph'; text: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'image'; source: string; text: string }
  | { kind: 'code'; code: string };

/** A piece of a line. */
export type Inline = { kind: 'text' | 'strong' | 'code'; text: string } | { kind: 'link'; text: string; chapter: string; at: string | null };
