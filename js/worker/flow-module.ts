// The WebAssembly module as the worker sees it: what flow-exports.ts makes of it. Nothing here
// throws for a reason that a user can cause; outcomes are codes of src/util/status.h, 0 for
// success.
import type { SyncHandle } from '../opfs/storage';

/** Takes whole replies; the buffer is of exactly their length. */
export type TakeReplies = (replies: Uint8Array<ArrayBuffer>) => void;

export interface FlowModule {
  /** The heap. Replaced when the memory grows: to be read anew after every call of the module. */
  readonly HEAPU8: Uint8Array;
  readonly flowFiles: (SyncHandle | undefined)[];
  /**
   * Called during execute() with replies that the heap shall not hold all at once. What
   * replyAddress() has afterwards comes behind them.
   */
  flowReplies: TakeReplies;
  readonly Database: FlowDatabaseClass;

  /** Outcome of the last call that failed, of any database: its status code and its message. */
  lastErrorCode(): number;
  lastErrorMessage(): string;
}

export interface FlowDatabaseClass {
  /**
   * Opens or creates a database in two open files, and recovers what the log holds.
   * @param containerFile the place of flow.db in `flowFiles`
   * @param logFile the place of flow.wal
   * @param nameJson the name as JSON text, for a database that is created
   * @param memtableBytes how much is kept in memory before it is written to a table; 0: default
   * @param blockCacheBytes memory for blocks that were read; 0: default
   * @returns null when it failed: see lastErrorCode. The files are then no longer used, and remain
   *   the caller's to close, as always. not_found: the files were marked by markDeleted(), and
   *   the owner has to finish the deletion.
   */
  open(
    containerFile: number,
    logFile: number,
    nameJson: string,
    memtableBytes: number,
    blockCacheBytes: number,
  ): FlowDatabase | null;
}

/** One open database. */
export interface FlowDatabase {
  /**
   * The committed schema as JSON text, a `FlowSchema`. Before the first upgrade its version is 0.
   */
  schema(): string;

  /**
   * Begins a transaction. It sees what is committed now, and its own writes. Scope and order are
   * the caller's business; mode is not: a write in a readonly transaction is an error reply.
   * @param mode 0 readonly, 1 readwrite
   * @param durability 0 default, 1 relaxed, 2 strict
   * @returns a handle, above 0; or 0: see lastErrorCode
   */
  begin(mode: number, durability: number): number;

  /**
   * Begins the transaction that changes the schema. No other transaction may be open until it is
   * over.
   * @returns a handle, above 0; or 0: see lastErrorCode (invalid_argument: others are open, or the
   *   version is no integer above the present one)
   */
  beginUpgrade(version: number): number;

  /**
   * Whether the handle's transaction takes further calls. It does not once it was staged or
   * aborted, by the caller or by a failure without a request id.
   */
  isOpen(transaction: number): boolean;

  /**
   * Room for the commands of the next execute(). Gives up the room of the call before.
   * @returns its address in HEAPU8; 0 when there is no memory
   */
  allocate(bytes: number): number;

  /**
   * Executes the commands at the start of the allocated room (the inside of a REQUESTS section) and
   * appends their replies. A failure of a command without a request id, or a malformed one whose
   * end is unknown, aborts the transaction: ERROR and ABORTED are appended, isOpen() is false and
   * the rest is passed over.
   * @returns the bytes consumed: up to the end, or up to behind a CREATE_INDEX on a store with
   *   records. backfill() then says, also where that was the last command, what is to be done before
   *   the rest may be executed; until endBackfill() only SCAN and BACKFILL are.
   */
  execute(
    transaction: number,
    connectionId: number,
    transactionId: number,
    length: number,
  ): number;

  /**
   * The index that waits for BACKFILL commands, a `FlowBackfill` as JSON text; '' when none does.
   */
  backfill(transaction: number): string;
  /** Tells that all records were sent: the rest of the commands may be executed. */
  endBackfill(transaction: number): void;

  /** Ends a transaction: it will be part of the next commitStaged(). */
  stageCommit(transaction: number, connectionId: number, transactionId: number): void;

  /**
   * Commits all staged transactions with one write to the log, and one flush when one of them is
   * strict; appends COMMITTED or ABORTED for each, in the order of staging.
   * @returns 0, or the first failure's code
   */
  commitStaged(): number;

  /** Whether transactions may still write; else only when the database was opened again. */
  acceptsWrites(): boolean;

  /**
   * Ends a transaction without a trace and appends ABORTED.
   * @param code 0 when the page asked for it, else the status code that the page is told
   */
  abort(
    transaction: number,
    connectionId: number,
    transactionId: number,
    code: number,
    message: string,
  ): void;

  /**
   * The replies that were appended since clearReplies(): `replyLength()` bytes of HEAPU8 from here.
   */
  replyAddress(): number;
  replyLength(): number;
  clearReplies(): void;

  /**
   * Does a piece of the pending maintenance, of about that many microseconds.
   * @param tidies whether a long log is written to a table and the container tidied, too, once
   *   nothing else is left
   * @returns 0 nothing is left, 1 more is pending, 2 it failed: see lastErrorCode
   */
  maintain(budgetUs: number, tidies: boolean): number;

  /** Marks the files as being deleted, durably. The files themselves are removed by the caller. */
  markDeleted(): number;

  /** Counters, an object of numbers as JSON text. */
  stats(): string;

  /**
   * Aborts what is open (without replies), writes a last checkpoint and cuts the log. Afterwards
   * only delete() may be called. Returns a status code; the data is safe in the log when it is not
   * 0.
   */
  close(): number;

  /**
   * Frees the object, without close() as a killed process would. Every object needs it in the end.
   */
  delete(): void;
}

/** What `schema()` holds. Ids of stores and indexes come from one counter and are never reused. */
export interface FlowSchema {
  name: string;
  version: number;
  /** The smallest id that the next CREATE_STORE or CREATE_INDEX may use. */
  nextId: number;
  stores: FlowStoreSchema[];
}

export interface FlowStoreSchema {
  id: number;
  name: string;
  keyPath: string | string[] | null;
  autoIncrement: boolean;
  indexes: FlowIndexSchema[];
}

export interface FlowIndexSchema {
  id: number;
  name: string;
  keyPath: string | string[];
  unique: boolean;
  multiEntry: boolean;
}

/** What `backfill()` holds. */
export interface FlowBackfill {
  store: number;
  index: FlowIndexSchema;
}
