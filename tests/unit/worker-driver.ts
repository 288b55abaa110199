// Plays the page against a worker's host in Node: the real WebAssembly module, files in memory, a
// MessageChannel between.
import fs from 'node:fs';
import { CommandWriter } from '../../js/channel/command-writer';
import type { PageMessage, WorkerMessage } from '../../js/channel/messages';
import { Durability, ReplyKind, TransactionMode } from '../../js/channel/protocol';
import { Ahead, ReplyReader } from '../../js/channel/reply-reader';
import type { Reply } from '../../js/channel/reply-reader';
import { toKey } from '../../js/codec/key-encoder';
import type { Key } from '../../js/codec/key';
import { cloneForStorage } from '../../js/codec/storable-clone';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import type { Storage } from '../../js/opfs/storage';
import type { FlowModule } from '../../js/worker/flow-module';
import { Host } from '../../js/worker/host';
import { moduleLoader } from '../../js/worker/module-loader';

const wasmFile = new URL('../../build/wasm/flowdb.wasm', import.meta.url);
let compiled: Promise<WebAssembly.Module> | undefined;

type Arrival = { readonly message: WorkerMessage } | { readonly reply: Reply };
type MessageOf<T extends WorkerMessage['t']> = Extract<WorkerMessage, { t: T }>;

interface Waiting {
  readonly matches: (arrival: Arrival) => boolean;
  readonly resolve: (arrival: Arrival) => void;
}

export interface DriverOptions {
  readonly storage?: Storage;
  /** Gets each instance of the module before the worker does. */
  readonly onModule?: (module: FlowModule) => void;
  readonly wasmUrl?: string;
  /** As the environment's. */
  readonly isShared?: boolean;
  /** In milliseconds, in the place of the real time. */
  readonly now?: () => number;
}

export class WorkerDriver {
  readonly storage: Storage;
  /** Data messages that arrived. */
  dataMessages = 0;
  /** Tasks that the worker posted to itself. */
  tasks = 0;
  /** Resolves the worker's waits that its clock was asked for, one call each. */
  readonly waits: (() => void)[] = [];
  readonly #port: MessagePort;
  readonly #workerPort: MessagePort;
  readonly #ahead = new Ahead();
  #arrivals: Arrival[] = [];
  #waiting: Waiting[] = [];
  #lastRequest = 0;

  constructor(options: DriverOptions = {}) {
    this.storage = options.storage ?? new MemoryStorage();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#workerPort = port2;
    const host = new Host(port2, {
      openStorage: async () => this.storage,
      moduleLoader: (url) => {
        const load = moduleLoader(() => compile(url));
        return async () => {
          const module = await load();
          options.onModule?.(module);
          return module;
        };
      },
      postTask: (callback) => {
        this.tasks += 1;
        setImmediate(callback);
      },
      isShared: options.isShared ?? false,
      clock: {
        now: options.now ?? (() => performance.now()),
        wait: () => new Promise((resolve) => this.waits.push(resolve)),
      },
    });
    port2.onmessage = ({ data }: MessageEvent<PageMessage | ArrayBuffer>) => host.receive(data);
    port1.onmessage = ({ data }: MessageEvent<WorkerMessage | ArrayBuffer>) => this.#receive(data);
    this.post({ t: 'hello', storage: 'memory', wasm: options.wasmUrl ?? wasmFile.href });
  }

  /** Ends the channel, so that Node may exit. */
  end(): void {
    this.#port.close();
    this.#workerPort.close();
  }

  post(message: PageMessage): void {
    this.#port.postMessage(message);
  }

  /** Sends one data message. */
  send(write: (writer: CommandWriter) => void): void {
    const writer = new CommandWriter();
    write(writer);
    this.sendBuffer(writer.take() ?? new ArrayBuffer(0));
  }

  sendBuffer(buffer: ArrayBuffer): void {
    this.#port.postMessage(buffer, [buffer]);
  }

