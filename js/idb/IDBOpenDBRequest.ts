// Specification: https://w3c.github.io/IndexedDB/#idbopendbrequest
import { defineHandlers, type EventHandler } from './events/event-target';
import { IDBRequest, type RequestState } from './IDBRequest';
import { defineInterface } from './webidl/interface-shape';

export interface IDBOpenDBRequest extends IDBRequest {
  onblocked: EventHandler<this>;
  onupgradeneeded: EventHandler<this>;
}

export class IDBOpenDBRequest extends IDBRequest {
  readonly #state: RequestState;

  static {
    defineHandlers(this, (request) => request.#state, ['blocked', 'upgradeneeded']);
  }

  constructor(token: unknown = undefined, state?: RequestState) {
    super(token, state);
    this.#state = state as RequestState;
  }
}

defineInterface(IDBOpenDBRequest, 'IDBOpenDBRequest');
