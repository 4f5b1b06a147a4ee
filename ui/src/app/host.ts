import type { Host } from '$host/types';

const KEY = 'kontor.bridge';

/**
 * Chooses what the UI stands on: the shell when it runs in it; else the bridge whose address and token stand in the
 * URL (`?token=…`, and `?bridge=http://127.0.0.1:7411` when the page itself comes from elsewhere); else, in development
 * only, a memory with synthetic data.
 */
export async function chooseHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) {
    const { tauriHost } = await import('$host/tauri');
    return tauriHost();
  }
  const bridge = bridgeOf(new URL(location.href));
  if (bridge) {
    const { httpHost } = await import('$host/http');
    return httpHost(bridge.base, bridge.token);
  }
  if (import.meta.env.DEV) {
    const { syntheticHost } = await import('./synthetic/host');
    return syntheticHost();
  }
  throw new Error('Kontor: neither the shell nor a bridge is here');
}

/** Reads the bridge from the address, keeps it for reloads of this tab, and takes the token out of the address bar. */
function bridgeOf(url: URL): { base: string; token: string } | null {
  const token = url.searchParams.get('token');
  if (!token) return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as { base: string; token: string } | null;
  const bridge = { base: (url.searchParams.get('bridge') ?? url.origin).replace(/\/$/, ''), token };
  sessionStorage.setItem(KEY, JSON.stringify(bridge));
  url.searchParams.delete('token');
  url.searchParams.delete('bridge');
  history.replaceState(null, '', url);
  return bridge;
}
