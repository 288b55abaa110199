// Databases in memory: for `storage: 'memory'`, and for tests in Node. They live as long as this
// object.
import { MemoryFile } from './memory-handle';
import type { DatabaseFiles, Listed, Storage } from './storage';
import { StorageError } from './storage';

interface Entry {
  container: MemoryFile;
  log: MemoryFile;
  version: number;
}

export class MemoryStorage implements Storage {
  readonly kind = 'memory';
  readonly #entries = new Map<string, Entry>();

  async open(name: string, create: boolean): Promise<DatabaseFiles | undefined> {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      if (!create) return undefined;
      entry = { container: new MemoryFile(), log: new MemoryFile(), version: 0 };
      this.#entries.set(name, entry);
    }
    if (entry.container.isOpen) throw new StorageError('in-use', `'${name}' is open already`);
    return new MemoryFiles(entry, () => {
      this.#entries.delete(name);
    });
  }

  async list(): Promise<Listed[]> {
    return [...this.#entries]
      .filter(([, { version }]) => version > 0)
      .map(([name, { version }]) => ({ name, version }));
  }

  /** The bytes of a database's container and log, for tests that damage or count them. */
  filesOf(name: string): { container: MemoryFile; log: MemoryFile } | undefined {
    return this.#entries.get(name);
  }
}

class MemoryFiles implements DatabaseFiles {
  readonly #entry: Entry;
  readonly #forget: () => void;
  readonly container;
  readonly log;

  constructor(entry: Entry, forget: () => void) {
    this.#entry = entry;
    this.#forget = forget;
    this.container = entry.container.open();
    this.log = entry.log.open();
  }

  async prepareVersion(): Promise<void> {}

  recordVersion(version: number): void {
    this.#entry.version = version;
  }

  async ensureVersion(version: number): Promise<void> {
    this.recordVersion(version);
  }

  close(): void {
    this.log.close();
    this.container.close();
  }

  async remove(): Promise<void> {
    this.close();
    this.#forget();
  }
}
