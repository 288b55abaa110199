// The typed border to wasm/bindings.cc: its plain functions, dressed as the objects that
// flow-module.ts describes. Addresses and numbers cross as they are, text through the heap.
import type { SyncHandle } from '../opfs/storage';
import type { FlowDatabase, FlowDatabaseClass, FlowModule, TakeReplies } from './flow-module';

/** What the glue that Emscripten made exports as its default: an asynchronous constructor. */
export type CreateFlowExports = (options: FlowExportsOptions) => Promise<FlowExports>;

export interface FlowExportsOptions {
  /**
   * Compiles and instantiates flowdb.wasm with these imports and hands the result to `done`. The
   * glue itself fetches nothing, so that the same module runs in a worker and in Node.
   */
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module?: WebAssembly.Module) => void,
  ): object;

  /** The files that databases are opened on, by number. May be changed at any time. */
  flowFiles: (SyncHandle | undefined)[];

  /** Takes replies that leave the heap early. May be changed at any time. */
  flowReplies: TakeReplies;
}

type Address = number;
/** The address of a database. */
type It = number;

/** The functions of bindings.cc. `Length`: of text that _flow_text() then has the address of. */
type Length = number;
export interface FlowExports {
  readonly HEAPU8: Uint8Array;
  readonly flowFiles: (SyncHandle | undefined)[];
  flowReplies: TakeReplies;
  _flow_text(): Address;
  _flow_argument(bytes: number): Address;
  _flow_constants(): Length;
  _flow_error_code(): number;
  _flow_error_message(): Length;
  _flow_open(container: number, log: number, memtableBytes: number, cacheBytes: number): It;
  _flow_delete(it: It): void;
  _flow_schema(it: It): Length;
  _flow_begin(it: It, mode: number, durability: number): number;
  _flow_begin_upgrade(it: It, version: number): number;
  _flow_is_open(it: It, transaction: number): number;
  _flow_allocate(it: It, bytes: number): Address;
  _flow_execute(it: It, transaction: number, connection: number, id: number, n: number): number;
  _flow_backfill(it: It, transaction: number): Length;
  _flow_end_backfill(it: It, transaction: number): void;
  _flow_stage_commit(it: It, transaction: number, connection: number, id: number): void;
  _flow_commit_staged(it: It): number;
  _flow_abort(it: It, transaction: number, connection: number, id: number, code: number): void;
  _flow_reply_address(it: It): Address;
  _flow_reply_length(it: It): number;
  _flow_clear_replies(it: It): void;
  _flow_maintain(it: It, budgetUs: number): number;
  _flow_mark_deleted(it: It): number;
  _flow_stats(it: It): Length;
  _flow_close(it: It): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where the module's text lies. */
class Texts {
  readonly #exports: FlowExports;

  constructor(exports: FlowExports) {
    this.#exports = exports;
  }

  /** The text that a call has just handed out. */
  take(length: Length): string {
    const at = this.#exports._flow_text();
    return decoder.decode(this.#exports.HEAPU8.subarray(at, at + length));
  }

  /** Hands text in, for the next call. */
  give(text: string): void {
    const bytes = encoder.encode(text);
    const at = this.#exports._flow_argument(bytes.length);
    this.#exports.HEAPU8.set(bytes, at);
  }
}

/** The module over its exports. */
export function flowModule(exports: FlowExports): FlowModule {
  const texts = new Texts(exports);
  const Database: FlowDatabaseClass = {
    open(containerFile, logFile, nameJson, memtableBytes, blockCacheBytes) {
      texts.give(nameJson);
      const it = exports._flow_open(containerFile, logFile, memtableBytes, blockCacheBytes);
      return it === 0 ? null : new BoundDatabase(exports, texts, it);
    },
  };
  return {
    get HEAPU8() {
      return exports.HEAPU8;
    },
    flowFiles: exports.flowFiles,
    get flowReplies() {
      return exports.flowReplies;
    },
    set flowReplies(take) {
      exports.flowReplies = take;
    },
    Database,
    constants: () => texts.take(exports._flow_constants()),
    lastErrorCode: () => exports._flow_error_code(),
    lastErrorMessage: () => texts.take(exports._flow_error_message()),
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
    return this.#texts.take(this.#exports._flow_schema(this.#it));
  }
  begin(mode: number, durability: number): number {
    return this.#exports._flow_begin(this.#it, mode, durability);
  }
  beginUpgrade(version: number): number {
    return this.#exports._flow_begin_upgrade(this.#it, version);
  }
  isOpen(transaction: number): boolean {
    return this.#exports._flow_is_open(this.#it, transaction) !== 0;
  }
  allocate(bytes: number): Address {
    return this.#exports._flow_allocate(this.#it, bytes);
  }
  execute(transaction: number, connection: number, id: number, length: number): number {
    return this.#exports._flow_execute(this.#it, transaction, connection, id, length);
  }
  backfill(transaction: number): string {
    return this.#texts.take(this.#exports._flow_backfill(this.#it, transaction));
  }
  endBackfill(transaction: number): void {
    this.#exports._flow_end_backfill(this.#it, transaction);
  }
  stageCommit(transaction: number, connection: number, id: number): void {
    this.#exports._flow_stage_commit(this.#it, transaction, connection, id);
  }
  commitStaged(): number {
    return this.#exports._flow_commit_staged(this.#it);
  }
  abort(transaction: number, connection: number, id: number, code: number, message: string): void {
    this.#texts.give(message);
    this.#exports._flow_abort(this.#it, transaction, connection, id, code);
  }
  replyAddress(): Address {
    return this.#exports._flow_reply_address(this.#it);
  }
  replyLength(): number {
    return this.#exports._flow_reply_length(this.#it);
  }
  clearReplies(): void {
    this.#exports._flow_clear_replies(this.#it);
  }
  maintain(budgetUs: number): number {
    return this.#exports._flow_maintain(this.#it, budgetUs);
  }
  markDeleted(): number {
    return this.#exports._flow_mark_deleted(this.#it);
  }
  stats(): string {
    return this.#texts.take(this.#exports._flow_stats(this.#it));
  }
  close(): number {
    return this.#exports._flow_close(this.#it);
  }
  delete(): void {
    this.#exports._flow_delete(this.#it);
  }
}
