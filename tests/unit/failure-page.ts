// Plays a page whose database has a schema of its own, against one worker's host: asks, and passes
// on what is answered. Knows what a transaction leaves behind, and reads what is there.
import { expect } from 'vitest';
import type { CommandWriter } from '../../js/channel/command-writer';
import type { WorkerMessage } from '../../js/channel/messages';
import {
  Direction,
  Durability,
  GetAllWhat,
  ReplyKind,
  TransactionMode,
} from '../../js/channel/protocol';
import { Reply } from '../../js/channel/reply-reader';
import { StatusCode } from '../../js/channel/status';
import { KeyReader } from '../../js/codec/key-decoder';
import { cloneForStorage } from '../../js/codec/storable-clone';
import type { Storage } from '../../js/opfs/storage';
import type { FlowModule } from '../../js/worker/flow-module';
import { begin, createStore, keyOf, WorkerDriver } from './worker-driver';

// The database: two stores of small records, one of them with an index from the beginning, the
// other one with an index since version 2, and one for much at once.
export const items = { store: 1, index: 2, since: 1 };
export const plain = { store: 3, index: 5, since: 2 };
export const bulk = 4;

export type Op =
  | { readonly store: number; readonly key: number; readonly bytes: number }
  | { readonly store: number; readonly from: number; readonly to: number };

export interface Tx {
  readonly tag: string;
  readonly isStrict: boolean;
  /** Whether each request has a number: it fails by itself then, and the rest is committed. */
  readonly isNumbered: boolean;
  readonly ops: readonly Op[];
}

interface Value {
  readonly tag: string;
  readonly n: number;
  readonly fill: Uint8Array;
}

export interface Failed {
  readonly status: number;
  readonly message: string;
}

export interface Refused extends Failed {
  readonly request: number;
}

/** What a page is told on a connection that was closed. */
const lost: Failed = { status: StatusCode.closed, message: 'the connection was lost' };

/** How a transaction ended. */
export interface TxEnd {
  /** Numbered requests that failed by themselves. */
  readonly refused: readonly Refused[];
  /** Why it was aborted, if it was. */
  readonly failed?: Failed;
  /** Whether a request without a number failed, so that nothing was written. */
  readonly isByRequest: boolean;
}

/** 'store/key' to what stands there, and 'version'. */
export type Content = ReadonlyMap<string, string>;

const nOf = (tag: string, key: number) => (key + tag.charCodeAt(0)) % 5;
const fills = new Map<string, Uint8Array>();
function fillOf(tag: string, bytes: number): Uint8Array {
  const name = `${tag} ${bytes}`;
  const fill = fills.get(name) ?? new Uint8Array(bytes).fill(tag.charCodeAt(0));
  fills.set(name, fill);
  return fill;
}
const rowOf = ({ tag, n, fill }: Value) =>
  Buffer.compare(fill, fillOf(tag, fill.length)) === 0 ? `${tag} ${n} ${fill.length}` : 'damaged';
export const textOf = (content: Content) =>
  [...content].map(([key, row]) => `${key}: ${row}`).sort().join('\n');

export function applied(content: Content, tag: string, ops: readonly Op[]): Content {
  const next = new Map(content);
  for (const op of ops) {
    if ('bytes' in op) next.set(`${op.store}/${op.key}`, `${tag} ${nOf(tag, op.key)} ${op.bytes}`);
    else for (let key = op.from; key <= op.to; key++) next.delete(`${op.store}/${key}`);
  }
  return next;
}

export const upgraded = (content: Content, version: number): Content =>
  new Map(content).set('version', `${version}`);

/** Few, so that a small database has tables. */
const memtableBytes = 64 << 10;

/** The page's side of one worker: asks, and passes on what is answered. */
export class Page {
  readonly #worker: WorkerDriver;
  #died: Promise<never>;
  #hangs: NodeJS.Timeout | undefined;
  #connection: number | undefined;
  /** Whether the worker has closed the connection by itself. */
  isLost = false;
  /** As the last opening said. */
  version = 0;
  #transaction = 0;
  #ms = 0;
  #isLeaving = false;
  #modules = 0;

