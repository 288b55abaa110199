// Changing the record that a cursor stands at: update and delete.
// Specification: https://w3c.github.io/IndexedDB/#cursor-interface
import { compareKeys } from '../codec/compare-keys';
import { extractKey } from '../codec/key-path';
import type { Cursor } from './cursor';
import { placeDelete } from './delete';
import { domError, notActive, readOnly, sourceDeleted } from './dom-error';
import { cloneDuring, storeRecord } from './put';
import type { Request } from './request';

/** https://w3c.github.io/IndexedDB/#dom-idbcursor-update */
export function updateAtCursor(cursor: Cursor, value: unknown): Request {
  requireRecord(cursor);
  const { storeHandle, effectiveKey } = cursor;
  const clone = cloneDuring(storeHandle.transaction, value);
  const { keyPath } = storeHandle.store;
  if (keyPath !== null) {
    const key = extractKey(clone.value, keyPath);
    if (key === undefined || key === null || compareKeys(key, effectiveKey) !== 0) {
      throw domError('DataError', "The value's key is not the one of the cursor's record.");
    }
  }
  return storeRecord(storeHandle, cursor.facade, clone, effectiveKey, false);
}

/** https://w3c.github.io/IndexedDB/#dom-idbcursor-delete */
export function deleteAtCursor(cursor: Cursor): Request {
  requireRecord(cursor);
  return placeDelete(cursor.storeHandle, cursor.facade, cursor.effectiveKey);
}

function requireRecord(cursor: Cursor): void {
  const { transaction } = cursor.source;
  if (transaction.state !== 'active') throw notActive();
  if (transaction.mode === 'readonly') throw readOnly();
  if (cursor.source.isDeleted) throw sourceDeleted();
  if (!cursor.gotValue) {
    throw domError('InvalidStateError', 'The cursor is being iterated or has passed its end.');
  }
  if (cursor.keyOnly) throw domError('InvalidStateError', 'The cursor has keys only.');
}
