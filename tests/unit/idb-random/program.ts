// A random program: connections to two databases, and transactions that begin while others run, of
// which all that was seen is compared with the model.
import { Reply } from '../../../js/channel/reply-reader';
import { answerBytesMax, generationBytesMax } from '../../../js/idb/record-cache';
import { Random } from '../codec-random';
import type { Page } from '../idb-page';
import type { BrowserTasks } from './browser-tasks';
import { kinds } from './keys';
import { Model, type Deleted, type Difference, type Seen } from './model';
import { StoreModel } from './stores';
import { RandomTransaction, Stray, type Manner, type World } from './transaction';

const databases = ['one', 'two'] as const;
type DatabaseName = (typeof databases)[number];

const connectionsMax = 4;
const transactionsMax = 12;
/** So many requests at most, and all comes to rest and is compared. */
const stretchMax = 200;
const traceLines = 60;

interface Connection {
  readonly name: DatabaseName;
  readonly db: IDBDatabase;
}

/** A line of the trace. */
interface Noted {
  readonly database: string;
  readonly store: string | undefined;
  readonly text: string;
}

export class RandomProgram implements World {
  readonly random: Random;
  /** What has happened how often. */
  readonly counts = new Map<string, number>();
  requests = 0;
  readonly #page: Page;
  readonly #tasks: BrowserTasks;
  readonly #model = new Model();
  readonly #trace: Noted[] = [];
  #failure: string | undefined;
  #history: (Seen | Deleted)[] = [];
  #running: RandomTransaction[] = [];
  #connections: Connection[] = [];
  // The databases of which one is opened, upgraded or deleted.
  readonly #busy = new Set<DatabaseName>();
  readonly #versions = new Map<DatabaseName, number>();
  #lastTransaction = 0;
  #lastNumber = 0;
  // How a stretch is: how much it writes, asks for what is known, lets things overlap, aborts, and
  // opens or closes, by which the page forgets what it knows.
  #writers = 0;
  #hot = 0;
  #overlap = 0;
  #aborts = 0;
  #moves = 0;

  constructor(seed: number, page: Page, tasks: BrowserTasks) {
    this.random = new Random(seed);
    this.#page = page;
    this.#tasks = tasks;
  }

