// The typed border to wasm/bindings.cc: its plain functions, dressed as the objects that
// flow-module.ts describes. Addresses and numbers cross as they are, text through the heap.
import type { FlowSurroundings } from './flow-imports';
import type { FlowDatabase, FlowDatabaseClass, FlowModule } from './flow-module';

type Address = number;
/** The address of a database. */
type It = number;

/** Of text that flow_text() then has the address of. */
type Length = number;

/** The functions of bindings.cc. */
export interface FlowExports {
  readonly memory: WebAssembly.Memory;
  /** Runs the constructors of the C++ code; to be called before all else. */
  _initialize(): void;
  flow_text(): Address;
  flow_argument(bytes: number): Address;
  flow_error_code(): number;
  flow_error_message(): Length;
  flow_open(container: number, log: number, memtableBytes: number, cacheBytes: number): It;
  flow_delete(it: It): void;
  flow_schema(it: It): Length;
  flow_begin(it: It, mode: number, durability: number): number;
  flow_begin_upgrade(it: It, version: number): number;
  flow_is_open(it: It, transaction: number): number;
  flow_allocate(it: It, bytes: number): Address;
  flow_execute(it: It, transaction: number, connection: number, id: number, n: number): number;
  flow_backfill(it: It, transaction: number): Length;
  flow_end_backfill(it: It, transaction: number): void;
  flow_stage_commit(it: It, transaction: number, connection: number, id: number): void;
  flow_commit_staged(it: It): number;
  flow_accepts_writes(it: It): number;
  flow_abort(it: It, transaction: number, connection: number, id: number, code: number): void;
  flow_reply_address(it: It): Address;
  flow_reply_length(it: It): number;
  flow_clear_replies(it: It): void;
  flow_maintain(it: It, budgetUs: number, tidies: boolean): number;
  flow_mark_deleted(it: It): number;
  flow_stats(it: It): Length;
  flow_close(it: It): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where the module's text lies. */
class Texts {
  readonly #exports: FlowExports;
  readonly #around: FlowSurroundings;

  constructor(exports: FlowExports, around: FlowSurroundings) {
    this.#exports = exports;
    this.#around = around;
  }

  /** The text that a call has just handed out. */
  take(length: Length): string {
    const at = this.#exports.flow_text();
    return decoder.decode(this.#around.heap.subarray(at, at + length));
  }

  /** Hands text in, for the next call. */
  give(text: string): void {
    const bytes = encoder.encode(text);
    const at = this.#exports.flow_argument(bytes.length);
    this.#around.heap.set(bytes, at);
  }
}

/** The module over an instance whose imports are `around`. */
export function flowModule(exports: FlowExports, around: FlowSurroundings): FlowModule {
  const texts = new Texts(exports, around);
  const Database: FlowDatabaseClass = {
    open(containerFile, logFile, nameJson, memtableBytes, blockCacheBytes) {
      texts.give(nameJson);
      const it = exports.flow_open(containerFile, logFile, memtableBytes, blockCacheBytes);
      return it === 0 ? null : new BoundDatabase(exports, texts, it);
    },
  };
  return {
    get HEAPU8() {
      return around.heap;
    },
    flowFiles: around.files,
    get flowReplies() {
      return around.takeReplies;
    },
    set flowReplies(take) {
      around.takeReplies = take;
    },
    Database,
    lastErrorCode: () => exports.flow_error_code(),
    lastErrorMessage: () => texts.take(exports.flow_error_message()),
  };
}

class BoundDatabase implements FlowDatabase {
  readonly #exports: FlowExports;
  readonly #texts: Texts;
  readonly #it: It;

  constructor(exports: FlowExports, texts: Texts, it: It) {
    this.#exports = exports;
    this.#texts = texts;
    this.#it = it;
  }

  schema(): string {
    return this.#texts.take(this.#exports.flow_schema(this.#it));
  }
  begin(mode: number, durability: number): number {
    return this.#exports.flow_begin(this.#it, mode, durability);
  }
  beginUpgrade(version: number): number {
    return this.#exports.flow_begin_upgrade(this.#it, version);
  }
  isOpen(transaction: number): boolean {
    return this.#exports.flow_is_open(this.#it, transaction) !== 0;
  }
  allocate(bytes: number): Address {
    return this.#exports.flow_allocate(this.#it, bytes);
  }
  execute(transaction: number, connection: number, id: number, length: number): number {
    return this.#exports.flow_execute(this.#it, transaction, connection, id, length);
  }
  backfill(transaction: number): string {
    return this.#texts.take(this.#exports.flow_backfill(this.#it, transaction));
  }
  endBackfill(transaction: number): void {
    this.#exports.flow_end_backfill(this.#it, transaction);
  }
  stageCommit(transaction: number, connection: number, id: number): void {
    this.#exports.flow_stage_commit(this.#it, transaction, connection, id);
  }
  commitStaged(): number {
    return this.#exports.flow_commit_staged(this.#it);
  }
  acceptsWrites(): boolean {
    return this.#exports.flow_accepts_writes(this.#it) !== 0;
  }
  abort(transaction: number, connection: number, id: number, code: number, message: string): void {
    this.#texts.give(message);
    this.#exports.flow_abort(this.#it, transaction, connection, id, code);
  }
  replyAddress(): Address {
    return this.#exports.flow_reply_address(this.#it);
  }
  replyLength(): number {
    return this.#exports.flow_reply_length(this.#it);
  }
  clearReplies(): void {
    this.#exports.flow_clear_replies(this.#it);
  }
  maintain(budgetUs: number, tidies: boolean): number {
    return this.#exports.flow_maintain(this.#it, budgetUs, tidies);
  }
  markDeleted(): number {
    return this.#exports.flow_mark_deleted(this.#it);
  }
  stats(): string {
    return this.#texts.take(this.#exports.flow_stats(this.#it));
  }
  close(): number {
    return this.#exports.flow_close(this.#it);
  }
  delete(): void {
    this.#exports.flow_delete(this.#it);
  }
}
