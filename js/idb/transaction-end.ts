// The events that end a transaction.
import { Dispatch, isHeard } from './events/dispatch';
import type { Delivery } from './events/delivery-pool';
import { createAbortEvent, createEvent } from './events/fired-event';
import type { Transaction } from './transaction';

/** The queued part of https://w3c.github.io/IndexedDB/#commit-a-transaction */
export class TransactionCompleted implements Delivery {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  begin(): Dispatch | null {
    const transaction = this.#transaction;
    if (transaction.openRequest !== null) transaction.connection.upgrade = null;
    transaction.finish();
    if (!isHeard(transaction, 'complete', false)) return null;
    return new Dispatch(createEvent('complete'), transaction);
  }

  end(): void {
    const { openRequest } = this.#transaction;
    if (openRequest !== null) openRequest.transaction = null;
  }
}

/** The worker has aborted a transaction by itself. */
export class AbortedByWorker implements Delivery {
  readonly #transaction: Transaction;
  readonly #error: DOMException | null;

  constructor(transaction: Transaction, error: DOMException | null) {
    this.#transaction = transaction;
    this.#error = error;
  }

  begin(): null {
    this.#transaction.abortInTurn(this.#error);
    return null;
  }

  end(): void {}
}

/** The queued end of https://w3c.github.io/IndexedDB/#abort-a-transaction */
export class TransactionAborted implements Delivery {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  begin(): Dispatch {
    const transaction = this.#transaction;
    if (transaction.openRequest !== null) transaction.connection.upgrade = null;
    transaction.finish();
    return new Dispatch(createAbortEvent(), transaction);
  }

  end(): void {
    const { openRequest } = this.#transaction;
    if (openRequest === null) return;
    openRequest.transaction = null;
    openRequest.result = undefined;
    openRequest.done = false;
  }
}
