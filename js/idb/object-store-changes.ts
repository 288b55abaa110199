// What an upgrade transaction can do to object stores.
import { isValidKeyPath } from '../codec/key-path';
import type { Connection } from './connection';
import { domError, notActive, notUpgrading, storeDeleted } from './dom-error';
import type { StoreHandle } from './store-handle';
import type { Transaction } from './transaction';

// The request id of commands that need no answer: their failure aborts the transaction.
const noAnswer = 0;

/** https://w3c.github.io/IndexedDB/#dom-idbdatabase-createobjectstore */
export function createObjectStore(
  connection: Connection,
  name: string,
  keyPath: string | string[] | null,
  autoIncrement: boolean,
): StoreHandle {
  const transaction = requireUpgrade(connection);
  if (keyPath !== null && !isValidKeyPath(keyPath)) {
    throw domError('SyntaxError', 'The key path is not valid.');
  }
  const { schema } = connection;
  if (schema.stores.has(name)) {
    throw domError('ConstraintError', 'An object store of that name exists already.');
  }
  if (autoIncrement && (keyPath === '' || Array.isArray(keyPath))) {
    const message = 'A key generator needs a key path that is neither empty nor a list.';
    throw domError('InvalidAccessError', message);
  }
  const store = schema.createStore(name, keyPath, autoIncrement);
  transaction.commands.createStore(noAnswer, {
    store: store.id,
    name: JSON.stringify(name),
    keyPath: JSON.stringify(keyPath),
    autoIncrement,
  });
  return transaction.handleOf(store);
}

/** https://w3c.github.io/IndexedDB/#dom-idbdatabase-deleteobjectstore */
export function deleteObjectStore(connection: Connection, name: string): void {
  const transaction = requireUpgrade(connection);
  const store = connection.schema.stores.get(name);
  if (store === undefined) {
    throw domError('NotFoundError', 'There is no object store of that name.');
  }
  connection.schema.deleteStore(store);
  transaction.commands.deleteStore(noAnswer, store.id);
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-name, the setter. */
export function renameObjectStore(handle: StoreHandle, name: string): void {
  const { store, transaction } = handle;
  if (store.deleted) throw storeDeleted();
  if (transaction.mode !== 'versionchange') throw notUpgrading();
  if (transaction.state !== 'active') throw notActive();
  if (store.name === name) return;
  const { schema } = transaction.connection;
  if (schema.stores.has(name)) {
    throw domError('ConstraintError', 'An object store of that name exists already.');
  }
  schema.renameStore(store, name);
  transaction.commands.rename(noAnswer, store.id, JSON.stringify(name));
}

function requireUpgrade(connection: Connection): Transaction {
  const transaction = connection.upgrade;
  if (transaction === null) throw notUpgrading();
  if (transaction.state !== 'active') throw notActive();
  return transaction;
}