  /** @throws Error with what is wrong, and what went before */
  async run(requestsMax: number): Promise<void> {
    while (this.requests < requestsMax) await this.#stretch(requestsMax);
    // In the end by connections that know nothing.
    for (const { db } of this.#connections.splice(0)) db.close();
    for (const name of databases) this.#open(name, false);
    await this.#rest();
    await this.#audit();
    for (const { db } of this.#connections.splice(0)) db.close();
  }

  // World.

  readonly newNumber = (): number => ++this.#lastNumber;

  note(database: string, text: string, store?: string): number {
    return this.#trace.push({ database, store, text }) - 1;
  }

  fail(text: string): void {
    this.#failure ??= text;
  }

  countRequest(): void {
    this.requests++;
  }

  beginAnother(): void {
    if (this.#connections.length > 0 && this.#running.length < transactionsMax) this.#begin();
  }

  mayClose(db: IDBDatabase): void {
    if (this.random.chance(this.#moves)) this.#close(db);
  }

  #close(db: IDBDatabase): void {
    const connection = this.#connections.find((one) => one.db === db);
    if (connection === undefined) return;
    this.#connections = this.#connections.filter((one) => one !== connection);
    this.note(connection.name, 'closes a connection');
    db.close();
  }

  // The program.

  async #stretch(requestsMax: number): Promise<void> {
    this.#writers = this.random.oneOf([0.05, 0.2, 0.5]);
    this.#hot = this.random.oneOf([0.2, 0.5, 0.9]);
    this.#overlap = this.random.oneOf([0.1, 0.5, 0.9]);
    this.#aborts = this.random.oneOf([0.02, 0.2]);
    this.#moves = this.random.oneOf([0, 0, 0.05]);
    const end = Math.min(this.requests + 1 + this.random.below(stretchMax), requestsMax);
    while (this.requests < end) {
      this.#step();
      await this.#pause();
    }
    await this.#rest();
    await this.#audit();
  }

  #step(): void {
    const name = this.random.oneOf(databases);
    const own = this.#connections.filter((one) => one.name === name);
    if (own.length === 0 || this.random.chance(this.#moves)) this.#administer(name, own);
    else if (this.random.chance(this.#aborts)) this.random.oneOf(this.#running)?.abort();
    else if (this.random.chance(0.03)) this.#ageCache();
    else if (this.#running.length < transactionsMax) this.#begin(this.random.oneOf(own));
  }

  async #pause(): Promise<void> {
    if (!this.random.chance(this.#overlap)) {
      await this.#until(() => this.#running.length === 0);
    } else if (this.#running.length >= transactionsMax || this.#connections.length === 0) {
      const { length } = this.#running;
      await this.#until(() => this.#running.length < length || this.#busy.size === 0);
    }
    if (this.random.chance(0.3)) await Promise.resolve();
    else if (this.random.chance(0.8)) await this.#tasks.turn(this);
  }

  // What the page knows becomes old, by much that nobody asks for.
  #ageCache(): void {
    const body = new Uint8Array(answerBytesMax);
    new DataView(body.buffer).setUint32(0, 1, true);
    for (let bytes = 0; bytes < generationBytesMax; bytes += body.length) {
      this.#page.session.cache.add('elsewhere', 0, bytes, new Reply(body));
    }
  }

  #until(isOver: () => boolean): Promise<void> {
    return this.#tasks.until(() => {
      this.#running = this.#running.filter((one) => !one.hasEnded);
      this.#check();
      return isOver();
    }).catch((error: unknown) => {
      const waiting = this.#running.map(({ seen }) => `t${seen.id}`).join(' ');
      this.fail(`${String(error)}: ${waiting}`);
      this.#check();
    });
  }

  async #rest(): Promise<void> {
    await this.#until(() => this.#running.length === 0 && this.#busy.size === 0);
  }

  // Reads all that there is, by a connection that may know some of it; and compares everything.
  async #audit(): Promise<void> {
    for (const name of databases) {
      const own = this.#connections.filter((one) => one.name === name);
      if (own.length === 0) continue;
      const { db } = this.random.oneOf(own);
      const stores = [...db.objectStoreNames];
      if (stores.length === 0) continue;
      const audit = this.#add(name, db.transaction(stores), stores, 'patient');
      for (const store of stores) audit.askEach(store, (requests) => requests.all());
    }
    await this.#rest();
    for (const one of this.#history) {
      if ('outcome' in one) this.#count(one.outcome ?? '');
    }
    const difference = this.#model.replay(this.#history);
    this.#history = [];
    if (difference !== undefined) throw this.#error(difference);
  }

  #check(): void {
    const reported = this.#page.reported.find((error) => !(error instanceof Stray));
    if (reported !== undefined) this.fail(`an exception was reported: ${String(reported)}`);
    if (this.#failure !== undefined) throw this.#error({ text: this.#failure });
  }

  // With the last that has happened to the store, or to the database.
  #error({ text, line = this.#trace.length - 1, store }: Difference): Error {
    const before = this.#trace.slice(0, line + 1);
    const database = before.at(-1)?.database;
    const lines = before
      .filter((one) => one.database === database)
      .filter((one) => store === undefined || one.store === undefined || one.store === store)
      .slice(-traceLines)
      .map((one) => `${one.database} ${one.store ?? ''} ${one.text}`);
    return new Error(`${text}, after ${this.requests} requests. Before:\n${lines.join('\n')}`);
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  // Transactions.

  #begin({ name, db }: Connection = this.random.oneOf(this.#connections)): void {
    const all = [...db.objectStoreNames];
    const stores = all.filter(() => this.random.chance(0.4));
    if (stores.length === 0) stores.push(...all.slice(0, 1));
    if (stores.length === 0) return;
    const mode = this.random.chance(this.#writers) ? 'readwrite' : 'readonly';
    const durability = this.random.oneOf(['default', 'relaxed', 'strict'] as const);
    const transaction = db.transaction(stores, mode, { durability });
    this.#add(name, transaction, stores, this.#manner(mode)).start();
  }

  #manner(mode: IDBTransactionMode): Manner {
    if (mode === 'readonly') return this.random.chance(this.#hot) ? 'hot' : 'mixed';
    return this.random.chance(0.2) ? 'deaf' : 'mixed';
  }

  #add(
    database: DatabaseName,
    transaction: IDBTransaction,
    stores: readonly string[],
    manner: Manner,
  ): RandomTransaction {
    const { mode } = transaction;
    const seen: Seen = { id: ++this.#lastTransaction, database, mode, stores, steps: [] };
    const added = new RandomTransaction(this, transaction, seen, manner);
    this.#history.push(seen);
    this.#running.push(added);
    return added;
  }

  // Connections.

  #administer(name: DatabaseName, own: readonly Connection[]): void {
    if (this.#busy.has(name)) return;
    const what = this.random.below(10);
    if (what === 0) this.#delete(name);
    else if (what < 4) this.#open(name, true);
    else if (own.length < connectionsMax) this.#open(name, false);
    else this.#close(this.random.oneOf(own).db);
  }

  #delete(name: DatabaseName): void {
    this.#busy.add(name);
    this.note(name, 'is to be deleted');
    const request = this.#page.indexedDB.deleteDatabase(name);
    request.onsuccess = () => {
      this.note(name, 'was deleted');
      this.#count('deletion');
      this.#versions.delete(name);
      this.#history.push({ deleted: name });
      this.#busy.delete(name);
    };
    request.onerror = () => this.fail(`${name} was not deleted: ${String(request.error)}`);
  }

