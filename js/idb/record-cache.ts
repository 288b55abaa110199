// What the page knows of records that it has read: a get of one of them takes no message. A database
// that is open on this page is open nowhere else, and transactions that overlap take turns, so that
// a committed record stays what it is until a transaction of this page commits a change of it. Who
// lets others write meanwhile, or writes by another way than a transaction of this API, has to clear
// it.
import { Reply } from '../channel/reply-reader';

/** The primary keys that records are kept by: those that a Map compares as IndexedDB does. */
export type PlainKey = number | string;

/** Larger answers are not kept. */
export const answerBytesMax = 16 * 1024;

/** What is kept comes to about twice that at most, keys and all else that a record takes included. */
export const generationBytesMax = 2 * 1024 * 1024;
const eachBytes = 128;
const charBytes = 2;
const chunkBytes = 64 * 1024;

/** A copy of an answer's body. */
interface Kept {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly at: number;
  readonly end: number;
}

type Records = Map<PlainKey, Kept>;

/** Records that came one after the other, and go together. */
class Generation {
  readonly #databases = new Map<string, Map<number, Records>>();
  // Copies share buffers: one of its own costs more than most records.
  #chunk = new Uint8Array(0);
  #view = new DataView(this.#chunk.buffer);
  #used = 0;
  /** In bytes. */
  size = 0;

  records(database: string, store: number): Records | undefined {
    return this.#databases.get(database)?.get(store);
  }

  add(database: string, store: number, key: PlainKey, body: Uint8Array): void {
    const { length } = body;
    if (length > this.#chunk.length - this.#used) {
      this.#chunk = new Uint8Array(chunkBytes);
      this.#view = new DataView(this.#chunk.buffer);
      this.#used = 0;
    }
    const at = this.#used;
    const end = (this.#used += length);
    this.#chunk.set(body, at);
    this.size += length + eachBytes + (typeof key === 'string' ? key.length * charBytes : 0);
    this.#made(database, store).set(key, { bytes: this.#chunk, view: this.#view, at, end });
  }

  #made(database: string, store: number): Records {
    let stores = this.#databases.get(database);
    if (stores === undefined) this.#databases.set(database, (stores = new Map()));
    let records = stores.get(store);
    if (records === undefined) stores.set(store, (records = new Map()));
    return records;
  }
}

/** The records of all databases of a page. */
export class RecordCache {
  // What is asked for stays among the young ones; the old ones go when those are too many.
  #young = new Generation();
  #old = new Generation();
  #epoch = 0;

  /** The answer to a GET of the record, as it was; undefined when it is not known. */
  find(database: string, store: number, key: PlainKey): Reply | undefined {
    let kept = this.#young.records(database, store)?.get(key);
    if (kept === undefined) {
      kept = this.#old.records(database, store)?.get(key);
      if (kept === undefined) return undefined;
      this.#add(database, store, key, kept.bytes.subarray(kept.at, kept.end));
    }
    return new Reply(kept.bytes, kept.at, kept.end, kept.view);
  }

  /**
   * Keeps what a GET has found in a transaction that only reads.
   * @param answer of which nothing was read
   */
  add(database: string, store: number, key: PlainKey, answer: Reply): void {
    const body = answer.found;
    if (body !== undefined && body.length <= answerBytesMax) this.#add(database, store, key, body);
  }

  #add(database: string, store: number, key: PlainKey, body: Uint8Array): void {
    if (this.#young.size >= generationBytesMax) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.add(database, store, key, body);
  }

  /** Forgets records that were changed; all of a store where `keys` is null. */
  forget(database: string, store: number, keys: Iterable<PlainKey> | null): void {
    for (const generation of [this.#young, this.#old]) {
      const records = generation.records(database, store);
      if (keys === null) records?.clear();
      else if (records !== undefined) for (const key of keys) records.delete(key);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#young = new Generation();
    this.#old = new Generation();
  }

  /**
   * Counts how often all was forgotten for good: connections of an earlier epoch neither ask nor add,
   * for answers may still come that are older than what others have written since.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** Begins another epoch. */
  leave(): void {
    this.clear();
    this.#epoch++;
  }
}
