// Specification: https://w3c.github.io/IndexedDB/#request-api
import { domError } from './dom-error';
import { defineEventTarget, type EventHandler } from './events/event-target';
import type { EventNode } from './events/listener';
import type { IDBTransaction } from './IDBTransaction';
import { defineInterface, inheritEventTarget } from './webidl/interface-shape';
import { requireInternal } from './webidl/interface-shape';

/** What an IDBRequest shows: a request, or one to open or delete a database. */
export interface RequestState extends EventNode {
  readonly done: boolean;
  readonly result: unknown;
  readonly error: DOMException | null;
  readonly source: object | null;
  readonly transaction: { readonly facade: IDBTransaction } | null;
}

export interface IDBRequest extends EventTarget {
  onsuccess: EventHandler<this>;
  onerror: EventHandler<this>;
}

export class IDBRequest {
  readonly #state: RequestState;

  static {
    inheritEventTarget(this);
    defineEventTarget(this, (request) => request.#state, ['success', 'error']);
  }

  constructor(token: unknown = undefined, state?: RequestState) {
    requireInternal(token);
    this.#state = state as RequestState;
  }

  get result(): unknown {
    this.#requireDone();
    return this.#state.result;
  }

  get error(): DOMException | null {
    this.#requireDone();
    return this.#state.error;
  }

  get source(): object | null {
    return this.#state.source;
  }

  get transaction(): IDBTransaction | null {
    return this.#state.transaction?.facade ?? null;
  }

  get readyState(): IDBRequestReadyState {
    return this.#state.done ? 'done' : 'pending';
  }

  #requireDone(): void {
    if (!this.#state.done) {
      throw domError('InvalidStateError', 'The request has not finished.');
    }
  }
}

defineInterface(IDBRequest, 'IDBRequest');
