export const SCREENS = ['home', 'orders', 'tracking', 'stock', 'invoices', 'datev', 'jobs', 'settings', 'help'] as const;
export type Screen = (typeof SCREENS)[number];

/** Where the window is: `#/orders/PO-076-1?view=held`. */
export interface Place {
  screen: Screen;
  /** The object that is open beside the list, e.g. an order's number or a settings page. */
  id: string | null;
  query: Record<string, string>;
}

function isScreen(name: string | undefined): name is Screen {
  return SCREENS.includes(name as Screen);
}

/** Reads a hash; anything unknown is the overview. */
export function parsePlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [screen, id] = path.split('/');
  const query = Object.fromEntries(new URLSearchParams(search));
  return isScreen(screen) ? { screen, id: id ? decodeURIComponent(id) : null, query } : { screen: 'home', id: null, query: {} };
}

/** Writes the hash of a place. */
export function placeHref(screen: Screen, id?: string | null, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${screen}${id ? `/${encodeURIComponent(id)}` : ''}${search ? `?${search}` : ''}`;
}

class Route {
  place = $state<Place>(parsePlace(location.hash));

  /** Follows the address; returns what ends it. */
  start(): () => void {
    const follow = (): void => void (this.place = parsePlace(location.hash));
    follow();
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('hashchange', follow);
    };
  }

  go(screen: Screen, id?: string | null, query: Record<string, string> = {}): void {
    const href = placeHref(screen, id, query);
    if (location.hash !== href) history.pushState(null, '', href);
    this.place = parsePlace(href);
  }

  /** Changes what is open or filtered without a step in the history. */
  replace(change: Partial<Omit<Place, 'screen'>>): void {
    const next = { ...this.place, ...change };
    history.replaceState(null, '', placeHref(next.screen, next.id, next.query));
    this.place = next;
  }
}

export const route = new Route();
