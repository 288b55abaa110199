// Databases in the Origin Private File System: `flowdb/<hash of the name>/` with flow.db, flow.wal
// and the catalogue file. One context owns a database at a time.
import { systemClock, untilFree } from './back-off';
import type { Clock } from './back-off';
import { readCatalogue } from './catalogue';
import { containerFile, DatabaseDirectory, logFile, patienceMs } from './database-directory';
import { markOrigin } from './marker';
import { directoryNameOf, lockNameOf } from './names';
import { holdLock } from './owner-lock';
import type { DatabaseFiles, Listed, Storage } from './storage';
import { nameOf, StorageError } from './storage';

const rootDirectory = 'flowdb';

/** What the browser gives; tests give something smaller. */
export interface Platform {
  storage: Pick<StorageManager, 'getDirectory'> | undefined;
  locks: LockManager | undefined;
  indexedDB: IDBFactory | undefined;
  clock: Clock;
}

/**
 * What this worker's browser gives.
 * @param indexedDB its own, which scripts may have replaced
 */
export function browserPlatform(indexedDB: IDBFactory | undefined): Platform {
  return {
    storage: (navigator as Partial<WorkerNavigator>).storage,
    locks: (navigator as Partial<WorkerNavigator>).locks,
    indexedDB,
    clock: systemClock,
  };
}

export class OpfsStorage implements Storage {
  readonly kind = 'opfs';
  readonly #root: FileSystemDirectoryHandle;
  readonly #platform: Platform;
  readonly #markerName: string;
  #isMarked = false;

  private constructor(root: FileSystemDirectoryHandle, platform: Platform, markerName: string) {
    this.#root = root;
    this.#platform = platform;
    this.#markerName = markerName;
  }

  /**
   * Finds out whether this origin may use OPFS.
   * @param markerName see marker.ts
   * Rejects with StorageError: 'absent' or 'refused' where it may not.
   */
  static async connect(platform: Platform, markerName: string): Promise<OpfsStorage> {
    const { storage } = platform;
    const handle = (globalThis as { FileSystemFileHandle?: { prototype: object } })
      .FileSystemFileHandle;
    const hasHandles = handle === undefined || 'createSyncAccessHandle' in handle.prototype;
    if (typeof storage?.getDirectory !== 'function' || !hasHandles) {
      const text = 'This browser has no Origin Private File System with synchronous access';
      throw new StorageError('absent', text);
    }
    try {
      const origin = await storage.getDirectory();
      const root = await origin.getDirectoryHandle(rootDirectory, { create: true });
      return new OpfsStorage(root, platform, markerName);
    } catch (error) {
      const { message, reason } = StorageError.from(error, 'opening the private file system');
      throw new StorageError(reason === 'quota' ? 'quota' : 'refused', message, error);
    }
  }

  async open(name: string, create: boolean): Promise<DatabaseFiles | undefined> {
    const { clock, locks } = this.#platform;
    const deadline = clock.now() + patienceMs;
    const hash = await directoryNameOf(name);
    const release = await holdLock(locks, lockNameOf(name, hash), deadline, clock);
    try {
      const folder = await this.#folder(hash, create);
      if (folder === undefined || (!create && !(await holdsDatabase(folder)))) {
        if (folder !== undefined) await this.#root.removeEntry(hash, { recursive: true });
        release();
        return undefined;
      }
      const files = await this.#openFiles(folder, name, hash, release, deadline);
      if (!this.#isMarked) {
        this.#isMarked = true;
        void markOrigin(this.#root, this.#platform.indexedDB, this.#markerName);
      }
      return files;
    } catch (error) {
      release();
      throw StorageError.from(error, 'opening the files of the database');
    }
  }

  async list(): Promise<Listed[]> {
    const found: Promise<Listed | undefined>[] = [];
    for await (const entry of this.#root.values()) {
      if (isDirectory(entry)) found.push(readCatalogue(entry));
    }
    const all = await Promise.all(found);
    return all.filter((entry): entry is Listed => entry !== undefined && entry.version > 0);
  }

  async #folder(hash: string, create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
    try {
      return await this.#root.getDirectoryHandle(hash, { create });
    } catch (error) {
      if (!create && nameOf(error) === 'NotFoundError') return undefined;
      throw error;
    }
  }

  async #openFiles(
    folder: FileSystemDirectoryHandle,
    name: string,
    hash: string,
    release: () => void,
    deadline: number,
  ): Promise<DatabaseFiles> {
    const { clock } = this.#platform;
    const openOne = async (file: string): Promise<FileSystemSyncAccessHandle> => {
      const handle = await folder.getFileHandle(file, { create: true });
      return untilFree(() => handle.createSyncAccessHandle(), `opening ${file}`, deadline, clock);
    };
    // An owner closes the log first: whoever has the container waits for nothing but a moment.
    const opened = await Promise.allSettled([openOne(containerFile), openOne(logFile)]);
    const [container, log] = opened;
    if (container.status === 'fulfilled' && log.status === 'fulfilled') {
      return new DatabaseDirectory({
        name,
        hash,
        root: this.#root,
        folder,
        container: container.value,
        log: log.value,
        release,
        clock,
      });
    }
    for (const result of opened) if (result.status === 'fulfilled') result.value.close();
    const failed = container.status === 'rejected' ? container : log;
    throw (failed as PromiseRejectedResult).reason;
  }
}

// A creation or a deletion that was cut off early may have left a directory with neither file.
async function holdsDatabase(folder: FileSystemDirectoryHandle): Promise<boolean> {
  for await (const file of folder.keys()) {
    if (file === containerFile || file === logFile) return true;
  }
  return false;
}

function isDirectory(entry: FileSystemHandle): entry is FileSystemDirectoryHandle {
  return entry.kind === 'directory';
}
