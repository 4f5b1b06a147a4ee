import { rpc } from './client';
import type { View } from './contract';
import { Query } from './query.svelte';

/** The operator's own views of a screen: a name and what the window needs to show the list so again. */
export class SavedViews {
  private readonly query: Query<'views_list'>;

  constructor(private readonly screen: string) {
    this.query = new Query('views_list', () => ({ screen }), ['views']);
  }

  get list(): View[] {
    return this.query.data ?? [];
  }

  /** What a view holds; a text that is no object counts as empty. */
  content(view: View): Record<string, string> {
    try {
      const parsed: unknown = JSON.parse(view.content);
      return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, string>) : {};
    } catch {
      return {};
    }
  }

  async save(name: string, content: Record<string, string>): Promise<View> {
    return rpc('view_save', { screen: this.screen, name, content: JSON.stringify(content) });
  }

  async remove(id: number): Promise<void> {
    await rpc('view_delete', { id });
  }
}