  /** @returns the request's number */
  requestOpen(name: string, version?: number): number {
    const request = (this.#lastRequest += 1);
    this.post({ t: 'open', request, name, ...(version === undefined ? {} : { version }) });
    return request;
  }

  requestDelete(name: string): number {
    const request = (this.#lastRequest += 1);
    this.post({ t: 'delete', request, name });
    return request;
  }

  async list(): Promise<readonly { name: string; version: number }[]> {
    const request = (this.#lastRequest += 1);
    this.post({ t: 'databases', request });
    const { list } = await this.message('databases', (message) => message.request === request);
    return [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Opens a database at the version that it has. */
  async open(name: string): Promise<MessageOf<'opened'>> {
    const request = this.requestOpen(name);
    return this.message('opened', (message) => message.request === request);
  }

  /** Opens a database with an upgrade whose transaction gets these commands. */
  async upgrade(
    name: string,
    version: number,
    write: (writer: CommandWriter) => void,
  ): Promise<number> {
    const request = this.requestOpen(name, version);
    const { connection } = await this.message('upgrade', (message) => message.request === request);
    this.send((writer) => {
      writer.requests(connection, 0);
      write(writer);
      writer.commit(connection, 0);
    });
    await this.message('opened', (message) => message.request === request);
    return connection;
  }

  /** The next message of that kind which nobody has taken yet. */
  async message<T extends WorkerMessage['t']>(
    t: T,
    matches: (message: MessageOf<T>) => boolean = () => true,
  ): Promise<MessageOf<T>> {
    const arrival = await this.#take(
      (one) => 'message' in one && one.message.t === t && matches(one.message as MessageOf<T>),
    );
    return (arrival as { message: MessageOf<T> }).message;
  }

  /** The next reply of a transaction which nobody has taken yet. */
  async reply(connection: number, transaction: number): Promise<Reply> {
    const arrival = await this.#take(
      (one) =>
        'reply' in one &&
        one.reply.connection === connection &&
        one.reply.transaction === transaction,
    );
    return (arrival as { reply: Reply }).reply;
  }

  /** What has arrived and was not taken, in order, in words. */
  get log(): string[] {
    return this.#arrivals.map((arrival) => {
      if ('message' in arrival) return arrival.message.t;
      const { kind, transaction, request } = arrival.reply;
      const name = Object.entries(ReplyKind).find(([, number]) => number === kind)?.[0];
      return `${name} ${transaction}${request === 0 ? '' : `/${request}`}`;
    });
  }

  #receive(data: WorkerMessage | ArrayBuffer): void {
    if (!(data instanceof ArrayBuffer)) {
      this.#arrive({ message: data });
      return;
    }
    this.dataMessages += 1;
    const replies = new ReplyReader(data, this.#ahead);
    for (let reply = replies.next(); reply !== undefined; reply = replies.next()) {
      this.#arrive({ reply });
    }
  }

  #arrive(arrival: Arrival): void {
    const waiting = this.#waiting.find(({ matches }) => matches(arrival));
    if (waiting === undefined) {
      this.#arrivals.push(arrival);
      return;
    }
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
    waiting.resolve(arrival);
  }

  #take(matches: (arrival: Arrival) => boolean): Promise<Arrival> {
    const found = this.#arrivals.find(matches);
    if (found === undefined) {
      return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
    }
    this.#arrivals = this.#arrivals.filter((one) => one !== found);
    return Promise.resolve(found);
  }
}

/** Begins a transaction of the default durability. */
export function begin(
  writer: CommandWriter,
  connection: number,
  transaction: number,
  mode: 'readonly' | 'readwrite',
  ...stores: number[]
): void {
  writer.begin(connection, transaction, TransactionMode[mode], Durability.default, stores);
  writer.requests(connection, transaction);
}

export function keyOf(value: unknown): Key {
  const key = toKey(value);
  if (key === null) throw new Error(`${String(value)} is no key`);
  return key;
}

/** Writes a PUT without index keys. */
export function put(
  writer: CommandWriter,
  request: number,
  store: number,
  key: unknown,
  value: unknown,
): void {
  const clone = cloneForStorage(value);
  writer.put(request, store, { key: keyOf(key), clone, indexKeys: [], noOverwrite: false });
}

/** Writes a GET. */
export function get(writer: CommandWriter, request: number, store: number, key: unknown): void {
  writer.get(request, store, keyOf(key), false);
}

/** The value of a GET's reply; undefined when it found nothing. */
export function valueOf(reply: Reply): unknown {
  if (!reply.ok) throw new Error(JSON.stringify(reply.failure()));
  return reply.u32('found') === 0 ? undefined : reply.value();
}

/** Writes a CREATE_STORE without a key path. */
export function createStore(writer: CommandWriter, store: number, name: string): void {
  const names = { name: JSON.stringify(name), keyPath: 'null' };
  writer.createStore(0, { store, ...names, autoIncrement: false });
}

function compile(url: string): Promise<WebAssembly.Module> {
  if (url !== wasmFile.href) return Promise.reject(new Error(`${url} is not there`));
  compiled ??= WebAssembly.compile(fs.readFileSync(wasmFile));
  return compiled;
}
