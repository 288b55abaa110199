// The two places where databases can live, behind one interface: the Origin Private File System
// and memory.

/** The part of FileSystemSyncAccessHandle that the engine uses. */
export interface SyncHandle {
  read(buffer: AllowSharedBufferSource, options?: { at?: number }): number;
  write(buffer: AllowSharedBufferSource, options?: { at?: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** A database as `databases()` shows it. */
export interface Listed {
  name: string;
  version: number;
}

/** The open files of one database, held by nobody else until they are closed. */
export interface DatabaseFiles {
  readonly container: SyncHandle;
  readonly log: SyncHandle;

  /**
   * Makes recordVersion() work without waiting. To be called when a version is about to change,
   * and awaited before the change.
   */
  prepareVersion(): Promise<void>;

  /** Notes the committed version for list(). Never throws: ensureVersion() makes up for it. */
  recordVersion(version: number): void;

  /** Notes the committed version if list() would say otherwise. Rejects with StorageError. */
  ensureVersion(version: number): Promise<void>;

  /** Closes the handles and lets the next owner in; at once, for a page that goes. Idempotent. */
  close(): void;

  /**
   * Closes the handles, removes the files, and only then lets the next owner in. When it fails
   * half-way the next open has to finish what is left. Rejects with StorageError.
   */
  remove(): Promise<void>;
}

export interface Storage {
  /** What this place is called in `FlowDB.open`. */
  readonly kind: 'opfs' | 'memory';

  /**
   * Opens the files of a database.
   * @param create whether a database that is not there is created
   * @returns undefined when it is not there and not to be created
   * Rejects with StorageError: 'in-use' when another context has it and keeps it.
   */
  open(name: string, create: boolean): Promise<DatabaseFiles | undefined>;

  /** All databases with a version above 0, without opening any of them. */
  list(): Promise<Listed[]>;
}

/**
 * in-use: another tab or worker has the database open. absent: this context has no OPFS.
 * refused: the browser has OPFS, but does not let this origin use it. quota: no room left.
 * io: anything else.
 */
export type StorageReason = 'in-use' | 'absent' | 'refused' | 'quota' | 'io';

/** Why files could not be opened, listed or removed. */
export class StorageError extends Error {
  readonly reason: StorageReason;

  constructor(reason: StorageReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StorageError';
    this.reason = reason;
  }

  /** What a call of the file system threw, as a StorageError that says what was tried. */
  static from(error: unknown, doing: string): StorageError {
    if (error instanceof StorageError) return error;
    const name = nameOf(error);
    const reasons: Record<string, StorageReason> = {
      NoModificationAllowedError: 'in-use',
      QuotaExceededError: 'quota',
      SecurityError: 'refused',
      NotAllowedError: 'refused',
    };
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new StorageError(reasons[name] ?? 'io', `${doing}: ${text}`, error);
  }
}

/** The `name` of what was thrown, '' when it has none. */
export function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}
