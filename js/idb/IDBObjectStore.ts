// Specification: https://w3c.github.io/IndexedDB/#object-store-interface
import { openCursor } from './cursor';
import { clear, deleteRecords } from './delete';
import { domError, storeDeleted } from './dom-error';
import { type DOMStringList, sortedNameList } from './DOMStringList';
import { getAll, type GetAllOptions } from './get-all';
import type { IDBIndex } from './IDBIndex';
import type { IDBRequest } from './IDBRequest';
import type { IDBTransaction } from './IDBTransaction';
import { createIndex, deleteIndex } from './index-changes';
import { keyPathValue } from './key-path-value';
import { renameObjectStore } from './object-store-changes';
import { addOrPut } from './put';
import { count, get, getKey } from './queries';
import type { StoreHandle } from './store-handle';
import { requireArguments, toDictionary, toDOMString } from './webidl/conversions';
import { toStringOrSequence, toUnsignedLong } from './webidl/conversions';
import { toDirection, type DirectionName } from './webidl/cursor-direction';
import { toGetAllOptions } from './webidl/get-all-options';
import { defineInterface, requireInternal } from './webidl/interface-shape';

export class IDBObjectStore {
  readonly #handle: StoreHandle;
  readonly #keyPath: string | string[] | null;

  constructor(token: unknown = undefined, handle?: StoreHandle) {
    requireInternal(token);
    this.#handle = handle as StoreHandle;
    this.#keyPath = keyPathValue(this.#handle.store.keyPath);
  }

  get name(): string {
    return this.#handle.store.name;
  }

  set name(name: string) {
    renameObjectStore(this.#handle, toDOMString(name));
  }

  get keyPath(): string | string[] | null {
    return this.#keyPath;
  }

  get indexNames(): DOMStringList {
    return sortedNameList(this.#handle.store.indexes.keys());
  }

  get transaction(): IDBTransaction {
    return this.#handle.transaction.facade;
  }

  get autoIncrement(): boolean {
    return this.#handle.store.autoIncrement;
  }

  put(value: unknown, key: unknown = undefined): IDBRequest {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBObjectStore.put');
    return addOrPut(handle, value, key, false).facade;
  }

  add(value: unknown, key: unknown = undefined): IDBRequest {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBObjectStore.add');
    return addOrPut(handle, value, key, true).facade;
  }

  delete(query: unknown): IDBRequest {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBObjectStore.delete');
    return deleteRecords(handle, query).facade;
  }

  clear(): IDBRequest {
    return clear(this.#handle).facade;
  }

  get(query: unknown): IDBRequest {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBObjectStore.get');
    return get(handle, query).facade;
  }

  getKey(query: unknown): IDBRequest {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBObjectStore.getKey');
    return getKey(handle, query).facade;
  }

  getAll(
    queryOrOptions: unknown = undefined,
    countGiven: number | undefined = undefined,
  ): IDBRequest {
    const handle = this.#handle;
    const limit = countGiven === undefined ? undefined : toUnsignedLong(countGiven);
    return getAll(handle, 'value', queryOrOptions, limit, toGetAllOptions).facade;
  }

  getAllKeys(
    queryOrOptions: unknown = undefined,
    countGiven: number | undefined = undefined,
  ): IDBRequest {
    const handle = this.#handle;
    const limit = countGiven === undefined ? undefined : toUnsignedLong(countGiven);
    return getAll(handle, 'key', queryOrOptions, limit, toGetAllOptions).facade;
  }

  getAllRecords(options: Partial<GetAllOptions> | undefined = undefined): IDBRequest {
    const handle = this.#handle;
    const converted = toGetAllOptions(options);
    return getAll(handle, 'record', undefined, undefined, () => converted).facade;
  }

  count(query: unknown = undefined): IDBRequest {
    return count(this.#handle, query).facade;
  }

  openCursor(
    query: unknown = undefined,
    direction: DirectionName | undefined = undefined,
  ): IDBRequest {
    const handle = this.#handle;
    return openCursor(handle, handle, query, toDirection(direction), false).facade;
  }

  openKeyCursor(
    query: unknown = undefined,
    direction: DirectionName | undefined = undefined,
  ): IDBRequest {
    const handle = this.#handle;
    return openCursor(handle, handle, query, toDirection(direction), true).facade;
  }

  index(name: string): IDBIndex {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBObjectStore.index');
    const wanted = toDOMString(name);
    if (handle.store.deleted) throw storeDeleted();
    if (!handle.transaction.isLive) {
      throw domError('InvalidStateError', 'The transaction has finished.');
    }
    const index = handle.store.indexes.get(wanted);
    if (index === undefined) throw domError('NotFoundError', 'There is no index of that name.');
    return handle.handleOf(index).facade;
  }

  createIndex(
    name: string,
    keyPath: string | Iterable<string>,
    options: IDBIndexParameters | undefined = undefined,
  ): IDBIndex {
    const handle = this.#handle;
    requireArguments(arguments.length, 2, 'IDBObjectStore.createIndex');
    const wanted = toDOMString(name);
    const path = toStringOrSequence(keyPath);
    const given = toDictionary(options, 'IDBIndexParameters');
    const multiEntry = Boolean(given['multiEntry']);
    const unique = Boolean(given['unique']);
    return createIndex(handle, wanted, path, unique, multiEntry).facade;
  }

  deleteIndex(name: string): void {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBObjectStore.deleteIndex');
    deleteIndex(handle, toDOMString(name));
  }
}

defineInterface(IDBObjectStore, 'IDBObjectStore');
