// An index as one object store handle sees it.
// Specification: https://w3c.github.io/IndexedDB/#index-handle-construct
import { IDBIndex } from './IDBIndex';
import type { Index, Store } from './schema';
import type { PrefetchSet, SourceHandle } from './source-handle';
import type { StoreHandle } from './store-handle';
import type { Transaction } from './transaction';
import { internal } from './webidl/interface-shape';

export class IndexHandle implements SourceHandle {
  readonly facade: IDBIndex;
  readonly index: Index;
  readonly storeHandle: StoreHandle;
  readonly isIndex = true;

  constructor(index: Index, storeHandle: StoreHandle) {
    this.index = index;
    this.storeHandle = storeHandle;
    this.facade = new IDBIndex(internal, this);
  }

  get id(): number {
    return this.index.id;
  }

  get store(): Store {
    return this.index.store;
  }

  get transaction(): Transaction {
    return this.storeHandle.transaction;
  }

  get isDeleted(): boolean {
    return this.index.deleted || this.store.deleted;
  }

  get prefetches(): PrefetchSet {
    return this.storeHandle.prefetches;
  }
}
