// The steps of IDBDatabase.transaction().
import type { Connection } from './connection';
import { domError } from './dom-error';
import type { Store } from './schema';
import type { DurabilityHint, Mode, Transaction } from './transaction';

/** https://w3c.github.io/IndexedDB/#dom-idbdatabase-transaction */
export function createTransaction(
  connection: Connection,
  storeNames: string | readonly string[],
  mode: Mode,
  durability: DurabilityHint,
): Transaction {
  if (connection.upgrade?.isLive === true) {
    throw domError('InvalidStateError', 'A version change transaction is running.');
  }
  if (connection.isClosePending) {
    throw domError('InvalidStateError', 'The connection is closing.');
  }
  const names = typeof storeNames === 'string' ? [storeNames] : storeNames;
  const scope = new Map<string, Store>();
  for (const name of names) {
    const store = connection.schema.stores.get(name);
    if (store === undefined) {
      throw domError('NotFoundError', 'One of the object stores was not found.');
    }
    scope.set(name, store);
  }
  if (scope.size === 0) {
    throw domError('InvalidAccessError', 'The list of object stores is empty.');
  }
  if (mode === 'versionchange') {
    throw new TypeError("The mode is neither 'readonly' nor 'readwrite'.");
  }
  return connection.begin(scope, mode, durability);
}
