// The request that opens or deletes a database, and the deliveries of its events.
// Specification: https://w3c.github.io/IndexedDB/#open-requests
import type { Connection } from './connection';
import { domError } from './dom-error';
import { Dispatch } from './events/dispatch';
import type { Delivery } from './events/delivery-pool';
import { createErrorEvent, createEvent, createVersionChangeEvent } from './events/fired-event';
import { EventNode } from './events/listener';
import { IDBOpenDBRequest } from './IDBOpenDBRequest';
import type { Transaction } from './transaction';
import { internal } from './webidl/interface-shape';

export class OpenRequest extends EventNode {
  readonly facade: IDBOpenDBRequest;
  readonly name: string;
  readonly source = null;
  /** The connection, from the upgrade on. */
  connection: Connection | null = null;
  /** The upgrade transaction, from `upgradeneeded` until its end. */
  transaction: Transaction | null = null;
  done = false;
  result: unknown = undefined;
  error: DOMException | null = null;

  constructor(name: string) {
    super();
    this.name = name;
    this.facade = new IDBOpenDBRequest(internal, this);
  }

  override get parent(): null {
    return null;
  }
}

/** The queued part of https://w3c.github.io/IndexedDB/#upgrade-a-database */
export class UpgradeNeeded implements Delivery {
  readonly #request: OpenRequest;
  readonly #transaction: Transaction;
  readonly #oldVersion: number;

  constructor(request: OpenRequest, transaction: Transaction, oldVersion: number) {
    this.#request = request;
    this.#transaction = transaction;
    this.#oldVersion = oldVersion;
  }

  begin(): Dispatch | null {
    const transaction = this.#transaction;
    if (!transaction.isLive) return null;
    const request = this.#request;
    const { connection } = transaction;
    request.result = connection.facade;
    request.transaction = transaction;
    request.done = true;
    transaction.activate();
    const event = createVersionChangeEvent('upgradeneeded', this.#oldVersion, connection.version);
    return new Dispatch(event, request);
  }

  end(dispatch: Dispatch | null): void {
    this.#transaction.deactivate(dispatch?.didThrow === true, null);
  }
}

/** The queued end of https://w3c.github.io/IndexedDB/#dom-idbfactory-open */
export class Opened implements Delivery {
  readonly #request: OpenRequest;
  readonly #connection: Connection;

  constructor(request: OpenRequest, connection: Connection) {
    this.#request = request;
    this.#connection = connection;
  }

  begin(): Dispatch {
    const request = this.#request;
    request.done = true;
    // Closed between the upgrade's end and now.
    if (this.#connection.isClosePending) {
      request.result = undefined;
      request.error = domError('AbortError', 'The connection was closed.');
      return new Dispatch(createErrorEvent(), request);
    }
    request.result = this.#connection.facade;
    return new Dispatch(createEvent('success'), request);
  }

  end(): void {}
}

/** The queued end of https://w3c.github.io/IndexedDB/#dom-idbfactory-deletedatabase */
export class Deleted implements Delivery {
  readonly #request: OpenRequest;
  readonly #oldVersion: number;

  constructor(request: OpenRequest, oldVersion: number) {
    this.#request = request;
    this.#oldVersion = oldVersion;
  }

  begin(): Dispatch {
    const request = this.#request;
    request.done = true;
    request.result = undefined;
    return new Dispatch(createVersionChangeEvent('success', this.#oldVersion, null), request);
  }

  end(): void {}
}

/** An open or a deletion has failed. */
export class OpenFailed implements Delivery {
  readonly #request: OpenRequest;
  readonly #error: DOMException;

  constructor(request: OpenRequest, error: DOMException) {
    this.#request = request;
    this.#error = error;
  }

  begin(): Dispatch {
    const request = this.#request;
    request.done = true;
    request.result = undefined;
    request.error = this.#error;
    return new Dispatch(createErrorEvent(), request);
  }

  end(): void {}
}

/** Other connections stay open: https://w3c.github.io/IndexedDB/#open-a-database-connection */
export class Blocked implements Delivery {
  readonly #request: OpenRequest;
  readonly #oldVersion: number;
  readonly #newVersion: number | null;

  constructor(request: OpenRequest, oldVersion: number, newVersion: number | null) {
    this.#request = request;
    this.#oldVersion = oldVersion;
    this.#newVersion = newVersion;
  }

  begin(): Dispatch {
    const event = createVersionChangeEvent('blocked', this.#oldVersion, this.#newVersion);
    return new Dispatch(event, this.#request);
  }

  end(): void {}
}
