// FlowDB.open: starts the host, finds out whether databases can be kept here, and hands out the
// IndexedDB API over it.
import type { ChannelCounts } from '../channel/client';
import type { PageMessage, StorageKind } from '../channel/messages';
import {
  errorData,
  StatusCode,
  toDOMException,
  type ErrorData,
  type ErrorReason,
} from '../channel/status';
import { IDBFactory } from '../idb/IDBFactory';
import { Session } from '../idb/session';
import { internal } from '../idb/webidl/interface-shape';
import {
  isInWorker,
  startInThread,
  startWorker,
  wasmUrlOf,
  type Location,
  type StartedHost,
} from './host-start';
import { interfaces, type IndexedDBInterfaces } from './interfaces';

export interface OpenOptions extends Location {
  /**
   * opfs (the default): in files of this origin, which stay. memory: in the worker's memory, until
   * close() or the end of the page.
   */
  readonly storage?: StorageKind | undefined;
}

/** The databases of one worker: of one that is started for them, or of this one. */
export class FlowDB {
  /** Stands in for the browser's own. */
  readonly indexedDB: globalThis.IDBFactory;
  /** Stands in for the browser's own, as the other classes in `interfaces` do. */
  readonly IDBKeyRange: typeof globalThis.IDBKeyRange = interfaces.IDBKeyRange;
  readonly interfaces: IndexedDBInterfaces = interfaces;

  readonly #session = new Session();
  readonly #location: Location;
  readonly #hello: Extract<PageMessage, { t: 'hello' }>;
  readonly #letGo = (): void => this.#shutDown(false);
  #host: StartedHost | undefined;
  #isClosed = false;

  private constructor(options: OpenOptions) {
    const { storage = 'opfs' } = options;
    if (storage !== 'opfs' && storage !== 'memory') {
      throw new TypeError(`storage: '${String(storage)}' is neither 'opfs' nor 'memory'.`);
    }
    this.#location = options;
    this.#hello = { t: 'hello', storage, wasm: wasmUrlOf(options) };
    this.indexedDB = new IDBFactory(internal, this.#session) as unknown as globalThis.IDBFactory;
  }

  /**
   * Starts a worker with databases of its own place. Called in a dedicated worker, it keeps them on
   * that worker's own thread.
   *
   *     const { indexedDB } = await FlowDB.open();
   *
   * @returns resolves when databases can be opened. Rejects with FlowDBError: `no-opfs` where
   *   there is no Origin Private File System or the browser refuses it, `unsupported` where there
   *   are no workers or no WebAssembly, `worker` when the worker can't be started; with TypeError
   *   for an option that makes no sense.
   */
  static async open(options: OpenOptions = {}): Promise<FlowDB> {
    const flow = new FlowDB(options);
    await flow.#start();
    return flow;
  }

  /**
   * As open(), but hands out the API at once: what is asked before `ready` has resolved waits for
   * it, and fails when it rejects.
   * @internal
   */
  static begin(options: OpenOptions): { readonly flow: FlowDB; readonly ready: Promise<void> } {
    const flow = new FlowDB(options);
    return { flow, ready: flow.#start() };
  }

  /** Messages and bytes between this script and the worker so far. */
  get channelCounts(): ChannelCounts {
    const none = { messagesSent: 0, messagesReceived: 0, bytesSent: 0, bytesReceived: 0 };
    return this.#session.client?.counts ?? none;
  }

  /**
   * Ends the worker, unless it is this one. What was committed stays, what runs is aborted,
   * connections get `close`. What is still being opened, or asked for afterwards, fails. Databases
   * in memory are gone.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    globalThis.removeEventListener('pagehide', this.#letGo);
    this.#shutDown(true);
    // Answered behind everything else: the files are closed then.
    await this.#session.databases().catch(() => undefined);
    this.#host?.end();
    this.#session.onDead(errorData(StatusCode.closed, 'FlowDB was closed.'));
  }

  #shutDown(checkpoints: boolean): void {
    this.#session.shutDown(checkpoints);
  }

  async #start(): Promise<void> {
    const host = this.#startHost();
    this.#host = host;
    const greeted = this.#session.connect(host.port, this.#hello, host.alertness);
    try {
      await greeted;
    } catch (error) {
      host.end();
      throw toDOMException(error as ErrorData);
    }
    // Behind the session's own listener, which has told everybody by then.
    host.port.addEventListener('error', () => this.#restart(host));
    // The next page shall find the files free. Does nothing in a worker.
    globalThis.addEventListener('pagehide', this.#letGo);
  }

  #startHost(): StartedHost {
    if (!isInWorker && typeof Worker === 'undefined') {
      throw this.#fail('unsupported', 'No worker can be started in this context.');
    }
    try {
      return isInWorker ? startInThread() : startWorker(this.#location);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw this.#fail('worker', `The worker can't be started: ${text}`);
    }
  }

  /** Fails what was asked meanwhile. @returns the same failure, to be thrown */
  #fail(reason: ErrorReason, message: string): DOMException {
    const failure = { status: StatusCode.closed, name: 'InvalidStateError', message, reason };
    this.#session.onDead(failure);
    return toDOMException(failure);
  }

  // A worker that ran before is worth a second one: the next open recovers what was committed.
  #restart(dead: StartedHost): void {
    dead.end();
    if (!this.#isClosed) this.#start().catch(() => undefined);
  }
}