  #open(name: DatabaseName, isUpgrade: boolean): void {
    this.#busy.add(name);
    const version = isUpgrade ? (this.#versions.get(name) ?? 0) + 1 : undefined;
    this.note(name, `is to be opened${isUpgrade ? `, version ${version}` : ''}`);
    const request = this.#page.indexedDB.open(name, version);
    let upgrade: RandomTransaction | undefined;
    request.onupgradeneeded = () => (upgrade = this.#upgrade(name, request));
    request.onsuccess = () => {
      const db = request.result;
      this.note(name, `was opened, version ${db.version}`);
      this.#versions.set(name, db.version);
      this.#connections.push({ name, db });
      db.onversionchange = () => this.#giveWay(db);
      db.onclose = () => this.fail(`a connection to ${name} was lost`);
      this.#busy.delete(name);
    };
    request.onerror = () => {
      const error = String(request.error);
      if (upgrade?.seen.outcome?.startsWith('abort') !== true) this.fail(`${name}: ${error}`);
      this.note(name, `was not opened: ${error}`);
      this.#busy.delete(name);
    };
  }

  #giveWay(db: IDBDatabase): void {
    if (this.random.chance(0.3)) this.beginAnother();
    if (this.random.chance(0.3)) void this.#tasks.turn(this).then(() => this.#close(db));
    else this.#close(db);
  }

  #upgrade(database: DatabaseName, request: IDBOpenDBRequest): RandomTransaction {
    this.#count('upgrade');
    const { result: db, transaction } = request;
    const stores = [...db.objectStoreNames];
    const added = this.#add(database, transaction as IDBTransaction, stores, 'mixed');
    for (const name of stores) {
      if (this.random.chance(0.3)) added.askEach(name, (requests) => [requests.plainWrite()]);
    }
    this.#changeSchema(added.seen, db, transaction as IDBTransaction);
    stores.splice(0, stores.length, ...db.objectStoreNames);
    added.start();
    return added;
  }

  #changeSchema({ steps }: Seen, db: IDBDatabase, transaction: IDBTransaction): void {
    for (const [name, kind] of Object.entries(kinds)) {
      const isThere = db.objectStoreNames.contains(name);
      if (isThere && this.random.chance(0.15)) {
        db.deleteObjectStore(name);
        steps.push({ change: (model) => model.delete(name) });
      } else if (isThere) {
        // The index is filled anew.
        if (this.random.chance(0.1)) remakeIndex(transaction.objectStore(name));
        continue;
      }
      if (this.random.chance(0.05)) continue;
      const { isNumbered, isUnique } = kind;
      const options = isNumbered ? { keyPath: 'id', autoIncrement: true } : {};
      const store = db.createObjectStore(name, options);
      store.createIndex('by', 'by');
      if (isUnique) store.createIndex('one', 'one', { unique: true });
      steps.push({ change: (model) => model.set(name, new StoreModel(kind)) });
    }
    const pair = ['plain', 'other'] as const;
    if (this.random.chance(0.3) && pair.every((name) => db.objectStoreNames.contains(name))) {
      const [plain, other] = pair.map((name) => transaction.objectStore(name));
      if (plain === undefined || other === undefined) return;
      plain.name = 'meanwhile';
      other.name = 'plain';
      plain.name = 'other';
      steps.push({ change: (model) => model.swap(...pair) });
    }
  }
}

function remakeIndex(store: IDBObjectStore): void {
  store.deleteIndex('by');
  store.createIndex('by', 'by');
}
