// What an upgrade transaction can do to the indexes of an object store.
import { isValidKeyPath } from '../codec/key-path';
import { domError, notActive, notUpgrading, sourceDeleted, storeDeleted } from './dom-error';
import type { IndexHandle } from './index-handle';
import type { StoreHandle } from './store-handle';

// The request id of commands that need no answer: their failure aborts the transaction.
const noAnswer = 0;

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-createindex */
export function createIndex(
  handle: StoreHandle,
  name: string,
  keyPath: string | string[],
  unique: boolean,
  multiEntry: boolean,
): IndexHandle {
  requireUpgrade(handle);
  const { store, transaction } = handle;
  if (store.indexes.has(name)) {
    throw domError('ConstraintError', 'An index of that name exists already.');
  }
  if (!isValidKeyPath(keyPath)) throw domError('SyntaxError', 'The key path is not valid.');
  if (Array.isArray(keyPath) && multiEntry) {
    throw domError('InvalidAccessError', 'A multi-entry index takes no list of key paths.');
  }
  const { schema } = transaction.connection;
  const index = schema.createIndex(store, { name, keyPath, unique, multiEntry });
  transaction.commands.createIndex(noAnswer, {
    store: store.id,
    index: index.id,
    name: JSON.stringify(name),
    keyPath: JSON.stringify(keyPath),
    unique,
    multiEntry,
  });
  return handle.handleOf(index);
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-deleteindex */
export function deleteIndex(handle: StoreHandle, name: string): void {
  requireUpgrade(handle);
  const { store, transaction } = handle;
  const index = store.indexes.get(name);
  if (index === undefined) throw domError('NotFoundError', 'There is no index of that name.');
  transaction.connection.schema.deleteIndex(index);
  transaction.commands.deleteIndex(noAnswer, index.id);
}

/** https://w3c.github.io/IndexedDB/#dom-idbindex-name, the setter. */
export function renameIndex(handle: IndexHandle, name: string): void {
  const { index, transaction } = handle;
  if (transaction.mode !== 'versionchange') throw notUpgrading();
  if (transaction.state !== 'active') throw notActive();
  if (handle.isDeleted) throw sourceDeleted();
  if (index.name === name) return;
  if (index.store.indexes.has(name)) {
    throw domError('ConstraintError', 'An index of that name exists already.');
  }
  transaction.connection.schema.renameIndex(index, name);
  transaction.commands.rename(noAnswer, index.id, JSON.stringify(name));
}

function requireUpgrade(handle: StoreHandle): void {
  const { store, transaction } = handle;
  if (transaction.mode !== 'versionchange') throw notUpgrading();
  if (store.deleted) throw storeDeleted();
  if (transaction.state !== 'active') throw notActive();
}
