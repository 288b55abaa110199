// An open database: which of its transactions run, and what they execute. All that waits is
// executed first, then everything that was committed meanwhile is written at once.
import { Durability, SectionKind, TransactionMode, UPGRADE_TRANSACTION } from '../channel/protocol';
import type { ErrorData } from '../channel/status';
import { errorData, StatusCode } from '../channel/status';
import { runBackfill } from './backfill';
import { Company } from './company';
import type { Connection } from './connection';
import type { Engine } from './engine';
import type { Outbox } from './outbox';
import { Scheduler } from './scheduler';
import { readBegin } from './sections';
import type { Section } from './sections';
import { Transaction } from './transaction';

/** More than these bytes of replies leave the heap before the turn is over. */
const replyBytesMax = 1 << 20;

/** What maintain() answers, but for 0: nothing is left to do. */
const upkeep = { pending: 1, failed: 2 };

/** After about these bytes of commands somebody looks at the clock, where that is called for. */
const splitBytes = 64 * 1024;

export class Database {
  readonly engine: Engine;
  /** Whether the catalogue is known to have its present version. */
  isListed = false;
  #isClosed = false;
  #failure: ErrorData | undefined;
  #lost: ErrorData | undefined;
  readonly #outbox: Outbox;
  readonly #scheduler = new Scheduler<Transaction>();
  readonly #company = new Company();
  #runnable: Transaction[] = [];
  #staged: Transaction[] = [];

  constructor(engine: Engine, outbox: Outbox) {
    this.engine = engine;
    this.#outbox = outbox;
  }

  /** Whether the engine must not be called any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Why it was abandoned, if it was. */
  get failure(): ErrorData | undefined {
    return this.#failure;
  }

  /** Why nothing can be written until the database is opened again, if that is so. */
  get lost(): ErrorData | undefined {
    return this.#lost;
  }

  /** Closes cleanly. What is live is aborted, and only abandon() may follow then. */
  close(): void {
    this.#isClosed = true;
    this.engine.close();
  }

  /** Deletes the database. No transaction may be live. */
  remove(): Promise<void> {
    this.#isClosed = true;
    return this.engine.remove();
  }

  /**
   * Lets go of the files at once and forgets all transactions; the next open recovers what was
   * committed.
   */
  abandon(failure: ErrorData): void {
    this.#failure = failure;
    this.#isClosed = true;
    this.#runnable = [];
    this.#staged = [];
    this.engine.files.close();
  }

  /** Whether work() has something to do. */
  get hasWork(): boolean {
    return this.#runnable.length > 0 || this.#staged.length > 0;
  }

  /**
   * Begins the upgrade of a connection. No other transaction may be live.
   * @param onEnd called when it is over, before the page is told
   * @returns resolves behind that; never when the database is abandoned. Throws Failure.
   */
  beginUpgrade(
    connection: Connection,
    version: number,
    onEnd: (isCommitted: boolean) => void,
  ): Promise<void> {
    const transaction = new Transaction(connection, UPGRADE_TRANSACTION, true, 0, []);
    transaction.handle = this.engine.calls.beginUpgrade(version);
    if (transaction.handle === 0) throw this.engine.lastFailure();
    transaction.state = 'ready';
    connection.live.set(transaction.id, transaction);
    return new Promise((resolve) => {
      transaction.onEnd = (isCommitted) => {
        onEnd(isCommitted);
        resolve();
      };
    });
  }

  /**
   * Takes a section in. Sections of transactions that are over are passed over: the page could not
   * know yet.
   * @returns what is wrong with it, if anything
   */
  accept(connection: Connection, section: Section): string | undefined {
    if (section.kind === SectionKind.begin) return this.#begin(connection, section);
    const transaction = connection.live.get(section.transaction);
    if (transaction === undefined) {
      const isOver = section.transaction <= connection.lastTransaction;
      return isOver ? undefined : `transaction ${section.transaction} was not begun`;
    }
    transaction.queue.push(section);
    if (transaction.state === 'ready') this.#enqueue(transaction);
    // One that still waits for its locks gives up its place at once.
    if (transaction.state === 'waiting' && section.kind === SectionKind.abort) {
      this.#abort(transaction, StatusCode.ok, '');
    }
    return undefined;
  }

