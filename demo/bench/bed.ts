// What a workload is laid on: a database of one implementation with its stores, fresh at the start
// of a round, and what has been put into it so far.
import { completed, done } from '../requests';
import { type Document, documents } from './documents';

/** One implementation. The workloads are given nothing else and can't tell which it is. */
export interface Side {
  readonly indexedDB: IDBFactory;
  readonly IDBKeyRange: typeof IDBKeyRange;
}

/** How many documents the store `documents` holds in the workloads that read them. */
export const usualRecords = 20_000;

const databaseName = 'bench';

/** Stores with the same documents as `documents` and other numbers of indexes. */
const indexed: Readonly<Record<string, readonly (keyof Document)[]>> = {
  documents: ['group', 'category'],
  singles: ['group', 'category'],
  'no index': [],
  'four indexes': ['group', 'category', 'age', 'name'],
};

/** Stores without an index, the key beside the value or in `id`. */
const plain: Readonly<Record<string, IDBObjectStoreParameters>> = {
  rich: { keyPath: 'id' },
  binary: {},
};

/** Stores of their own for transactions that run at the same time. */
export const lanes = Array.from({ length: 8 }, (_, lane) => `lane ${lane}`);

export class Bed {
  readonly side: Side;
  readonly records: number;
  /** The version of all documents in `documents`; undefined while something else is in it. */
  loaded: number | undefined;
  /** Stores other than `documents` that a workload has filled and another reads. */
  readonly filled = new Set<string>();
  #database: IDBDatabase | undefined;
  #made: { readonly version: number; readonly all: readonly Document[] } | undefined;

  constructor(side: Side, records: number) {
    this.side = side;
    this.records = records;
  }

  /** Deletes what an earlier round has left, and makes the database anew. */
  async renew(): Promise<void> {
    await this.remove();
    await this.open();
  }

  /** Deletes the database. */
  async remove(): Promise<void> {
    this.close();
    await done(this.side.indexedDB.deleteDatabase(databaseName));
    this.loaded = undefined;
    this.filled.clear();
  }

  async open(): Promise<void> {
    const request = this.side.indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => createStores(request.result);
    this.#database = await done(request);
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  begin(
    stores: string | string[],
    mode: 'readonly' | 'readwrite',
    durability: IDBTransactionDurability = 'relaxed',
  ): IDBTransaction {
    if (this.#database === undefined) throw new Error('the database is not open');
    return this.#database.transaction(stores, mode, { durability });
  }

  /** A store in a read-only transaction of its own. */
  reading(store: string): IDBObjectStore {
    return this.begin(store, 'readonly').objectStore(store);
  }

  /** Puts values in one transaction; resolves when it is complete. */
  async putAll(store: string, values: readonly unknown[]): Promise<void> {
    const transaction = this.begin(store, 'readwrite');
    const target = transaction.objectStore(store);
    for (const value of values) target.put(value);
    await completed(transaction);
  }

  async clear(store: string): Promise<void> {
    const transaction = this.begin(store, 'readwrite');
    transaction.objectStore(store).clear();
    await completed(transaction);
  }

  /** Sees to it that `documents` holds all documents. */
  async load(): Promise<void> {
    if (this.loaded !== undefined) return;
    await this.putAll('documents', this.documents());
    this.loaded = 0;
  }

  /** All documents as they are stored now, or with another version. */
  documents(version = this.loaded ?? 0): readonly Document[] {
    if (this.#made?.version !== version) {
      this.#made = { version, all: documents(0, this.records, this.records, version) };
    }
    return this.#made.all;
  }
}

function createStores(database: IDBDatabase): void {
  for (const [name, indexes] of Object.entries(indexed)) {
    const store = database.createObjectStore(name, { keyPath: 'id' });
    for (const index of indexes) store.createIndex(index, index);
  }
  for (const name of lanes) database.createObjectStore(name, { keyPath: 'id' });
  for (const [name, shape] of Object.entries(plain)) database.createObjectStore(name, shape);
  database.createObjectStore('articles', { keyPath: 'id' }).createIndex('age', 'age');
}
