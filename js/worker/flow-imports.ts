// What flowdb.wasm asks of JavaScript, as wasm/imports.h declares it: the calls of the files'
// handles, the clock, random numbers. All numbers; bytes cross through the heap.
import type { SyncHandle } from '../opfs/storage';
import type { TakeReplies } from './flow-module';

/** The state that the imports of one instance share with the one who made it. */
export class FlowSurroundings {
  readonly files: (SyncHandle | undefined)[] = [];
  takeReplies: TakeReplies = () => {};
  #memory: WebAssembly.Memory | undefined;
  #heap = new Uint8Array();
  #fileError: unknown;

  /** The heap as it is now. */
  get heap(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#memory as { buffer: ArrayBuffer };
    if (this.#heap.buffer !== buffer) this.#heap = new Uint8Array(buffer);
    return this.#heap;
  }

  set memory(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  readonly imports: WebAssembly.Imports = {
    flow: {
      read: (file: number, at: number, buffer: number, length: number) =>
        this.#call(file, (handle) => handle.read(this.#bytes(buffer, length), { at })),
      write: (file: number, at: number, buffer: number, length: number) =>
        this.#call(file, (handle) => handle.write(this.#bytes(buffer, length), { at })),
      truncate: (file: number, size: number) =>
        this.#call(file, (handle) => handle.truncate(size)),
      flush: (file: number) => this.#call(file, (handle) => handle.flush()),
      size: (file: number) => this.#call(file, (handle) => handle.getSize()),
      error: (out: number, room: number) =>
        new TextEncoder().encodeInto(String(this.#fileError), this.#bytes(out, room)).written,
      replies: (replies: number, length: number) =>
        this.takeReplies(this.heap.slice(replies, replies + length)),
      random: (out: number, length: number) => {
        crypto.getRandomValues(this.#bytes(out, length));
      },
      now: () => Date.now(),
    },
    // What Emscripten's library asks for: it ends the program to abort, and tells that the heap has
    // grown, which `heap` sees for itself.
    wasi_snapshot_preview1: {
      proc_exit: () => {
        throw new WebAssembly.RuntimeError('aborted');
      },
    },
    env: { emscripten_notify_memory_growth: () => {} },
  };

  #bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.heap.subarray(at, at + length);
  }

  #call(file: number, call: (handle: SyncHandle) => number | void): number {
    try {
      return call(this.files[file] as SyncHandle) ?? 0;
    } catch (error) {
      this.#fileError = error;
      return (error as Error | undefined)?.name === 'QuotaExceededError' ? -2 : -1;
    }
  }
}
