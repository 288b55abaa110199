// A transaction: its state, the requests that wait for their events, and how it ends.
// Specification: https://w3c.github.io/IndexedDB/#transaction-construct
import type { ChannelClient, TransactionHandler } from '../channel/client';
import type { CommandWriter } from '../channel/command-writer';
import type { PutRecord } from '../channel/commands';
import type { Reply } from '../channel/reply-reader';
import { toDOMException, type ErrorData } from '../channel/status';
import type { Key } from '../codec/key';
import type { Connection } from './connection';
import { domError } from './dom-error';
import { EventNode } from './events/listener';
import type { Delivery, Settling } from './events/delivery-pool';
import { HeldCommands } from './held-commands';
import { IDBTransaction } from './IDBTransaction';
import type { OpenRequest } from './open-request';
import type { PlainKey } from './record-cache';
import { AbortedRequest, Request, type Operation } from './request';
import type { Store } from './schema';
import type { ScopeClaim, ScopeClaims } from './scope-claims';
import { StoreHandle } from './store-handle';
import { AbortedByWorker, TransactionAborted, TransactionCompleted } from './transaction-end';
import { internal } from './webidl/interface-shape';

export type Mode = 'readonly' | 'readwrite' | 'versionchange';
export type DurabilityHint = 'default' | 'relaxed' | 'strict';
/** Takes the answer to a command that no request has asked for. */
export interface ReadAheadHandler {
  onReply(reply: Reply): void;
}

/** With more changed records of a store, it is all of them. */
const changesMax = 256;

/** How many requests that had their events may stay on the list. */
const listMax = 256;
type State = 'active' | 'inactive' | 'committing' | 'finished';

/** So many bytes a transaction may be ahead of the last command whose answer it waits for. */
const aheadBytesMax = 1024 * 1024;

export class Transaction extends EventNode implements Settling, TransactionHandler {
  readonly facade: IDBTransaction;
  readonly connection: Connection;
  readonly id: number;
  readonly mode: Mode;
  readonly durability: DurabilityHint;
  /** The stores by name. That of an upgrade transaction changes with the schema. */
  readonly scope: ReadonlyMap<string, Store>;
  /** The request that an upgrade transaction belongs to. */
  readonly openRequest: OpenRequest | null;

  state: State = 'active';
  error: DOMException | null = null;

  readonly #handles = new Map<Store, StoreHandle>();
  // The request list. Those before #head had their events, those before #answered their answers.
  #requests: Request[] = [];
  #head = 0;
  #answered = 0;
  // Of those answered, the failures that had no event yet.
  #failedAnswers = 0;
  #lastRequestId = 0;
  readonly #readAheads = new Map<number, ReadAheadHandler>();
  // Whether the worker executes its commands at once; see ScopeClaims.
  #hasTurn = false;
  // The plain keys of records that it stores or deletes, by store; null where it may be any.
  #changes: Map<number, Set<PlainKey> | null> | undefined;
  // What the channel had written when it last asked for an answer.
  #askedAt = 0;
  #claim: ScopeClaim | undefined;
  #held: HeldCommands | null = null;
  // Whether the worker was told how it ends.
  #isEnding = false;
  // Whether its `complete` is on its way.
  #isCompleting = false;

  constructor(
    connection: Connection,
    id: number,
    mode: Mode,
    durability: DurabilityHint,
    scope: ReadonlyMap<string, Store>,
    openRequest: OpenRequest | null,
  ) {
    super();
    this.connection = connection;
    this.id = id;
    this.mode = mode;
    this.durability = durability;
    this.scope = scope;
    this.openRequest = openRequest;
    this.facade = new IDBTransaction(internal, this);
  }

  override get parent(): EventNode {
    return this.connection;
  }

  get isLive(): boolean {
    return this.state !== 'finished';
  }

