// Moving a cursor: advance, continue and continuePrimaryKey.
// Specification: https://w3c.github.io/IndexedDB/#cursor-interface
import { Direction } from '../channel/protocol';
import { keyBytes } from '../codec/key-encoder';
import type { Cursor } from './cursor';
import { domError, notActive, sourceDeleted } from './dom-error';
import { requireKey } from './key-range';

/** https://w3c.github.io/IndexedDB/#dom-idbcursor-advance */
export function advance(cursor: Cursor, count: number): void {
  if (count === 0) throw new TypeError('The count must not be 0.');
  requireUsable(cursor);
  requireValue(cursor);
  cursor.iterate({ skip: count - 1, key: undefined, primaryKey: undefined });
}

/**
 * https://w3c.github.io/IndexedDB/#dom-idbcursor-continue; undefined: no key was given. By the
 * specification null is a wrong key, but browsers take it for none, and so do scripts.
 */
export function continueCursor(cursor: Cursor, givenKey: unknown): void {
  requireUsable(cursor);
  requireValue(cursor);
  if (givenKey === undefined || givenKey === null) {
    cursor.iterate();
    return;
  }
  const key = keyBytes(requireKey(givenKey));
  requireStill(cursor);
  if (cursor.compareToKey(key) <= 0) {
    throw domError('DataError', "The key is not ahead of the cursor's position.");
  }
  cursor.iterate({ skip: 0, key, primaryKey: undefined });
}

/** https://w3c.github.io/IndexedDB/#dom-idbcursor-continueprimarykey */
export function continuePrimaryKey(
  cursor: Cursor,
  givenKey: unknown,
  givenPrimaryKey: unknown,
): void {
  requireUsable(cursor);
  if (!cursor.source.isIndex) {
    throw domError('InvalidAccessError', "The cursor's source is not an index.");
  }
  if (cursor.direction !== Direction.next && cursor.direction !== Direction.prev) {
    throw domError('InvalidAccessError', "The cursor's direction is neither next nor prev.");
  }
  requireValue(cursor);
  const key = keyBytes(requireKey(givenKey));
  const primaryKey = keyBytes(requireKey(givenPrimaryKey));
  requireStill(cursor);
  const order = cursor.compareToKey(key);
  if (order < 0 || (order === 0 && cursor.compareToPrimaryKey(primaryKey) <= 0)) {
    throw domError('DataError', "The keys are not ahead of the cursor's position.");
  }
  cursor.iterate({ skip: 0, key, primaryKey });
}

/** Throws unless the cursor's transaction is active and its source is there. */
function requireUsable(cursor: Cursor): void {
  if (cursor.source.transaction.state !== 'active') throw notActive();
  if (cursor.source.isDeleted) throw sourceDeleted();
}

// A getter of the key may have moved the cursor, or ended the transaction.
function requireStill(cursor: Cursor): void {
  requireUsable(cursor);
  requireValue(cursor);
}

function requireValue(cursor: Cursor): void {
  if (!cursor.gotValue) {
    throw domError('InvalidStateError', 'The cursor is being iterated or has passed its end.');
  }
}
