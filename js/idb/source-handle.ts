// What handles of object stores and indexes have in common: something that queries read from.
import type { IndexKey } from '../channel/commands';
import type { Key } from '../codec/key';
import type { Cursor } from './cursor';
import { notActive, readOnly, sourceDeleted, storeDeleted } from './dom-error';
import type { Store } from './schema';
import type { Transaction } from './transaction';

export interface SourceHandle {
  /** The IDBObjectStore or IDBIndex. */
  readonly facade: object;
  readonly transaction: Transaction;
  /** The store's or the index's id in commands. */
  readonly id: number;
  /** The store that holds the records. */
  readonly store: Store;
  readonly isIndex: boolean;
  /** Whether the index, or the store, has been deleted. */
  readonly isDeleted: boolean;
  /** The cursors that may hold records which a write makes stale. */
  readonly prefetches: PrefetchSet;
}

/** Throws unless the source may be read from now: the first steps of every query. */
export function requireReadable(source: SourceHandle): void {
  if (source.isDeleted) throw sourceDeleted();
  if (source.transaction.state !== 'active') throw notActive();
}

/** Throws unless a store may be written to from now. */
export function requireWritable({ store, transaction }: SourceHandle): void {
  if (store.deleted) throw storeDeleted();
  if (transaction.state !== 'active') throw notActive();
  if (transaction.mode === 'readonly') throw readOnly();
}

/**
 * Converts what a script gave to something to read, between two looks at the source: a getter of a
 * key may have ended the transaction.
 */
export function convertToRead<T>(
  source: SourceHandle,
  convert: (value: unknown) => T,
  value: unknown,
): T {
  requireReadable(source);
  const converted = convert(value);
  requireReadable(source);
  return converted;
}

/** The cursors of one store in one transaction that were given records ahead of their position. */
export class PrefetchSet {
  readonly #cursors = new Set<Cursor>();

  add(cursor: Cursor): void {
    this.#cursors.add(cursor);
  }

  delete(cursor: Cursor): void {
    this.#cursors.delete(cursor);
  }

  /** A record is stored under a key (undefined: a generated one) and in indexes. */
  noteStored(primaryKey: Key | undefined, indexKeys: readonly IndexKey[]): void {
    for (const cursor of this.#cursors) cursor.noteStored(primaryKey, indexKeys);
  }

  /** The record with that key is deleted. */
  noteDeleted(primaryKey: Key): void {
    for (const cursor of this.#cursors) cursor.noteDeleted(primaryKey);
  }

  /** Any records may have been deleted. */
  noteChanged(): void {
    for (const cursor of this.#cursors) cursor.dropPrefetch();
  }
}
