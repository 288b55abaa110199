// The events of a connection.
import type { WorkerMessage } from '../channel/messages';
import type { Connection } from './connection';
import { Dispatch } from './events/dispatch';
import type { Delivery } from './events/delivery-pool';
import { createEvent, createVersionChangeEvent } from './events/fired-event';

type Notice = Extract<WorkerMessage, { t: 'versionchange' }>;

/** Somebody waits for a connection to close: the worker is told when its listeners have run. */
export class VersionChange implements Delivery {
  readonly #connection: Connection;
  readonly #notice: Notice;

  constructor(connection: Connection, notice: Notice) {
    this.#connection = connection;
    this.#notice = notice;
  }

  begin(): Dispatch | null {
    if (this.#connection.isClosePending) return null;
    const { oldVersion, newVersion } = this.#notice;
    const event = createVersionChangeEvent('versionchange', oldVersion, newVersion);
    return new Dispatch(event, this.#connection);
  }

  end(): void {
    const { connection, token } = this.#notice;
    this.#connection.client.send({ t: 'versionchange-done', connection, token });
  }
}

/** The last step of https://w3c.github.io/IndexedDB/#close-a-database-connection */
export class Closed implements Delivery {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  begin(): Dispatch {
    return new Dispatch(createEvent('close'), this.#connection);
  }

  end(): void {}
}
