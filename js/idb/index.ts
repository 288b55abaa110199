// The page's side of Indexed Database API 3.0: what the package's entry points take from here.
// Specification: https://w3c.github.io/IndexedDB/
import { DOMStringList } from './DOMStringList';
import { IDBCursor } from './IDBCursor';
import { IDBCursorWithValue } from './IDBCursorWithValue';
import { IDBDatabase } from './IDBDatabase';
import { IDBFactory } from './IDBFactory';
import { IDBIndex } from './IDBIndex';
import { IDBKeyRange } from './IDBKeyRange';
import { IDBObjectStore } from './IDBObjectStore';
import { IDBOpenDBRequest } from './IDBOpenDBRequest';
import { IDBRecord } from './IDBRecord';
import { IDBRequest } from './IDBRequest';
import { IDBTransaction } from './IDBTransaction';
import { IDBVersionChangeEvent } from './IDBVersionChangeEvent';
import { Session } from './session';
import { internal } from './webidl/interface-shape';

/** The interfaces, by the names that they have on a global object. */
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
} as const;

export {
  DOMStringList,
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
};

/** The databases of one worker. */
export interface IDB {
  /** Works at once: what is asked before connect() goes out when the worker is ready. */
  readonly indexedDB: IDBFactory;
  /** Connects to the worker: `session.connect(port, hello)`. */
  readonly session: Session;
}

/** Creates the factory that takes the place of `indexedDB`. */
export function createIDB(): IDB {
  const session = new Session();
  return { session, indexedDB: new IDBFactory(internal, session) };
}
