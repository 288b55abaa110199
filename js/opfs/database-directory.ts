// The directory of one open database: its two files, held, and its entry in the catalogue.
import { untilFree } from './back-off';
import type { Clock } from './back-off';
import { catalogueFile, readCatalogue, writeCatalogue } from './catalogue';
import type { DatabaseFiles } from './storage';
import { nameOf, StorageError } from './storage';

export const containerFile = 'flow.db';
export const logFile = 'flow.wal';

/** How long to wait for another owner to let go of a file. */
export const patienceMs = 5000;

// In this order: without the catalogue file the database is on no list, and without its log a
// container that is marked as deleted still says so.
const removalOrder = [catalogueFile, logFile, containerFile];

interface Parts {
  name: string;
  hash: string;
  root: FileSystemDirectoryHandle;
  folder: FileSystemDirectoryHandle;
  container: FileSystemSyncAccessHandle;
  log: FileSystemSyncAccessHandle;
  release: () => void;
  clock: Clock;
}

export class DatabaseDirectory implements DatabaseFiles {
  readonly #parts: Parts;
  #catalogue: FileSystemSyncAccessHandle | undefined;
  #preparing: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get container(): FileSystemSyncAccessHandle {
    return this.#parts.container;
  }

  get log(): FileSystemSyncAccessHandle {
    return this.#parts.log;
  }

  prepareVersion(): Promise<void> {
    this.#preparing ??= this.#openCatalogue().catch((error: unknown) => {
      this.#preparing = undefined;
      throw error;
    });
    return this.#preparing;
  }

  async #openCatalogue(): Promise<void> {
    const { folder, clock } = this.#parts;
    const open = async () => {
      const file = await folder.getFileHandle(catalogueFile, { create: true });
      return file.createSyncAccessHandle();
    };
    const deadline = clock.now() + patienceMs;
    const handle = await untilFree(open, 'opening the catalogue file', deadline, clock);
    if (this.#isClosed) handle.close();
    else this.#catalogue = handle;
  }

  recordVersion(version: number): void {
    const handle = this.#catalogue;
    if (handle === undefined) return;
    this.#catalogue = undefined;
    this.#preparing = undefined;
    try {
      writeCatalogue(handle, { name: this.#parts.name, version });
    } catch {
      // The container has the truth; the next open writes the entry again.
    } finally {
      handle.close();
    }
  }

  async ensureVersion(version: number): Promise<void> {
    const listed = await readCatalogue(this.#parts.folder);
    if (this.#isClosed || (listed?.version ?? 0) === version) return;
    await this.prepareVersion();
    this.recordVersion(version);
  }

  close(): void {
    this.#closeHandles();
    this.#parts.release();
  }

  async remove(): Promise<void> {
    const { root, folder, hash, release, clock } = this.#parts;
    this.#closeHandles();
    const deadline = clock.now() + patienceMs;
    const removeOne = async (from: FileSystemDirectoryHandle, name: string, recursive: boolean) => {
      const attempt = () => from.removeEntry(name, { recursive });
      try {
        await untilFree(attempt, `removing ${name}`, deadline, clock);
      } catch (error) {
        const isGone = error instanceof StorageError && nameOf(error.cause) === 'NotFoundError';
        if (!isGone) throw error;
      }
    };
    try {
      for (const name of removalOrder) await removeOne(folder, name, false);
      await removeOne(root, hash, true);
    } finally {
      release();
    }
  }

  #closeHandles(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.log.close();
    this.#parts.container.close();
    this.#catalogue?.close();
    this.#catalogue = undefined;
  }
}
