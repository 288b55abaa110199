// The one instance of the WebAssembly module in this worker, and the open files it uses. All
// databases share its heap. After a trap it is thrown away and the next open gets a fresh one.
import type { SyncHandle } from '../opfs/storage';
import { Failure, failureData } from './failure';
import type { FlowModule } from './flow-module';

export class ModuleHolder {
  readonly #load: () => Promise<FlowModule>;
  #instance: Promise<FlowModule> | undefined;

  constructor(load: () => Promise<FlowModule>) {
    this.#load = load;
  }

  /**
   * The module, instantiated at the first call. A failed load is tried again by the next call.
   * Rejects with Failure.
   */
  get(): Promise<FlowModule> {
    if (this.#instance === undefined) {
      const loading = this.#load().catch((error: unknown) => {
        if (this.#instance === loading) this.#instance = undefined;
        throw new Failure(failureData(error));
      });
      this.#instance = loading;
    }
    return this.#instance;
  }

  /** Forgets the instance: its heap may be in any state. */
  discard(): void {
    this.#instance = undefined;
  }
}

/** Gives a file a number that the module knows it by. */
export function addFile(module: FlowModule, file: SyncHandle): number {
  const free = module.flowFiles.indexOf(undefined);
  const slot = free === -1 ? module.flowFiles.length : free;
  module.flowFiles[slot] = file;
  return slot;
}

export function dropFile(module: FlowModule, slot: number): void {
  module.flowFiles[slot] = undefined;
}
