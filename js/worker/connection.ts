// A connection of a page to a database: its live transactions, and how it closes.
import { UPGRADE_TRANSACTION } from '../channel/protocol';
import type { Transaction } from './transaction';
import type { Database } from './database';

export class Connection {
  readonly id: number;
  readonly database: Database;
  /** Begun and not ended, by the page's number. */
  readonly live = new Map<number, Transaction>();
  /** Resolves when the connection is closed, for whatever reason. */
  readonly closed: Promise<void>;
  /** The page's last transaction number: numbers only go up, so all up to it are known. */
  lastTransaction = UPGRADE_TRANSACTION;
  #isClosePending = false;
  #isClosed = false;
  #onClosed: () => void = () => {};
  readonly #versionchanges = new Map<number, () => void>();

  constructor(id: number, database: Database) {
    this.id = id;
    this.database = database;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  get isClosePending(): boolean {
    return this.#isClosePending;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The page wants it closed as soon as its transactions are over. */
  requestClose(): void {
    this.#isClosePending = true;
  }

  markClosed(): void {
    this.#isClosePending = true;
    this.#isClosed = true;
    this.#onClosed();
  }

  /** Resolves when the page has dispatched this `versionchange`, or the connection is closed. */
  awaitVersionchange(token: number): Promise<void> {
    const dispatched = new Promise<void>((resolve) => this.#versionchanges.set(token, resolve));
    return Promise.race([dispatched, this.closed]);
  }

  versionchangeDone(token: number): void {
    this.#versionchanges.get(token)?.();
    this.#versionchanges.delete(token);
  }
}
