// The object stores and indexes of a connection, as all its handles share them. What an upgrade
// changes can be taken back.
// Specification: https://w3c.github.io/IndexedDB/#object-store-construct, #index-construct
import type { KeyPath } from '../codec/key-path';

/** "An object store": what remains when all handles are gone. */
export class Store {
  readonly id: number;
  name: string;
  readonly keyPath: KeyPath | null;
  readonly autoIncrement: boolean;
  readonly indexes = new Map<string, Index>();
  deleted = false;

  constructor(id: number, name: string, keyPath: KeyPath | null, autoIncrement: boolean) {
    this.id = id;
    this.name = name;
    this.keyPath = keyPath;
    this.autoIncrement = autoIncrement;
  }

  get hasUniqueIndex(): boolean {
    for (const { unique } of this.indexes.values()) if (unique) return true;
    return false;
  }
}

/** "An index" of a store. */
export class Index {
  readonly id: number;
  readonly store: Store;
  name: string;
  readonly keyPath: KeyPath;
  readonly unique: boolean;
  readonly multiEntry: boolean;
  deleted = false;

  constructor(store: Store, data: IndexData) {
    this.store = store;
    this.id = data.id;
    this.name = data.name;
    this.keyPath = data.keyPath;
    this.unique = data.unique;
    this.multiEntry = data.multiEntry;
  }
}

/** What the worker's `opened` and `upgrade` messages hold as JSON text. */
interface SchemaData {
  readonly nextId: number;
  readonly stores: readonly StoreData[];
}

interface StoreData {
  readonly id: number;
  readonly name: string;
  readonly keyPath: KeyPath | null;
  readonly autoIncrement: boolean;
  readonly indexes: readonly IndexData[];
}

export interface IndexData {
  readonly id: number;
  readonly name: string;
  readonly keyPath: KeyPath;
  readonly unique: boolean;
  readonly multiEntry: boolean;
}

/** A connection's "object store set". */
export class Schema {
  /** By name. */
  readonly stores = new Map<string, Store>();
  #nextId: number;
  // What an upgrade found, and what it made: see revert().
  #found: readonly FoundStore[] = [];
  #made: (Store | Index)[] = [];

  /** @param text JSON text; its shape is the worker's own, so nothing is checked */
  constructor(text: string) {
    const data = JSON.parse(text) as SchemaData;
    this.#nextId = data.nextId;
    for (const one of data.stores) {
      const store = new Store(one.id, one.name, one.keyPath, one.autoIncrement);
      for (const index of one.indexes) store.indexes.set(index.name, new Index(store, index));
      this.stores.set(store.name, store);
    }
  }

  createStore(name: string, keyPath: KeyPath | null, autoIncrement: boolean): Store {
    const store = new Store(this.#nextId++, name, keyPath, autoIncrement);
    this.stores.set(name, store);
    this.#made.push(store);
    return store;
  }

  deleteStore(store: Store): void {
    this.stores.delete(store.name);
    store.deleted = true;
    for (const index of store.indexes.values()) index.deleted = true;
    store.indexes.clear();
  }

  renameStore(store: Store, name: string): void {
    this.stores.delete(store.name);
    store.name = name;
    this.stores.set(name, store);
  }

  createIndex(store: Store, data: Omit<IndexData, 'id'>): Index {
    const index = new Index(store, { ...data, id: this.#nextId++ });
    store.indexes.set(index.name, index);
    this.#made.push(index);
    return index;
  }

  deleteIndex(index: Index): void {
    index.store.indexes.delete(index.name);
    index.deleted = true;
  }

  renameIndex(index: Index, name: string): void {
    index.store.indexes.delete(index.name);
    index.name = name;
    index.store.indexes.set(name, index);
  }

  /** Notes what is there, for revert(). */
  beginUpgrade(): void {
    this.#made = [];
    this.#found = [...this.stores.values()].map((store) => ({
      store,
      name: store.name,
      indexes: [...store.indexes.values()].map((index) => ({ index, name: index.name })),
    }));
  }

  /**
   * Takes back all since beginUpgrade(). What was made counts as deleted and keeps its name.
   * https://w3c.github.io/IndexedDB/#abort-an-upgrade-transaction
   */
  revert(): void {
    for (const one of this.#made) {
      one.deleted = true;
      if (one instanceof Store) one.indexes.clear();
    }
    this.stores.clear();
    for (const { store, name, indexes } of this.#found) {
      store.name = name;
      store.deleted = false;
      store.indexes.clear();
      for (const one of indexes) {
        one.index.name = one.name;
        one.index.deleted = false;
        store.indexes.set(one.name, one.index);
      }
      this.stores.set(name, store);
    }
  }
}

interface FoundStore {
  readonly store: Store;
  readonly name: string;
  readonly indexes: readonly { readonly index: Index; readonly name: string }[];
}
