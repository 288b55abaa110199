// Storing a record: add, put and a cursor's update.
// Specification: https://w3c.github.io/IndexedDB/#add-or-put,
// https://w3c.github.io/IndexedDB/#object-store-storage-operation
import type { IndexKey, PutRecord } from '../channel/commands';
import { append } from '../codec/intrinsics';
import type { Key } from '../codec/key';
import { toKeyValue } from '../codec/key-decoder';
import { canInjectKey, extractIndexKeys, extractKey } from '../codec/key-path';
import {
  cloneForStorage,
  injectGenerated,
  type StorableClone,
} from '../codec/storable-clone';
import { domError, notActive } from './dom-error';
import { requireKey } from './key-range';
import type { Operation, Request } from './request';
import type { Store } from './schema';
import { requireWritable } from './source-handle';
import type { StoreHandle } from './store-handle';
import type { Transaction } from './transaction';

/** The detail is the key, unless it is generated. */
const putResult: Operation = {
  result: (request, reply) =>
    request.detail === undefined ? reply?.f64('generated key') : toKeyValue(request.detail as Key),
};

/** https://w3c.github.io/IndexedDB/#add-or-put; a key that is undefined was not given. */
export function addOrPut(
  handle: StoreHandle,
  value: unknown,
  givenKey: unknown,
  noOverwrite: boolean,
): Request {
  const { store, transaction } = handle;
  const { keyPath } = store;
  requireWritable(handle);
  if (keyPath !== null && givenKey !== undefined) {
    throw domError('DataError', 'The object store takes its keys from the values.');
  }
  if (keyPath === null && !store.autoIncrement && givenKey === undefined) {
    throw domError('DataError', 'No key was given.');
  }
  const outOfLine = givenKey === undefined ? undefined : requireKey(givenKey);
  // A getter of the key may have ended the transaction.
  requireWritable(handle);
  const clone = cloneDuring(transaction, value);
  const key = keyPath === null ? outOfLine : inLineKey(store, clone);
  return storeRecord(handle, handle.facade, clone, key, noOverwrite);
}

/**
 * Places the request to store a clone.
 * https://w3c.github.io/IndexedDB/#store-a-record-into-an-object-store
 * @param source the object that the request is placed against
 * @param key undefined: it is generated
 */
export function storeRecord(
  handle: StoreHandle,
  source: object,
  clone: StorableClone,
  key: Key | undefined,
  noOverwrite: boolean,
): Request {
  const { store, transaction } = handle;
  const indexKeys = indexKeysOf(store, clone);
  const record: PutRecord = { key, clone, indexKeys, noOverwrite };
  const isDecided = transaction.decidesWrites && isSure(store, record);
  const id = isDecided ? 0 : transaction.nextRequestId;
  if (clone.blobs.length > 0) {
    transaction.hold(id, store.id, record);
  } else {
    try {
      transaction.commandsFor(isDecided).put(id, store.id, record);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw domError('DataCloneError', `The value is too large: ${error.message}`);
    }
  }
  handle.prefetches.noteStored(key, indexKeys);
  transaction.noteChanged(store, key);
  return transaction.place(source, putResult, key, isDecided);
}

// Whether nothing can be wrong with it but the disk.
function isSure(store: Store, { key, clone, noOverwrite }: PutRecord): boolean {
  return (
    key !== undefined && !noOverwrite && clone.blobs.length === 0 && !store.hasUniqueIndex
  );
}

/** https://w3c.github.io/IndexedDB/#clone-a-value: its getters can make no requests. */
export function cloneDuring(transaction: Transaction, value: unknown): StorableClone {
  transaction.state = 'inactive';
  let clone: StorableClone;
  try {
    clone = cloneForStorage(value);
  } finally {
    transaction.activate();
  }
  // A getter may have aborted the transaction.
  if (!transaction.isLive) throw notActive();
  return clone;
}

// The key that the key path finds; undefined: it is generated, and its place is prepared.
function inLineKey(store: Store, clone: StorableClone): Key | undefined {
  const keyPath = store.keyPath ?? '';
  const key = extractKey(clone.value, keyPath);
  if (key === null) throw domError('DataError', 'The key path yields no valid key.');
  if (key !== undefined) return key;
  if (!store.autoIncrement || typeof keyPath !== 'string') {
    throw domError('DataError', 'The key path yields no value.');
  }
  if (!canInjectKey(clone.value, keyPath)) {
    throw domError('DataError', 'A generated key could not be put into the value.');
  }
  injectGenerated(clone, keyPath);
  return undefined;
}

function indexKeysOf(store: Store, clone: StorableClone): readonly IndexKey[] {
  if (store.indexes.size === 0) return noKeys;
  const keys: IndexKey[] = [];
  for (const { id, keyPath, multiEntry } of store.indexes.values()) {
    for (const key of extractIndexKeys(clone.value, keyPath, multiEntry)) {
      append(keys, { index: id, key });
    }
  }
  return keys;
}

const noKeys: readonly IndexKey[] = [];