  get #client(): ChannelClient {
    return this.connection.client;
  }

  /** The one handle of a store in this transaction. */
  handleOf(store: Store): StoreHandle {
    let handle = this.#handles.get(store);
    if (handle === undefined) {
      handle = new StoreHandle(store, this);
      this.#handles.set(store, handle);
    }
    return handle;
  }

  // Requests.

  /** The id that the next command's request gets. */
  get nextRequestId(): number {
    return this.#lastRequestId + 1;
  }

  /** Where the transaction's next command is to be written. */
  get commands(): CommandWriter {
    return this.commandsFor(false);
  }

  /** The same, for a command whose success the page decides: `request` is 0 then. */
  commandsFor(isDecided: boolean): CommandWriter {
    // What is decided at once is delivered by a run of the pool, behind which the channel flushes.
    const canWait = isDecided && this.#answered === this.#requests.length;
    return this.#held?.writer ?? this.#client.commands(this.connection.id, this.id, canWait);
  }

  /**
   * Whether the page decides the success of a write that can't fail, so that it needs no answer: a
   * full quota or a damaged file then aborts the transaction. At times an answer is asked for
   * nevertheless: a page that waits for its successes must not get far ahead of the worker.
   */
  get decidesWrites(): boolean {
    const isWriter = this.mode === 'readwrite';
    return isWriter && this.#hasTurn && this.#client.bytesWritten - this.#askedAt < aheadBytesMax;
  }

  /** Holds a put back until its Blobs are read, and all that comes behind it. */
  hold(request: number, store: number, record: PutRecord): void {
    this.#held ??= new HeldCommands(this);
    this.#held.add(request, store, record);
  }

  /** Nothing is held back any more. */
  release(): void {
    this.#held = null;
  }

  /**
   * Places a new request, whose command was written with nextRequestId, or with 0 when the page
   * decides its success.
   * https://w3c.github.io/IndexedDB/#async-execute-request
   */
  place(source: object, operation: Operation, detail?: unknown, isDecided = false): Request {
    const request = new Request(this, source, operation, detail);
    if (isDecided) this.replaceLocally(request);
    else this.replace(request);
    return request;
  }

  /**
   * The answer to a get of a record that the page knows, where that is what it would read. REQUIRES:
   * it only reads.
   */
  known(store: number, key: PlainKey): Reply | undefined {
    if (!this.#hasTurn) return undefined;
    return this.connection.cache?.find(this.connection.name, store, key);
  }

  /** Places a new request that has its answer. */
  placeAnswered(source: object, operation: Operation, reply: Reply): Request {
    const request = new Request(this, source, operation, undefined);
    request.reply = reply;
    this.replaceLocally(request);
    return request;
  }

  /** Its commit may change the record with that key; one that is generated is a new one's. */
  noteChanged({ id }: Store, key: Key | undefined): void {
    if (typeof key !== 'number' && typeof key !== 'string') return;
    const changes = (this.#changes ??= new Map<number, Set<PlainKey> | null>());
    let keys = changes.get(id);
    if (keys === null) return;
    if (keys === undefined) changes.set(id, (keys = new Set()));
    keys.add(key);
    if (keys.size > changesMax) changes.set(id, null);
  }

  /** The same for any record of a store. */
  noteAllChanged({ id }: Store): void {
    (this.#changes ??= new Map<number, Set<PlainKey> | null>()).set(id, null);
  }

  /** Places a request once more, as cursors do. */
  replace(request: Request): void {
    this.#lastRequestId++;
    this.#askedAt = this.#client.bytesWritten;
    request.isLocal = false;
    this.#requests.push(request);
  }

  /** Places a request once more that the page answers by itself, in its turn. */
  replaceLocally(request: Request): void {
    request.isLocal = true;
    this.#requests.push(request);
    this.#deliverLocal();
  }

  /** A command was written with nextRequestId for which no request waits, or not yet. */
  noteReadAhead(handler: ReadAheadHandler): void {
    this.#readAheads.set(++this.#lastRequestId, handler);
  }

  /** Places a request once more that waits for the answer to such a command: answerByReadAhead(). */
  replaceForReadAhead(request: Request): void {
    request.isLocal = false;
    this.#requests.push(request);
  }

  /** @param request placed with replaceForReadAhead() */
  answerByReadAhead(request: Request, reply: Reply): void {
    request.reply = reply;
    request.isLocal = true;
    this.#deliverLocal();
    this.#commitWhenAnswered();
  }

  // What the worker says.

  onReply(reply: Reply): void {
    // Without an id it is the failure of a command that asked for no answer: the abort follows.
    if (!this.isLive || reply.request === 0) return;
    this.#hasTurn = true;
    const readAhead = this.#readAheads.get(reply.request);
    if (readAhead !== undefined) {
      this.#readAheads.delete(reply.request);
      readAhead.onReply(reply);
      return;
    }
    // Answers come in the order of the requests.
    const request = this.#requests[this.#answered];
    if (request === undefined) return;
    if (!reply.ok) this.#failedAnswers++;
    request.reply = reply;
    if (this.mode === 'readonly') request.operation.onAnswer?.(request, reply);
    this.#answered++;
    this.connection.session.deliver(request);
    this.#deliverLocal();
    this.#commitWhenAnswered();
  }

  onCommitted(): void {
    const { name, session } = this.connection;
    for (const [store, keys] of this.#changes ?? []) session.cache.forget(name, store, keys);
    this.connection.forget(this);
    if (!this.#isCompleting) this.#complete();
  }

  onAborted(error: ErrorData | null): void {
    this.connection.forget(this);
    if (this.#isCompleting) return;
    this.#isEnding = true;
    // In its turn: what was answered before has its events first.
    const reason = error === null ? null : toDOMException(error);
    this.connection.session.deliver(new AbortedByWorker(this, reason));
  }

  #deliverLocal(): void {
    for (;;) {
      const request = this.#requests[this.#answered];
      if (request === undefined || !request.isLocal) return;
      if (request.reply?.ok === false) this.#failedAnswers++;
      this.#answered++;
      this.connection.session.deliver(request);
    }
  }

  /** Takes a request off the list: its event is about to be fired. */
  takeDelivered(hasFailed: boolean): void {
    if (hasFailed) this.#failedAnswers--;
    this.#head++;
    if (this.#head === this.#requests.length) {
      this.#requests = [];
      this.#head = this.#answered = 0;
    } else if (this.#head >= listMax && this.#head * 2 >= this.#requests.length) {
      // New ones always come before the last is done: the list would keep all there were.
      this.#requests.splice(0, this.#head);
      this.#answered -= this.#head;
      this.#head = 0;
    }
  }

  /** The answers that wait behind the last one whose event was begun, up to one of another kind. */
  answersBehind(operation: Operation, max: number): readonly Reply[] {
    const replies: Reply[] = [];
    const end = Math.min(this.#answered, this.#head + max);
    for (let i = this.#head; i < end; i++) {
      const request = this.#requests[i];
      const reply = request?.operation === operation ? request.reply : undefined;
      if (reply?.ok !== true) break;
      replies.push(reply);
    }
    return replies;
  }

  // States.

  /** Claims its stores, as the worker is told to begin it. */
  begin(claims: ScopeClaims): ScopeClaim {
    const claim = {
      database: this.connection.name,
      isWriter: this.mode === 'readwrite',
      stores: Array.from(this.scope.values(), (store) => store.id),
    };
    this.#hasTurn = claims.add(claim);
    this.#askedAt = this.#client.bytesWritten;
    this.#claim = claim;
    return claim;
  }

  /** Its last event is about to be fired. */
  finish(): void {
    this.state = 'finished';
    if (this.#claim !== undefined) this.connection.session.claims.remove(this.#claim);
    this.#claim = undefined;
  }

  activate(): void {
    if (this.state === 'inactive') this.state = 'active';
  }

  /**
   * What follows a request's event.
   * https://w3c.github.io/IndexedDB/#fire-success-event, from step 8
   * @param didThrow whether a listener has thrown
   * @param error the request's, unless the event was cancelled
   */
  deactivate(didThrow: boolean, error: DOMException | null): void {
    if (this.state !== 'active') return;
    this.state = 'inactive';
    if (didThrow) this.abort(domError('AbortError', 'An event listener has thrown.'));
    else if (error !== null) this.abort(error);
    else if (this.#requests.length === 0) this.commit();
  }

  /** https://w3c.github.io/IndexedDB/#cleanup-indexed-database-transactions */
  settle(): void {
    if (this.state === 'active') this.state = 'inactive';
    if (this.state === 'inactive' && this.#requests.length === 0) this.commit();
  }

  /** https://w3c.github.io/IndexedDB/#commit-a-transaction */
  commit(): void {
    this.state = 'committing';
    this.#commitWhenAnswered();
  }

  // The worker would commit in spite of a failed request: it is told when none can fail any more.
  #commitWhenAnswered(): void {
    if (this.state !== 'committing' || this.#isEnding) return;
    if (this.#answered < this.#requests.length || this.#failedAnswers > 0) return;
    this.#isEnding = true;
    const { connection } = this;
    // The worker need not know of one that needed no answer.
    if (this.#hasTurn && this.mode === 'readonly') {
      if (this.#client.withdraw(connection.id, this.id)) {
        connection.forget(this);
        this.#complete();
        return;
      }
    }
    this.#client.commit(connection.id, this.id);
    // What only read and has its answers can't fail any more: its end waits for nobody. Without an
    // answer it may still wait for its turn behind a writer.
    if (this.mode === 'readonly' && this.#lastRequestId > 0) this.#complete();
  }

  #complete(): void {
    this.#isCompleting = true;
    this.connection.session.deliver(new TransactionCompleted(this));
  }

  /** https://w3c.github.io/IndexedDB/#abort-a-transaction */
  abort(error: DOMException | null): void {
    for (const delivery of this.#finishAborted(error)) this.connection.session.deliver(delivery);
  }

  /** The worker has aborted it, in the order of the queue: what follows comes at once. */
  abortInTurn(error: DOMException | null): void {
    this.connection.session.pool.deliverFirst(this.#finishAborted(error));
  }

  #finishAborted(error: DOMException | null): Delivery[] {
    if (!this.isLive || this.#isCompleting) return [];
    if (!this.#isEnding) this.#client.abort(this.connection.id, this.id);
    this.#isEnding = true;
    this.#held = null;
    if (this.mode === 'versionchange') this.connection.revertUpgrade();
    this.state = 'finished';
    this.error = error;
    const pending = this.#requests.slice(this.#head);
    for (const request of pending) request.isAborted = true;
    return [...pending.map((one) => new AbortedRequest(one)), new TransactionAborted(this)];
  }
}
