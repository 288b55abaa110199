// Specification: https://w3c.github.io/IndexedDB/#transaction
import { domError } from './dom-error';
import { type DOMStringList, sortedNameList } from './DOMStringList';
import { defineEventTarget, type EventHandler } from './events/event-target';
import type { IDBDatabase } from './IDBDatabase';
import type { IDBObjectStore } from './IDBObjectStore';
import type { DurabilityHint, Mode, Transaction } from './transaction';
import { requireArguments, toDOMString } from './webidl/conversions';
import { defineInterface, inheritEventTarget, requireInternal } from './webidl/interface-shape';

export interface IDBTransaction extends EventTarget {
  onabort: EventHandler<this>;
  oncomplete: EventHandler<this>;
  onerror: EventHandler<this>;
}

export class IDBTransaction {
  readonly #state: Transaction;

  static {
    inheritEventTarget(this);
    defineEventTarget(this, (one) => one.#state, ['abort', 'complete', 'error']);
  }

  constructor(token: unknown = undefined, state?: Transaction) {
    requireInternal(token);
    this.#state = state as Transaction;
  }

  get objectStoreNames(): DOMStringList {
    return sortedNameList(this.#state.scope.keys());
  }

  get mode(): Mode {
    return this.#state.mode;
  }

  get durability(): DurabilityHint {
    return this.#state.durability;
  }

  get db(): IDBDatabase {
    return this.#state.connection.facade;
  }

  get error(): DOMException | null {
    return this.#state.error;
  }

  objectStore(name: string): IDBObjectStore {
    const transaction = this.#state;
    requireArguments(arguments.length, 1, 'IDBTransaction.objectStore');
    const wanted = toDOMString(name);
    if (!transaction.isLive) {
      throw domError('InvalidStateError', 'The transaction has finished.');
    }
    const store = transaction.scope.get(wanted);
    if (store === undefined) {
      throw domError('NotFoundError', 'The transaction has no object store of that name.');
    }
    return transaction.handleOf(store).facade;
  }

  commit(): void {
    const transaction = this.#state;
    if (transaction.state !== 'active') {
      throw domError('InvalidStateError', 'The transaction is not active.');
    }
    transaction.commit();
  }

  abort(): void {
    const transaction = this.#state;
    if (transaction.state === 'committing' || !transaction.isLive) {
      throw domError('InvalidStateError', 'The transaction is committing or has finished.');
    }
    transaction.abort(null);
  }
}

defineInterface(IDBTransaction, 'IDBTransaction');
