import { HostError, type Host } from './types';

const RETRY_MS = 1000;

/**
 * Speaks to the bridge of `kontor` on loopback (development and tests only): `POST {base}/rpc` with
 * `{ command, params }`, events as a stream of server-sent events at `{base}/events`. Both carry the token in a header,
 * which `EventSource` cannot, so the stream is read by hand.
 */
export function httpHost(base: string, token: string): Host {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  async function call(command: string, parameters: unknown): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${base}/rpc`, { method: 'POST', headers, body: JSON.stringify({ command, params: parameters }) });
    } catch (error) {
      throw new HostError(`bridge unreachable: ${String(error)}`);
    }
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new HostError(`${command}: ${response.status}`, answer);
    return answer;
  }

  async function listen(onEvent: (event: unknown) => void, signal: AbortSignal): Promise<void> {
    const response = await fetch(`${base}/events`, { headers, signal });
    if (!response.ok) throw new HostError(`events: ${response.status}`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    while (reader) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = block
          .split('\n')
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trimStart())
          .join('\n');
        if (data) onEvent(JSON.parse(data));
      }
    }
  }

  function events(onEvent: (event: unknown) => void): () => void {
    const stop = new AbortController();
    const again = (): void => {
      if (!stop.signal.aborted) setTimeout(() => void listen(onEvent, stop.signal).then(again, again), RETRY_MS);
    };
    void listen(onEvent, stop.signal).then(again, again);
    return () => {
      stop.abort();
    };
  }

  return { kind: 'http', call, events };
}
