// A request: one operation, the place of its result, and the delivery of its event.
// Specification: https://w3c.github.io/IndexedDB/#request-construct
import type { Reply } from '../channel/reply-reader';
import { domError } from './dom-error';
import { Dispatch, isHeard } from './events/dispatch';
import type { Delivery } from './events/delivery-pool';
import { createErrorEvent, createEvent } from './events/fired-event';
import { EventNode } from './events/listener';
import { IDBRequest } from './IDBRequest';
import type { Transaction } from './transaction';
import { internal } from './webidl/interface-shape';

/** What a kind of request makes of its answer. There is one object for each kind. */
export interface Operation {
  /**
   * @param reply the worker's answer; undefined when the page answers by itself
   * @throws MalformedError when the answer, or what is stored, is damaged
   */
  result(request: Request, reply: Reply | undefined): unknown;
  /** Looks at the worker's answer in a transaction that only reads, as it comes. */
  onAnswer?(request: Request, reply: Reply): void;
}

export class Request extends EventNode implements Delivery {
  readonly facade: IDBRequest;
  readonly transaction: Transaction;
  /** The object store, index or cursor that the request was placed against. */
  readonly source: object;
  readonly operation: Operation;
  /** What the operation keeps beside: a key, a cursor. */
  readonly detail: unknown;

  done = false;
  result: unknown = undefined;
  error: DOMException | null = null;

  /** The answer that waits for its event. */
  reply: Reply | undefined;
  /** Whether the page answers it itself, in its turn. */
  isLocal = false;
  /** Whether the transaction's abort has taken it over. */
  isAborted = false;

  constructor(transaction: Transaction, source: object, operation: Operation, detail: unknown) {
    super();
    this.transaction = transaction;
    this.source = source;
    this.operation = operation;
    this.detail = detail;
    this.facade = new IDBRequest(internal, this);
  }

  override get parent(): EventNode {
    return this.transaction;
  }

  /**
   * The queued part of https://w3c.github.io/IndexedDB/#async-execute-request, and the first steps
   * of firing a success event or an error event. While committing, a failure aborts.
   */
  begin(): Dispatch | null {
    if (this.isAborted) return null;
    const { transaction } = this;
    const hasFailed = this.reply?.ok === false;
    if (hasFailed && transaction.state === 'committing') {
      this.#takeAnswer();
      transaction.abort(this.error);
      return null;
    }
    transaction.takeDelivered(hasFailed);
    this.done = true;
    this.#takeAnswer();
    transaction.activate();
    if (this.error === null) {
      return isHeard(this, 'success', false) ? new Dispatch(createEvent('success'), this) : null;
    }
    return isHeard(this, 'error', true) ? new Dispatch(createErrorEvent(), this) : null;
  }

  /** The last steps of https://w3c.github.io/IndexedDB/#fire-success-event, #fire-error-event. */
  end(dispatch: Dispatch | null): void {
    const { error } = this;
    const isCancelled = error !== null && dispatch?.event.defaultPrevented === true;
    this.transaction.deactivate(dispatch?.didThrow === true, isCancelled ? null : error);
  }

  #takeAnswer(): void {
    const { reply } = this;
    this.reply = this.result = undefined;
    try {
      this.error = reply?.error ?? null;
      if (this.error === null) this.result = this.operation.result(this, reply);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.error = domError('UnknownError', `The answer can't be read: ${text}`);
    }
  }
}

/** The `error` event of a request whose transaction was aborted before its own event. */
export class AbortedRequest implements Delivery {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  begin(): Dispatch | null {
    const request = this.#request;
    request.done = true;
    request.result = undefined;
    request.error = domError('AbortError', 'The transaction was aborted.');
    return isHeard(request, 'error', true) ? new Dispatch(createErrorEvent(), request) : null;
  }

  end(): void {}
}
