// Specification: https://w3c.github.io/IndexedDB/#database-interface
import type { Connection } from './connection';
import { type DOMStringList, sortedNameList } from './DOMStringList';
import { defineEventTarget, type EventHandler } from './events/event-target';
import { createObjectStore, deleteObjectStore } from './object-store-changes';
import type { IDBObjectStore } from './IDBObjectStore';
import type { IDBTransaction } from './IDBTransaction';
import { createTransaction } from './create-transaction';
import { requireArguments, toDOMString } from './webidl/conversions';
import { toDictionary, toEnum, toStringOrSequence } from './webidl/conversions';
import { defineInterface, inheritEventTarget, requireInternal } from './webidl/interface-shape';

const modes = ['readonly', 'readwrite', 'versionchange'] as const;
const durabilities = ['default', 'strict', 'relaxed'] as const;

export interface IDBDatabase extends EventTarget {
  onabort: EventHandler<this>;
  onclose: EventHandler<this>;
  onerror: EventHandler<this>;
  onversionchange: EventHandler<this>;
}

export class IDBDatabase {
  readonly #connection: Connection;

  static {
    const types = ['abort', 'close', 'error', 'versionchange'];
    inheritEventTarget(this);
    defineEventTarget(this, (database) => database.#connection, types);
  }

  constructor(token: unknown = undefined, connection?: Connection) {
    requireInternal(token);
    this.#connection = connection as Connection;
  }

  get name(): string {
    return this.#connection.name;
  }

  get version(): number {
    return this.#connection.version;
  }

  get objectStoreNames(): DOMStringList {
    return sortedNameList(this.#connection.schema.stores.keys());
  }

  transaction(
    storeNames: string | Iterable<string>,
    mode: IDBTransactionMode | undefined = undefined,
    options: IDBTransactionOptions | undefined = undefined,
  ): IDBTransaction {
    const connection = this.#connection;
    requireArguments(arguments.length, 1, 'IDBDatabase.transaction');
    const names = toStringOrSequence(storeNames);
    const givenMode = mode === undefined ? 'readonly' : toEnum(mode, modes, 'IDBTransactionMode');
    const { durability } = toDictionary(options, 'IDBTransactionOptions');
    const hint =
      durability === undefined
        ? 'default'
        : toEnum(durability, durabilities, 'IDBTransactionDurability');
    return createTransaction(connection, names, givenMode, hint).facade;
  }

  close(): void {
    this.#connection.close();
  }

  createObjectStore(
    name: string,
    options: IDBObjectStoreParameters | undefined = undefined,
  ): IDBObjectStore {
    const connection = this.#connection;
    requireArguments(arguments.length, 1, 'IDBDatabase.createObjectStore');
    const wanted = toDOMString(name);
    const given = toDictionary(options, 'IDBObjectStoreParameters');
    const autoIncrement = Boolean(given['autoIncrement']);
    const path = given['keyPath'];
    const keyPath = path === undefined || path === null ? null : toStringOrSequence(path);
    return createObjectStore(connection, wanted, keyPath, autoIncrement).facade;
  }

  deleteObjectStore(name: string): void {
    const connection = this.#connection;
    requireArguments(arguments.length, 1, 'IDBDatabase.deleteObjectStore');
    deleteObjectStore(connection, toDOMString(name));
  }
}

defineInterface(IDBDatabase, 'IDBDatabase');
