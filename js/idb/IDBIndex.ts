// Specification: https://w3c.github.io/IndexedDB/#index-interface
import { openCursor } from './cursor';
import { getAll, type GetAllOptions } from './get-all';
import type { IDBObjectStore } from './IDBObjectStore';
import type { IDBRequest } from './IDBRequest';
import { renameIndex } from './index-changes';
import type { IndexHandle } from './index-handle';
import { keyPathValue } from './key-path-value';
import { count, get, getKey } from './queries';
import { requireArguments, toDOMString, toUnsignedLong } from './webidl/conversions';
import { toDirection, type DirectionName } from './webidl/cursor-direction';
import { toGetAllOptions } from './webidl/get-all-options';
import { defineInterface, requireInternal } from './webidl/interface-shape';

export class IDBIndex {
  readonly #handle: IndexHandle;
  readonly #keyPath: string | string[];

  constructor(token: unknown = undefined, handle?: IndexHandle) {
    requireInternal(token);
    this.#handle = handle as IndexHandle;
    this.#keyPath = keyPathValue(this.#handle.index.keyPath);
  }

  get name(): string {
    return this.#handle.index.name;
  }

  set name(name: string) {
    renameIndex(this.#handle, toDOMString(name));
  }

  get objectStore(): IDBObjectStore {
    return this.#handle.storeHandle.facade;
  }

  get keyPath(): string | string[] {
    return this.#keyPath;
  }

  get multiEntry(): boolean {
    return this.#handle.index.multiEntry;
  }

  get unique(): boolean {
    return this.#handle.index.unique;
  }

  get(query: unknown): IDBRequest {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBIndex.get');
    return get(handle, query).facade;
  }

  getKey(query: unknown): IDBRequest {
    const handle = this.#handle;
    requireArguments(arguments.length, 1, 'IDBIndex.getKey');
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
    const converted = toDirection(direction);
    return openCursor(handle, handle.storeHandle, query, converted, false).facade;
  }

  openKeyCursor(
    query: unknown = undefined,
    direction: DirectionName | undefined = undefined,
  ): IDBRequest {
    const handle = this.#handle;
    const converted = toDirection(direction);
    return openCursor(handle, handle.storeHandle, query, converted, true).facade;
  }
}

defineInterface(IDBIndex, 'IDBIndex');
