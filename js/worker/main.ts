// Entry of the dedicated worker: gives the host what the browser has.
import type { PageMessage } from '../channel/messages';
import { MARKER_DATABASE, StatusCode } from '../channel/status';
import { systemClock } from '../opfs/back-off';
import { MemoryStorage } from '../opfs/memory-storage';
import { browserPlatform, OpfsStorage } from '../opfs/opfs-storage';
import type { Environment } from './environment';
import { Failure } from './failure';
import { Host } from './host';
import { compileFrom, moduleLoader } from './module-loader';
import { canRunModule } from './wasm-support';

declare const self: DedicatedWorkerGlobalScope;

const tasks: (() => void)[] = [];
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => tasks.shift()?.();

const environment: Environment = {
  async openStorage(kind) {
    if (!canRunModule()) {
      throw Failure.of(
        StatusCode.unsupported,
        'This browser, or the Content-Security-Policy of the page, does not run WebAssembly.',
      );
    }
    return kind === 'memory'
      ? new MemoryStorage()
      : OpfsStorage.connect(browserPlatform(), MARKER_DATABASE);
  },
  moduleLoader: (wasmUrl) => moduleLoader(() => compileFrom(wasmUrl)),
  postTask(callback) {
    tasks.push(callback);
    port2.postMessage(null);
  },
  clock: systemClock,
};

const host = new Host(self, environment);
self.onmessage = ({ data }: MessageEvent<PageMessage | ArrayBuffer>) => host.receive(data);
