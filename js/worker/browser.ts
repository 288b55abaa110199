// A browser's dedicated worker as the host's environment.
import { MARKER_DATABASE, StatusCode } from '../channel/status';
import { TaskQueue } from '../channel/task-queue';
import { systemClock } from '../opfs/back-off';
import { MemoryStorage } from '../opfs/memory-storage';
import { browserPlatform, OpfsStorage } from '../opfs/opfs-storage';
import type { Environment } from './environment';
import { Failure } from './failure';
import { compileFrom, moduleLoader } from './module-loader';
import { canRunModule } from './wasm-support';

export interface BrowserEnvironment extends Environment {
  /** Lets go of what tasks are posted with: none runs any more. */
  end(): void;
}

/**
 * @param isShared as in Environment
 * @param native the browser's own IndexedDB, if it has one
 */
export function browserEnvironment(
  isShared: boolean,
  native: IDBFactory | undefined,
): BrowserEnvironment {
  const tasks = new TaskQueue();
  return {
    isShared,
    async openStorage(kind) {
      if (!canRunModule()) {
        throw Failure.of(
          StatusCode.unsupported,
          'This browser, or the Content-Security-Policy of the page, does not run WebAssembly.',
        );
      }
      return kind === 'memory'
        ? new MemoryStorage()
        : OpfsStorage.connect(browserPlatform(native), MARKER_DATABASE);
    },
    moduleLoader: (wasmUrl) => moduleLoader(() => compileFrom(wasmUrl)),
    postTask: tasks.post,
    clock: systemClock,
    end: () => tasks.close(),
  };
}
