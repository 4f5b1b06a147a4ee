import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { HostError, type Host } from './types';

/** Speaks to the shell: one command, one stream of events. */
export function tauriHost(): Host {
  return {
    kind: 'tauri',
    async call(command, parameters) {
      try {
        return await invoke('rpc', { command, params: parameters });
      } catch (problem) {
        throw new HostError(command, problem);
      }
    },
    events(onEvent) {
      const ended = listen('engine', (event) => {
        onEvent(event.payload);
      });
      return () => {
        void ended.then((end) => {
          end();
        });
      };
    },
  };
}
