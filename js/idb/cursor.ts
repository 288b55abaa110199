// A cursor. It asks for growing batches of entries and takes its steps from what it has, without
// the worker; where nothing can be written, it asks for the next batch while it has half of one. A
// write of the same transaction that touches what lies ahead makes it ask anew.
// Specification: https://w3c.github.io/IndexedDB/#cursor-construct, #cursor-iteration-operation
import type { IndexKey, Range, ScanStart } from '../channel/commands';
import { Direction, ScanPosition } from '../channel/protocol';
import type { Reply } from '../channel/reply-reader';
import { compareEncodedKeys } from '../codec/compare-keys';
import { EncodedKey, type Key } from '../codec/key';
import { decodeKey, KeyReader, type KeyValue } from '../codec/key-decoder';
import { keyBytes } from '../codec/key-encoder';
import { CursorBatch, type CursorEntry, type EntryPlace } from './cursor-batch';
import { IDBCursor } from './IDBCursor';
import { IDBCursorWithValue } from './IDBCursorWithValue';
import { toKeyRange } from './key-range';
import type { Operation, Request } from './request';
import { convertToRead, type SourceHandle } from './source-handle';
import type { StoreHandle } from './store-handle';
import { internal } from './webidl/interface-shape';

/** The sizes of batches, one after the other; the last one remains. */
const batches = [
  { entries: 8, valueBytes: 16 * 1024 },
  { entries: 32, valueBytes: 64 * 1024 },
  { entries: 128, valueBytes: 256 * 1024 },
  { entries: 512, valueBytes: 512 * 1024 },
] as const;
/** What an index's cursor stays at when it meets writes: each one is looked for in the batch. */
const lastBatchOfWriter = 1;

/** From the batch behind so many on, a cursor reads ahead: who has come so far goes on, most often. */
const batchesAlone = 2;

/** The batch that was read ahead: asked for, and perhaps here. */
interface NextBatch {
  reply: Reply | undefined;
  /** Whether the cursor's request waits for it. */
  isAwaited: boolean;
}

const cursorResult: Operation = {
  result: (request, reply) => (request.detail as Cursor).arrive(reply),
};

/** Where an iteration goes: by default to the next entry. */
export interface Step {
  /** Entries passed over. */
  readonly skip: number;
  readonly key: Uint8Array | undefined;
  readonly primaryKey: Uint8Array | undefined;
}

const oneStep: Step = { skip: 0, key: undefined, primaryKey: undefined };

const isOneStep = ({ skip, key }: Step): boolean => skip === 0 && key === undefined;

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-opencursor and its three fellows. */
export function openCursor(
  source: SourceHandle,
  storeHandle: StoreHandle,
  query: unknown,
  direction: Direction,
  keyOnly: boolean,
): Request {
  const range = convertToRead(source, toKeyRange, query);
  return new Cursor(source, storeHandle, range, direction, keyOnly).request;
}

export class Cursor {
  readonly facade: IDBCursor;
  readonly source: SourceHandle;
  /** "The effective object store." */
  readonly storeHandle: StoreHandle;
  readonly direction: Direction;
  readonly keyOnly: boolean;
  readonly request: Request;
  /** The "got value flag": whether it stands at an entry. */
  gotValue = false;

  readonly #range: Range;
  readonly #sign: 1 | -1;
  readonly #isUnique: boolean;
  #current: CursorEntry | undefined;
  #key: KeyValue | undefined;
  #primaryKey: KeyValue | undefined;

  #batch: CursorBatch | undefined;
  #nextBatch: NextBatch | undefined;
  #batchSize = 0;
  // The entry that a step without the worker will arrive at; undefined: there is none.
  #awaited: CursorEntry | undefined;
  #isScanning = false;
  // Whether of the entries on their way only the first can be used.
  #isScanStale = false;
  #meetsWrites = false;

  constructor(
    source: SourceHandle,
    storeHandle: StoreHandle,
    range: Range,
    direction: Direction,
    keyOnly: boolean,
  ) {
    this.source = source;
    this.storeHandle = storeHandle;
    this.direction = direction;
    this.keyOnly = keyOnly;
    this.#range = range;
    this.#sign = direction === Direction.next || direction === Direction.nextUnique ? 1 : -1;
    this.#isUnique = direction === Direction.nextUnique || direction === Direction.prevUnique;
    this.facade = keyOnly
      ? new IDBCursor(internal, this)
      : new IDBCursorWithValue(internal, this);
    this.#scan(0, undefined);
    this.request = source.transaction.place(source.facade, cursorResult, this);
  }

