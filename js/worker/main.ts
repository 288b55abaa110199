// Entry of FlowDB's own worker: a host for the page that started it. The page loads this script,
// too, for what both sides need; and an application's own worker for a host on its thread.
import type { PageMessage } from '../channel/messages';
import { browserEnvironment } from './browser';
import { Host } from './host';

export { hostInThread } from './in-thread';

declare const self: DedicatedWorkerGlobalScope;

/** What js/api/host-start.ts calls the worker. */
const workerName = 'flowdb-wasm-host';

if ('DedicatedWorkerGlobalScope' in globalThis && self.name === workerName) {
  const host = new Host(self, browserEnvironment(false, self.indexedDB));
  self.onmessage = ({ data }: MessageEvent<PageMessage | ArrayBuffer>) => host.receive(data);
}