  constructor(storage: Storage) {
    const onModule = (module: FlowModule) => {
      this.#modules += 1;
      if (this.#modules > 1) this.#die('the worker died in between');
      const { Database } = module;
      const open = Database.open.bind(Database);
      Database.open = (container, log, name) => open(container, log, name, memtableBytes, 0);
    };
    // It goes on with each look at it, so that nothing waits for it to pass.
    const now = () => (this.#ms += 0.5);
    this.#died = new Promise((_, reject) => (this.#die = (why) => reject(new Error(why))));
    this.#died.catch(() => {});
    this.#hangs = setTimeout(() => this.#die('no answer'), 10_000);
    this.#worker = new WorkerDriver({ storage, onModule, now });
    this.#awaitLoss();
  }

  // The worker closes connections when the database has to be opened again.
  #awaitLoss(): void {
    void this.#worker
      .message('closed', ({ error }) => error !== null && !this.#isLeaving)
      .then(({ error }) => {
        if (error?.status !== StatusCode.closed) this.#die(`closed: ${error?.message}`);
        this.#connection = undefined;
        this.isLost = true;
        this.#lose(lost);
        this.#awaitLoss();
      });
  }

  #die: (why: string) => void = () => {};
  #lose: (failed: Failed) => void = () => {};
  #loss = new Promise<Failed>(() => {});

  #answer<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.#died]);
  }

  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  end(): void {
    clearTimeout(this.#hangs);
    this.#worker.end();
  }

  /**
   * Opens the database, at the version that it has unless another one is asked for.
   * @param onUpgrade told the version before, and how the upgrade ended
   */
  async open(
    version: number | undefined,
    onUpgrade: (from: number, to: number, failed: Failed | undefined) => void,
  ): Promise<Failed | undefined> {
    const worker = this.#worker;
    this.#loss = new Promise((resolve) => (this.#lose = resolve));
    this.isLost = false;
    const request = worker.requestOpen('a', version);
    type Asked = Extract<WorkerMessage, { t: 'upgrade' | 'opened' | 'failed' }>;
    const isAsked = (message: { request: number }) => message.request === request;
    const final: Promise<Asked>[] = [
      worker.message('opened', isAsked),
      worker.message('failed', isAsked),
    ];
    let answer = await this.#answer(Promise.race([...final, worker.message('upgrade', isAsked)]));
    if (answer.t === 'upgrade') {
      const { connection, oldVersion, newVersion } = answer;
      worker.send((writer) => {
        writer.requests(connection, 0);
        for (let next = oldVersion + 1; next <= newVersion; next++) upgrades[next]?.(writer);
        writer.commit(connection, 0);
      });
      const outcome = await this.#end(connection, 0);
      onUpgrade(oldVersion, newVersion, outcome.failed);
      answer = await this.#answer(Promise.race(final));
    }
    if (answer.t === 'failed') return answer.error;
    if (answer.t !== 'opened') throw new Error(`${answer.t} behind upgrade`);
    this.#connection = answer.connection;
    this.version = answer.version;
    this.#transaction = 0;
    return undefined;
  }

  /** Commits transactions that one message brings. @returns of each, how it ended */
  async commit(group: readonly Tx[]): Promise<TxEnd[]> {
    const connection = this.#connection;
    if (connection === undefined) {
      return group.map(() => ({ refused: [], failed: lost, isByRequest: false }));
    }
    const first = this.#transaction + 1;
    this.#transaction += group.length;
    this.#worker.send((writer) => {
      for (const [i, { tag, isStrict, isNumbered, ops }] of group.entries()) {
        const durability = isStrict ? Durability.strict : Durability.relaxed;
        const stores = [...new Set(ops.map(({ store }) => store))];
        writer.begin(connection, first + i, TransactionMode.readwrite, durability, stores);
        writer.requests(connection, first + i);
        for (const [k, op] of ops.entries()) this.#write(writer, isNumbered ? k + 1 : 0, tag, op);
        writer.commit(connection, first + i);
      }
    });
    const ends = [];
    for (const i of group.keys()) ends.push(await this.#end(connection, first + i));
    return ends;
  }

  #write(writer: CommandWriter, request: number, tag: string, op: Op): void {
    if ('from' in op) {
      const bounds = { lowerOpen: false, upperOpen: false };
      const [lowerKey, upperKey] = [keyOf(op.from), keyOf(op.to)];
      writer.delete(request, op.store, { ...bounds, lowerKey, upperKey });
      return;
    }
    const value: Value = { tag, n: nOf(tag, op.key), fill: fillOf(tag, op.bytes) };
    const indexKeys = this.#indexes()
      .filter(({ store }) => store === op.store)
      .map(({ index }) => ({ index, key: keyOf(value.n) }));
    const record = { key: keyOf(op.key), clone: cloneForStorage(value), indexKeys };
    writer.put(request, op.store, { ...record, noOverwrite: false });
  }

