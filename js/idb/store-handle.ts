// An object store as one transaction sees it.
// Specification: https://w3c.github.io/IndexedDB/#object-store-handle-construct
import { IDBObjectStore } from './IDBObjectStore';
import { IndexHandle } from './index-handle';
import type { Index, Store } from './schema';
import { PrefetchSet, type SourceHandle } from './source-handle';
import type { Transaction } from './transaction';
import { internal } from './webidl/interface-shape';

export class StoreHandle implements SourceHandle {
  readonly facade: IDBObjectStore;
  readonly store: Store;
  readonly transaction: Transaction;
  readonly isIndex = false;
  readonly prefetches = new PrefetchSet();
  readonly #handles = new Map<Index, IndexHandle>();

  constructor(store: Store, transaction: Transaction) {
    this.store = store;
    this.transaction = transaction;
    this.facade = new IDBObjectStore(internal, this);
  }

  get id(): number {
    return this.store.id;
  }

  get isDeleted(): boolean {
    return this.store.deleted;
  }

  /** The one handle of an index of this handle. */
  handleOf(index: Index): IndexHandle {
    let handle = this.#handles.get(index);
    if (handle === undefined) {
      handle = new IndexHandle(index, this);
      this.#handles.set(index, handle);
    }
    return handle;
  }
}
