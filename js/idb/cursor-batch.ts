// Entries that a cursor was given ahead of its position.
import type { Reply } from '../channel/reply-reader';
import { compareEncodedKeys } from '../codec/compare-keys';
import { KeyReader } from '../codec/key-decoder';

/** Where an entry stands; over a store both keys are the same bytes. */
export interface EntryPlace {
  readonly key: Uint8Array;
  readonly primaryKey: Uint8Array;
}

export interface CursorEntry extends EntryPlace {
  readonly value: unknown;
}

export class CursorBatch {
  readonly #keys: Uint8Array[] = [];
  readonly #keysPerEntry: number;
  readonly #values: readonly unknown[];
  readonly #count: number;
  #next = 0;
  /** Whether nothing lies behind the last entry. */
  readonly isLast: boolean;

  /** @param reply stands at the answer to a SCAN @throws MalformedError */
  constructor(reply: Reply, isIndex: boolean, keyOnly: boolean) {
    this.#count = reply.u32('count');
    this.isLast = reply.u32('done') !== 0;
    this.#keysPerEntry = isIndex ? 2 : 1;
    const reader = new KeyReader(reply.sizedBytes('keys'));
    const keys = this.#count * this.#keysPerEntry;
    for (let i = 0; i < keys; i++) this.#keys.push(reader.keyBytes());
    this.#values = keyOnly ? [] : reply.values(this.#count);
  }

  /** Entries that were not taken. */
  get left(): number {
    return this.#count - this.#next;
  }

  get isHalfTaken(): boolean {
    return this.#next * 2 >= this.#count;
  }

  /** The place of the last entry, unless all were taken. */
  get last(): EntryPlace | undefined {
    const at = this.left - 1;
    return at < 0 ? undefined : { key: this.#keyAt(at), primaryKey: this.#primaryKeyAt(at) };
  }

  /** Passes over up to `count` entries. */
  skip(count: number): void {
    this.#next = Math.min(this.#next + count, this.#count);
  }

  /**
   * Passes over entries that lie before a key, or before a key and primary key.
   * @param sign 1: keys go up, -1: they go down
   */
  skipTo(sign: 1 | -1, key: Uint8Array, primaryKey: Uint8Array | undefined): void {
    while (this.#next < this.#count) {
      let order = compareEncodedKeys(this.#keyAt(0), key) * sign;
      if (order === 0 && primaryKey !== undefined) {
        order = compareEncodedKeys(this.#primaryKeyAt(0), primaryKey) * sign;
      }
      if (order >= 0) return;
      this.#next++;
    }
  }

  /** The next entry. REQUIRES: left > 0. */
  take(): CursorEntry {
    const entry = {
      key: this.#keyAt(0),
      primaryKey: this.#primaryKeyAt(0),
      value: this.#values[this.#next],
    };
    this.#next++;
    return entry;
  }

  holdsPrimaryKey(primaryKey: Uint8Array): boolean {
    for (let i = 0; i < this.left; i++) {
      if (compareEncodedKeys(this.#primaryKeyAt(i), primaryKey) === 0) return true;
    }
    return false;
  }

  // Of the entry that lies so many behind the next one.
  #keyAt(ahead: number): Uint8Array {
    return this.#keys[(this.#next + ahead) * this.#keysPerEntry] as Uint8Array;
  }

  #primaryKeyAt(ahead: number): Uint8Array {
    const per = this.#keysPerEntry;
    return this.#keys[(this.#next + ahead) * per + per - 1] as Uint8Array;
  }
}