  /**
   * Executes what waits, until the deadline.
   * @param isCommitting false puts off writing, as long as only that is left and somebody could join
   *   it, so that the next messages can
   * @param isSplitting whether the deadline holds within a section, too
   * @returns whether data was written
   */
  work(isPast: () => boolean, isCommitting: boolean, isSplitting: boolean): boolean {
    let hasWritten = false;
    for (;;) {
      for (let next = this.#runnable.shift(); next !== undefined; next = this.#runnable.shift()) {
        next.isQueued = false;
        this.#runSections(next, isPast, isSplitting);
        if (this.hasWork && isPast()) return hasWritten;
      }
      if (this.#staged.length === 0) return hasWritten;
      const writers = this.#staged.filter(({ isWriter }) => isWriter).length;
      if (writers > 0 && !isCommitting && this.#canBeJoined()) return hasWritten;
      this.#commitStaged();
      if (writers > 0) this.#company.written(writers);
      hasWritten ||= writers > 0;
      if (this.hasWork && isPast()) return hasWritten;
    }
  }

  /**
   * Does a slice of the engine's upkeep. One that fails has changed nothing that was committed, and
   * unless the engine is lost by it, the next write tells what is the matter.
   * @param budgetUs in microseconds
   * @param tidies whether a long log is written to a table and the container tidied, too
   * @returns whether there is more to do
   */
  maintain(budgetUs: number, tidies: boolean): boolean {
    const answer = this.engine.calls.maintain(budgetUs, tidies);
    if (answer === upkeep.failed) this.#noticeLoss(this.engine.lastFailure().message);
    return answer === upkeep.pending;
  }

  /** Hands the replies in the heap to the outbox. */
  takeReplies(): void {
    this.#outbox.add(this.engine.takeReplies());
  }

  /** Ends all transactions of a connection that is closed by force. */
  abortAll(connection: Connection, code: number, message: string): void {
    for (const transaction of [...connection.live.values()]) {
      if (transaction.state !== 'staged') this.#abort(transaction, code, message);
    }
  }

  #begin(connection: Connection, section: Section): string | undefined {
    const begin = readBegin(section.body);
    if (typeof begin === 'string') return begin;
    if (section.transaction <= connection.lastTransaction) {
      return `BEGIN: transaction ${section.transaction} after ${connection.lastTransaction}`;
    }
    connection.lastTransaction = section.transaction;
    const isWriter = begin.mode === TransactionMode.readwrite;
    const { durability, stores } = begin;
    const id = section.transaction;
    const transaction = new Transaction(connection, id, isWriter, durability, stores);
    connection.live.set(transaction.id, transaction);
    if (this.#scheduler.add(transaction)) transaction.state = 'ready';
    return undefined;
  }

  #enqueue(transaction: Transaction): void {
    if (transaction.isQueued) return;
    transaction.isQueued = true;
    this.#runnable.push(transaction);
  }

  // Each is let go of before the next: they may hold much.
  #runSections(transaction: Transaction, isPast: () => boolean, isSplitting: boolean): void {
    if (transaction.handle === 0 && !this.#start(transaction)) return;
    const { queue } = transaction;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.kind === SectionKind.requests) {
        const rest = this.#execute(transaction, next.body, isSplitting ? isPast : undefined);
        // A large transaction writes before it is committed.
        if (transaction.isWriter) this.#noticeLoss('');
        if (rest.length > 0) queue.unshift({ ...next, body: rest });
      } else if (next.kind === SectionKind.commit) this.#stage(transaction);
      else this.#abort(transaction, StatusCode.ok, '');
      if (transaction.state !== 'ready') queue.splice(0);
      if (queue.length > 0 && isPast()) {
        this.#enqueue(transaction);
        return;
      }
    }
  }

  // Its snapshot is taken here. Nothing that it could see was committed since it got its locks.
  #start(transaction: Transaction): boolean {
    const { engine } = this;
    const mode = transaction.isWriter ? TransactionMode.readwrite : TransactionMode.readonly;
    transaction.handle = engine.calls.begin(mode, transaction.durability);
    if (transaction.handle !== 0) return true;
    const { status, message } = engine.lastFailure().data;
    this.#abort(transaction, status, message);
    return false;
  }

  /** @returns what is left to do when the deadline is past, or the transaction over */
  #execute(transaction: Transaction, commands: Uint8Array, isPast?: () => boolean): Uint8Array {
    const { calls } = this.engine;
    const { handle, id } = transaction;
    const take = (replies: Uint8Array<ArrayBuffer>) => {
      this.#outbox.add(replies);
      this.#outbox.flush();
    };
    const bytesMax = isPast === undefined ? undefined : splitBytes;
    let rest = commands;
    while (rest.length > 0) {
      const consumed = this.engine.execute(transaction, rest, take, bytesMax);
      if (consumed === undefined) {
        this.#abort(transaction, StatusCode.out_of_memory, '');
        return rest;
      }
      rest = rest.subarray(consumed);
      if (calls.replyLength() > replyBytesMax) take(this.engine.takeReplies());
      if (calls.isOpen(handle) && id === UPGRADE_TRANSACTION) {
        const problem = runBackfill(this.engine, transaction, () => this.takeReplies());
        if (problem !== undefined) {
          this.#abort(transaction, problem.status, problem.message);
          return rest;
        }
      }
      if (!calls.isOpen(handle)) {
        this.#end(transaction, false);
        return rest;
      }
      if (isPast?.() === true) break;
    }
    return rest;
  }

  #stage(transaction: Transaction): void {
    this.engine.calls.stageCommit(transaction.handle, transaction.connection.id, transaction.id);
    transaction.state = 'staged';
    this.#staged.push(transaction);
  }

  // Sharing a flush is worth the wait always.
  #canBeJoined(): boolean {
    const isStrict = this.#staged.some(({ durability }) => durability === Durability.strict);
    return isStrict || this.#company.isLikely || this.#scheduler.size > this.#staged.length;
  }

  #commitStaged(): void {
    const staged = this.#staged;
    this.#staged = [];
    const { calls } = this.engine;
    const isCommitted = calls.commitStaged() === StatusCode.ok;
    if (!isCommitted) this.#noticeLoss(this.engine.lastFailure().message);
    // Out of the heap at once: whatever happens next, the page has to learn of these.
    this.takeReplies();
    for (const transaction of staged) this.#end(transaction, isCommitted);
  }

  #abort(transaction: Transaction, code: number, message: string): void {
    const { handle, connection, id } = transaction;
    if (handle === 0) this.#outbox.addAborted(connection.id, id, code, message);
    else this.engine.calls.abort(handle, connection.id, id, code, message);
    this.#end(transaction, false);
  }

  /** @param why '' when the page has been told */
  #noticeLoss(why: string): void {
    if (this.#lost !== undefined || this.engine.calls.acceptsWrites()) return;
    this.#lost = errorData(StatusCode.closed, why);
  }

  #end(transaction: Transaction, isCommitted: boolean): void {
    transaction.state = 'ended';
    if (transaction.queue.length > 0) transaction.queue.splice(0);
    transaction.connection.live.delete(transaction.id);
    transaction.onEnd?.(isCommitted);
    for (const next of this.#scheduler.end(transaction)) {
      next.state = 'ready';
      if (next.queue.length > 0) this.#enqueue(next);
    }
  }
}
