// A connection to a database: its version, its schema and its transactions.
// Specification: https://w3c.github.io/IndexedDB/#database-connection
import type { ChannelClient } from '../channel/client';
import { Durability, TransactionMode, UPGRADE_TRANSACTION } from '../channel/protocol';
import { domError } from './dom-error';
import { EventNode } from './events/listener';
import { IDBDatabase } from './IDBDatabase';
import type { OpenRequest } from './open-request';
import type { RecordCache } from './record-cache';
import { Schema, type Store } from './schema';
import type { Session } from './session';
import { Transaction, type DurabilityHint } from './transaction';
import { internal } from './webidl/interface-shape';

/** https://w3c.github.io/IndexedDB/#garbage-collection-of-database-connections */
const heldFor: readonly string[] = ['abort', 'error', 'versionchange'];

export class Connection extends EventNode {
  readonly facade: IDBDatabase;
  readonly session: Session;
  /** The channel that the connection was opened on: another one knows nothing of it. */
  readonly client: ChannelClient;
  readonly id: number;
  readonly name: string;
  readonly schema: Schema;
  version: number;

  isClosePending = false;
  /** The database's upgrade transaction, until its last event. */
  upgrade: Transaction | null = null;

  readonly #epoch: number;
  readonly #transactions = new Set<Transaction>();
  #lastTransaction = UPGRADE_TRANSACTION;
  #versionBefore = 0;

  constructor(
    session: Session,
    client: ChannelClient,
    id: number,
    name: string,
    version: number,
    schema: string,
  ) {
    super();
    this.session = session;
    this.client = client;
    this.id = id;
    this.name = name;
    this.version = version;
    this.schema = new Schema(schema);
    this.#epoch = session.cache.epoch;
    this.facade = new IDBDatabase(internal, this);
  }

  override get parent(): null {
    return null;
  }

  /** What the page knows of records; undefined where that may be more than this connection sees. */
  get cache(): RecordCache | undefined {
    const { cache } = this.session;
    return cache.epoch === this.#epoch ? cache : undefined;
  }

  /** With one of these listeners it stays, though no script can reach it. */
  override onListenersChanged(): void {
    const isHeard = this.listeners.some(({ type }) => heldFor.includes(type));
    this.session.connections.hold(this, isHeard && !this.isClosePending);
  }

  /** Creates a transaction, active until the running script and its microtasks are over. */
  begin(
    scope: ReadonlyMap<string, Store>,
    mode: 'readonly' | 'readwrite',
    durability: DurabilityHint,
  ): Transaction {
    const id = ++this.#lastTransaction;
    const transaction = new Transaction(this, id, mode, durability, scope, null);
    this.#transactions.add(transaction);
    const { stores } = transaction.begin(this.session.claims);
    const modeNumber = TransactionMode[mode];
    this.client.begin(this.id, id, modeNumber, Durability[durability], stores, transaction);
    this.session.pool.whenSettled(transaction);
    return transaction;
  }

  /** Takes over the upgrade transaction that the worker has begun. */
  beginUpgrade(openRequest: OpenRequest, oldVersion: number): Transaction {
    const { stores } = this.schema;
    const id = UPGRADE_TRANSACTION;
    const transaction = new Transaction(this, id, 'versionchange', 'default', stores, openRequest);
    transaction.state = 'inactive';
    this.#transactions.add(transaction);
    this.#versionBefore = oldVersion;
    this.schema.beginUpgrade();
    this.upgrade = transaction;
    this.client.register(this.id, id, transaction);
    return transaction;
  }

  /** https://w3c.github.io/IndexedDB/#abort-an-upgrade-transaction */
  revertUpgrade(): void {
    this.version = this.#versionBefore;
    this.schema.revert();
    this.isClosePending = true;
  }

  /** The worker has ended a transaction. */
  forget(transaction: Transaction): void {
    this.#transactions.delete(transaction);
  }

  /** https://w3c.github.io/IndexedDB/#close-a-database-connection; the worker does the waiting. */
  close(): void {
    if (this.isClosePending) return;
    this.isClosePending = true;
    this.session.connections.hold(this, false);
    this.client.send({ t: 'close', connection: this.id });
  }

  /** https://w3c.github.io/IndexedDB/#close-a-database-connection with the forced flag. */
  closeByForce(): void {
    this.isClosePending = true;
    for (const transaction of [...this.#transactions]) {
      transaction.abort(domError('AbortError', 'The connection was closed.'));
    }
  }
}
