// Deleting records: delete and clear.
// Specification: https://w3c.github.io/IndexedDB/#object-store-deletion-operation
import type { Range } from '../channel/commands';
import { EncodedKey } from '../codec/key';
import { requireKeyRange } from './key-range';
import type { Operation, Request } from './request';
import { requireWritable } from './source-handle';
import type { StoreHandle } from './store-handle';

const noResult: Operation = { result: () => undefined };

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-delete */
export function deleteRecords(handle: StoreHandle, query: unknown): Request {
  requireWritable(handle);
  const range = requireKeyRange(query);
  // A getter of the key may have ended the transaction.
  requireWritable(handle);
  return placeDelete(handle, handle.facade, range);
}

/**
 * https://w3c.github.io/IndexedDB/#delete-records-from-an-object-store
 * @param source the object that the request is placed against
 */
export function placeDelete(handle: StoreHandle, source: object, range: Range): Request {
  const { store, transaction, prefetches } = handle;
  const isDecided = transaction.decidesWrites;
  const id = isDecided ? 0 : transaction.nextRequestId;
  transaction.commandsFor(isDecided).delete(id, store.id, range);
  const isKey = typeof range === 'string' || typeof range === 'number';
  if (isKey || range instanceof EncodedKey) {
    prefetches.noteDeleted(range);
    transaction.noteChanged(store, range);
  } else {
    prefetches.noteChanged();
    transaction.noteAllChanged(store);
  }
  return transaction.place(source, noResult, undefined, isDecided);
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-clear */
export function clear(handle: StoreHandle): Request {
  requireWritable(handle);
  const { store, transaction, prefetches } = handle;
  const isDecided = transaction.decidesWrites;
  const id = isDecided ? 0 : transaction.nextRequestId;
  transaction.commandsFor(isDecided).clear(id, store.id);
  prefetches.noteChanged();
  transaction.noteAllChanged(store);
  return transaction.place(handle.facade, noResult, undefined, isDecided);
}
