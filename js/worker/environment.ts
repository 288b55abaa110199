// What the host needs of the platform it runs on, in one place: a browser's dedicated worker, or
// Node in a test.
import type { StorageKind } from '../channel/messages';
import type { PostTask } from '../channel/task-queue';
import type { Clock } from '../opfs/back-off';
import type { Storage } from '../opfs/storage';
import type { FlowModule } from './flow-module';

/** The host's end of the channel to a page. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

export interface Environment {
  /**
   * Finds out whether databases can be kept there. Rejects with StorageError or Failure when they
   * can't.
   */
  openStorage(kind: StorageKind): Promise<Storage>;

  /**
   * A loader of the module: begins to compile at once, and each call makes a fresh instance with
   * its own heap.
   */
  moduleLoader(wasmUrl: string): () => Promise<FlowModule>;

  readonly postTask: PostTask;

  readonly clock: Clock;

  /** Whether those who ask run on this thread, too: it is theirs while the host has no work. */
  readonly isShared: boolean;
}
