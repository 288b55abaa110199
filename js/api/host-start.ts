// Starts the host of the databases: in a worker of its own; or, in a dedicated worker, which can
// open files synchronously itself, on that thread. All URLs are written so that bundlers find the
// files, too.
import { Alertness } from '../channel/alertness';
import type { ChannelPort } from '../channel/client';
import { TaskQueue } from '../channel/task-queue';
import { hostInThread } from './in-thread';

/** Where the package's own files are, if not beside this script. */
export interface Location {
  /**
   * worker.js, or a module that imports it; has to be of the page's own origin. It runs in a worker
   * of the name that FlowDB gives. Without a meaning in a dedicated worker, which needs no other one.
   */
  readonly workerUrl?: string | URL | undefined;
  /** flowdb.wasm. */
  readonly wasmUrl?: string | URL | undefined;
}

export interface StartedHost {
  readonly port: ChannelPort;
  /** For this thread, where the host has another one. */
  readonly alertness?: Alertness;
  /** Ends it without a word. */
  end(): void;
}

// Taken while this is loaded: flowdb-wasm/auto puts FlowDB's own in its place.
const native = (globalThis as { indexedDB?: globalThis.IDBFactory }).indexedDB;

/** How long the page stays awake for an answer: a write of one record takes half of it. */
const alertMs = 1;

/** Whether this is a dedicated worker. */
export const isInWorker = 'DedicatedWorkerGlobalScope' in globalThis;

/** Throws what the browser throws for a URL that it does not take. */
export function startWorker({ workerUrl }: Location): StartedHost {
  // Options that bundlers can read. In a worker of another name the script starts no host.
  const worker =
    workerUrl === undefined
      ? new Worker(new URL('./worker.js', import.meta.url), {
          type: 'module',
          name: 'flowdb-wasm-host',
        })
      : new Worker(workerUrl, { type: 'module', name: 'flowdb-wasm-host' });
  const tasks = new TaskQueue();
  return {
    port: worker,
    alertness: new Alertness(tasks.post, () => performance.now(), alertMs),
    end() {
      worker.terminate();
      tasks.close();
    },
  };
}

/** Only in a dedicated worker. */
export function startInThread(): StartedHost {
  return hostInThread(native);
}

/** Absolute: the worker may have another base. */
export function wasmUrlOf({ wasmUrl }: Location): string {
  if (wasmUrl === undefined) return new URL('./flowdb.wasm', import.meta.url).href;
  return new URL(wasmUrl, globalThis.location.href).href;
}