  /** Waits for a transaction's end. @returns the requests that failed, and why it did */
  async #end(connection: number, transaction: number): Promise<TxEnd> {
    const refused: Refused[] = [];
    let isByRequest = false;
    for (;;) {
      const reply = await this.#reply(connection, transaction);
      if (!(reply instanceof Reply)) return { refused, failed: reply, isByRequest };
      if (reply.kind === ReplyKind.committed) return { refused, isByRequest };
      if (reply.kind === ReplyKind.aborted) {
        return { refused, failed: reply.failure(), isByRequest };
      }
      if (reply.ok) continue;
      if (reply.request === 0) isByRequest = true;
      else refused.push({ request: reply.request, ...reply.failure() });
    }
  }

  // A connection that was lost gets no further reply.
  #reply(connection: number, transaction: number): Promise<Reply | Failed> {
    return this.#answer(Promise.race([this.#worker.reply(connection, transaction), this.#loss]));
  }

  /** Reads everything. @returns the failure when a read failed */
  async read(): Promise<Content | Failed> {
    if (this.#connection === undefined) return lost;
    const connection = this.#connection;
    const transaction = (this.#transaction += 1);
    const stores = [items.store, plain.store, bulk];
    const indexes = this.#indexes();
    this.#worker.send((writer) => {
      begin(writer, connection, transaction, 'readonly', ...stores);
      for (const store of stores) {
        writer.getAll(store, store, undefined, 0, Direction.next, GetAllWhat.records);
      }
      for (const { index } of indexes) {
        writer.getAll(index, index, undefined, 0, Direction.next, GetAllWhat.primaryKeys);
      }
      writer.commit(connection, transaction);
    });
    const replies: Reply[] = [];
    for (const _ of [...stores, ...indexes, 'end']) {
      const reply = await this.#reply(connection, transaction);
      if (!(reply instanceof Reply)) return reply;
      replies.push(reply);
    }
    const failed = replies.find(({ kind }) => kind === ReplyKind.error);
    if (failed !== undefined) return failed.failure();
    const content = new Map([['version', `${this.version}`]]);
    const indexed = new Map<number, string[]>();
    for (const store of stores) {
      const reply = replies.shift() as Reply;
      const count = reply.u32('count');
      const keys = new KeyReader(reply.sizedBytes('keys'));
      for (const value of reply.values(count) as Value[]) {
        const key = String(keys.value());
        content.set(`${store}/${key}`, rowOf(value));
        const entries = indexed.get(store) ?? [];
        indexed.set(store, [...entries, `${value.n} ${key.padStart(6)}`]);
      }
    }
    for (const { store } of indexes) {
      const reply = replies.shift() as Reply;
      const count = reply.u32('count');
      const keys = new KeyReader(reply.sizedBytes('keys'));
      const found = Array.from({ length: count }, () => Number(keys.value()));
      const entries = (indexed.get(store) ?? []).sort();
      expect(found).toEqual(entries.map((entry) => Number(entry.slice(2))));
    }
    return content;
  }

  async close(): Promise<void> {
    this.#worker.post({ t: 'close', connection: this.#connection as number });
    this.#connection = undefined;
    await this.#answer(this.#worker.message('closed', ({ error }) => error === null));
  }

  /** The page leaves: all is closed in good order. */
  async shutDown(): Promise<void> {
    this.#isLeaving = true;
    this.#worker.post({ t: 'shutdown', checkpoints: true });
    await this.#answer(this.#worker.message('closed'));
    this.#connection = undefined;
    // It begins anew, should the page come back.
    this.#isLeaving = false;
    this.#modules = 0;
  }

  /** The page does nothing until the worker has nothing left to do either. */
  async quiet(): Promise<void> {
    const worker = this.#worker;
    for (let tasks = -1; tasks !== worker.tasks || worker.waits.length > 0; ) {
      tasks = worker.tasks;
      this.#ms += 1000;
      for (const resolve of worker.waits.splice(0)) resolve();
      await this.#answer(new Promise((resolve) => setImmediate(resolve)));
    }
  }

  #indexes(): { store: number; index: number }[] {
    return [items, plain].filter(({ since }) => since <= this.version);
  }
}

const upgrades: Record<number, (writer: CommandWriter) => void> = {
  1: (writer) => {
    createStore(writer, items.store, 'items');
    createIndex(writer, items);
    createStore(writer, plain.store, 'plain');
    createStore(writer, bulk, 'bulk');
  },
  2: (writer) => createIndex(writer, plain),
};

function createIndex(writer: CommandWriter, { store, index }: typeof items): void {
  const names = { name: JSON.stringify(`index ${index}`), keyPath: JSON.stringify('n') };
  writer.createIndex(0, { store, index, ...names, unique: false, multiEntry: false });
}
