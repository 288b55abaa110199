// Entry of FlowDB's own worker: a host for the page that started it.
import type { PageMessage } from '../channel/messages';
import { browserEnvironment } from './browser';
import { Host } from './host';

declare const self: DedicatedWorkerGlobalScope;

const host = new Host(self, browserEnvironment(false, self.indexedDB));
self.onmessage = ({ data }: MessageEvent<PageMessage | ArrayBuffer>) => host.receive(data);
