// The classes of the IndexedDB API, as FlowDB has them. To TypeScript they are what the browser's
// own are, which they stand in for.
import { IDBCursor } from '../idb/IDBCursor';
import { IDBCursorWithValue } from '../idb/IDBCursorWithValue';
import { IDBDatabase } from '../idb/IDBDatabase';
import { IDBFactory } from '../idb/IDBFactory';
import { IDBIndex } from '../idb/IDBIndex';
import { IDBKeyRange } from '../idb/IDBKeyRange';
import { IDBObjectStore } from '../idb/IDBObjectStore';
import { IDBOpenDBRequest } from '../idb/IDBOpenDBRequest';
import { IDBRecord } from '../idb/IDBRecord';
import { IDBRequest } from '../idb/IDBRequest';
import { IDBTransaction } from '../idb/IDBTransaction';
import { IDBVersionChangeEvent } from '../idb/IDBVersionChangeEvent';

/** The interface classes, by their global names. */
export interface IndexedDBInterfaces {
  readonly IDBCursor: typeof globalThis.IDBCursor;
  readonly IDBCursorWithValue: typeof globalThis.IDBCursorWithValue;
  readonly IDBDatabase: typeof globalThis.IDBDatabase;
  readonly IDBFactory: typeof globalThis.IDBFactory;
  readonly IDBIndex: typeof globalThis.IDBIndex;
  readonly IDBKeyRange: typeof globalThis.IDBKeyRange;
  readonly IDBObjectStore: typeof globalThis.IDBObjectStore;
  readonly IDBOpenDBRequest: typeof globalThis.IDBOpenDBRequest;
  /** New in browsers, and not known to TypeScript yet. */
  readonly IDBRecord: abstract new (...args: never[]) => object;
  readonly IDBRequest: typeof globalThis.IDBRequest;
  readonly IDBTransaction: typeof globalThis.IDBTransaction;
  readonly IDBVersionChangeEvent: typeof globalThis.IDBVersionChangeEvent;
}

export const interfaces = {
  IDBCursor,
  IDBCursorWithValue,
  IDBDatabase,
  IDBFactory,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBOpenDBRequest,
  IDBRecord,
  IDBRequest,
  IDBTransaction,
  IDBVersionChangeEvent,
} as unknown as IndexedDBInterfaces;
