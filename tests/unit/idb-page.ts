// A page in Node: the IndexedDB API over the worker's host with the real WebAssembly module and
// files in memory.
import fs from 'node:fs';
import type { ChannelCounts } from '../../js/channel/client';
import type { PostTask } from '../../js/channel/task-queue';
import { IDBFactory } from '../../js/idb/IDBFactory';
import { Session } from '../../js/idb/session';
import { internal } from '../../js/idb/webidl/interface-shape';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import type { Storage } from '../../js/opfs/storage';
import { Host } from '../../js/worker/host';
import { moduleLoader } from '../../js/worker/module-loader';

const wasmFile = new URL('../../build/wasm/flowdb.wasm', import.meta.url);
const load = moduleLoader(() => WebAssembly.compile(fs.readFileSync(wasmFile)));

export class Page {
  readonly #ports: MessageChannel = new MessageChannel();
  readonly session = new Session();
  readonly indexedDB = new IDBFactory(internal, this.session) as unknown as globalThis.IDBFactory;
  /** Exceptions of listeners. */
  readonly reported: unknown[] = [];

  constructor(
    storage: Storage = new MemoryStorage(),
    postTask: PostTask = (callback) => void setImmediate(callback),
  ) {
    const { port1, port2 } = this.#ports;
    const host = new Host(port2, {
      openStorage: async () => storage,
      moduleLoader: () => load,
      postTask,
      isShared: true,
      clock: { now: () => performance.now(), wait: () => new Promise(() => {}) },
    });
    port2.onmessage = ({ data }) => host.receive(data as never);
    globalThis.reportError = (error) => void this.reported.push(error);
    void this.session.connect(port1, { t: 'hello', storage: 'memory', wasm: '' });
  }

  get counts(): ChannelCounts {
    const counts = this.session.client?.counts;
    if (counts === undefined) throw new Error('not connected');
    return counts;
  }

  /** The worker ends as if it had crashed: an error event, and nothing more. */
  kill(): void {
    this.#ports.port2.onmessage = null;
    this.#ports.port1.dispatchEvent(new Event('error'));
  }

  /** Ends the channel, so that Node may exit. */
  end(): void {
    this.session.pool.close();
    this.#ports.port1.close();
    this.#ports.port2.close();
  }

  /** Opens a database, with an upgrade. */
  open(
    name: string,
    version: number | undefined,
    upgrade: (db: IDBDatabase, transaction: IDBTransaction, event: IDBVersionChangeEvent) => void,
  ): Promise<IDBDatabase> {
    const request = this.indexedDB.open(name, version);
    request.onupgradeneeded = (event) => {
      if (request.transaction !== null) upgrade(request.result, request.transaction, event);
    };
    return resultOf(request);
  }
}

/** A request's result, or a rejection with its error. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves with 'complete' or 'abort'. */
export function endOf(transaction: IDBTransaction): Promise<string> {
  return new Promise((resolve) => {
    transaction.addEventListener('complete', () => resolve('complete'));
    transaction.addEventListener('abort', () => resolve('abort'));
  });
}

/** The name of what `call` throws; 'nothing' when it does not. */
export function nameOfThrown(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).name;
  }
  return 'nothing';
}

/** Walks a cursor to its end. */
export function walk<T extends IDBCursor, R>(
  request: IDBRequest<T | null>,
  visit: (cursor: T) => R,
  move: (cursor: T) => void = (cursor) => cursor.continue(),
): Promise<R[]> {
  return new Promise((resolve, reject) => {
    const seen: R[] = [];
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) {
        resolve(seen);
        return;
      }
      seen.push(visit(cursor));
      move(cursor);
    };
    request.onerror = () => reject(request.error);
  });
}