  /** The key as a value, the same one until the cursor moves. */
  get key(): KeyValue | undefined {
    if (this.#key === undefined && this.#current !== undefined) {
      this.#key = decodeKey(this.#current.key);
    }
    return this.#key;
  }

  /** Over a store an object of its own, too, when the key is one. */
  get primaryKey(): KeyValue | undefined {
    if (this.#primaryKey === undefined && this.#current !== undefined) {
      this.#primaryKey = decodeKey(this.#current.primaryKey);
    }
    return this.#primaryKey;
  }

  get value(): unknown {
    return this.#current?.value;
  }

  /** "The effective key", for the record that the cursor stands at. REQUIRES: gotValue. */
  get effectiveKey(): Key {
    return new KeyReader((this.#current as CursorEntry).primaryKey).key();
  }

  /** How a key lies to the cursor's: above 0 when it is ahead. REQUIRES: gotValue. */
  compareToKey(key: Uint8Array): number {
    return compareEncodedKeys(key, (this.#current as CursorEntry).key) * this.#sign;
  }

  compareToPrimaryKey(primaryKey: Uint8Array): number {
    return compareEncodedKeys(primaryKey, (this.#current as CursorEntry).primaryKey) * this.#sign;
  }

  /** Goes on: the last steps of advance(), continue() and continuePrimaryKey(). */
  iterate(step: Step = oneStep): void {
    const { request } = this;
    this.gotValue = false;
    request.done = false;
    const batch = this.#batch;
    const start = this.#startBehind(this.#current);
    if (batch === undefined) {
      this.#rescan(step, start);
      return;
    }
    const { left } = batch;
    const last = batch.last;
    if (step.key !== undefined) batch.skipTo(this.#sign, step.key, step.primaryKey);
    else batch.skip(step.skip);
    if (batch.left === 0 && !batch.isLast) {
      if (isOneStep(step) && this.#takeNextBatch()) return;
      // What was passed over need not be passed over again.
      const behind = last === undefined ? start : this.#startBehind(last);
      this.#dropBatch();
      this.#rescan({ ...step, skip: Math.max(step.skip - left, 0) }, behind);
      return;
    }
    this.#awaited = batch.left === 0 ? undefined : batch.take();
    if (this.#awaited === undefined) this.#dropBatch();
    else if (batch.isHalfTaken && !batch.isLast && isOneStep(step)) this.#readAhead(batch);
    this.source.transaction.replaceLocally(request);
  }

  /** The step's outcome: the result of the request. */
  arrive(reply: Reply | undefined): IDBCursor | null {
    if (reply !== undefined) this.#takeBatch(reply);
    const entry = this.#awaited;
    this.#awaited = undefined;
    this.#current = entry;
    this.#key = this.#primaryKey = undefined;
    this.gotValue = entry !== undefined;
    return entry === undefined ? null : this.facade;
  }

  // Writes of the same transaction.

  /** A record is stored under a key (undefined: a generated one) and in indexes. */
  noteStored(primaryKey: Key | undefined, indexKeys: readonly IndexKey[]): void {
    this.#meetsWrites = true;
    if (primaryKey === undefined || this.#isUnique || this.#isScanning) {
      this.dropPrefetch();
      return;
    }
    const primary = keyBytes(primaryKey);
    if (!this.source.isIndex) {
      if (this.#touches(primary, undefined)) this.dropPrefetch();
      return;
    }
    const touched =
      this.#batch?.holdsPrimaryKey(primary) === true ||
      indexKeys.some(({ index, key }) => {
        if (index !== this.source.id) return false;
        // A placeholder's bytes are not those that will be stored.
        if (key instanceof EncodedKey && key.patches.length > 0) return true;
        return this.#touches(keyBytes(key), primary);
      });
    if (touched) this.dropPrefetch();
  }

  /** The record with that key is deleted. */
  noteDeleted(primaryKey: Key): void {
    this.#meetsWrites = true;
    const primary = keyBytes(primaryKey);
    const held = this.source.isIndex
      ? this.#batch?.holdsPrimaryKey(primary) === true
      : this.#touches(primary, undefined);
    if (this.#isUnique || this.#isScanning || held) this.dropPrefetch();
  }

  /** Forgets what lies ahead, of what is on its way, too. */
  dropPrefetch(): void {
    this.#meetsWrites = true;
    if (this.#isScanning) this.#isScanStale = true;
    else this.#dropBatch();
  }

  // Whether an entry lies between the position and the batch's end.
  #touches(key: Uint8Array, primaryKey: Uint8Array | undefined): boolean {
    const batch = this.#batch;
    if (batch === undefined) return false;
    const position = this.#awaited ?? this.#current;
    if (position !== undefined && this.#order(key, primaryKey, position) <= 0) return false;
    const { last } = batch;
    return batch.isLast || last === undefined || this.#order(key, primaryKey, last) <= 0;
  }

  #order(
    key: Uint8Array,
    primaryKey: Uint8Array | undefined,
    place: EntryPlace,
  ): number {
    const order = compareEncodedKeys(key, place.key) * this.#sign;
    if (order !== 0 || primaryKey === undefined) return order;
    return compareEncodedKeys(primaryKey, place.primaryKey) * this.#sign;
  }

  // The way to the worker.

  #rescan(step: Step, behind: ScanStart | undefined): void {
    const { key, primaryKey } = step;
    if (key === undefined) this.#scan(step.skip, behind);
    else if (primaryKey === undefined) this.#scan(0, { position: ScanPosition.atKey, key });
    else this.#scan(0, { position: ScanPosition.atEntry, key, primaryKey });
    this.source.transaction.replace(this.request);
  }

  #startBehind(place: EntryPlace | undefined): ScanStart | undefined {
    if (place === undefined) return undefined;
    const { key, primaryKey } = place;
    const position = ScanPosition.behind;
    return this.source.isIndex ? { position, key, primaryKey } : { position, key };
  }

  #scan(skip: number, start: ScanStart | undefined): void {
    const { source } = this;
    this.#writeScan(skip, start);
    this.#isScanning = true;
    this.#isScanStale = false;
    if (source.transaction.mode !== 'readonly') source.prefetches.add(this);
  }

  #writeScan(skip: number, start: ScanStart | undefined): void {
    const { source, keyOnly, direction } = this;
    const { transaction } = source;
    const isCareful = this.#meetsWrites && source.isIndex;
    const most = isCareful ? lastBatchOfWriter : batches.length - 1;
    const size = batches[Math.min(this.#batchSize, most)] as (typeof batches)[number];
    this.#batchSize++;
    transaction.commands.scan(transaction.nextRequestId, source.id, {
      range: this.#range,
      direction: source.isIndex ? direction : this.#sign === 1 ? Direction.next : Direction.prev,
      keyOnly,
      entriesMax: size.entries,
      valueBytesMax: size.valueBytes,
      skip,
      start,
    });
  }

  #readAhead(batch: CursorBatch): void {
    const { transaction } = this.source;
    const isLikely = this.#batchSize > batchesAlone && batch.last !== undefined;
    if (transaction.mode !== 'readonly' || this.#nextBatch !== undefined || !isLikely) return;
    this.#writeScan(0, this.#startBehind(batch.last));
    const next: NextBatch = { reply: undefined, isAwaited: false };
    this.#nextBatch = next;
    transaction.noteReadAhead({
      onReply: (reply) => {
        next.reply = reply;
        if (next.isAwaited) transaction.answerByReadAhead(this.request, reply);
      },
    });
  }

  /** Goes on in the batch that was read ahead. @returns false when there is none of use */
  #takeNextBatch(): boolean {
    const next = this.#nextBatch;
    // What has failed is asked for once more, by the request that it then fails.
    if (next === undefined || next.reply?.ok === false) return false;
    this.#dropBatch();
    this.source.transaction.replaceForReadAhead(this.request);
    if (next.reply === undefined) next.isAwaited = true;
    else this.source.transaction.answerByReadAhead(this.request, next.reply);
    return true;
  }

  #takeBatch(reply: Reply): void {
    this.#isScanning = false;
    const batch = new CursorBatch(reply, this.source.isIndex, this.keyOnly);
    this.#awaited = batch.left === 0 ? undefined : batch.take();
    this.#batch = batch;
    if (this.#isScanStale || (batch.left === 0 && !batch.isLast) || this.#awaited === undefined) {
      this.#dropBatch();
    }
  }

  #dropBatch(): void {
    this.#batch = this.#nextBatch = undefined;
    this.source.prefetches.delete(this);
  }
}
