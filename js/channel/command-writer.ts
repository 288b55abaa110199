// Writes sections and commands (PROTOCOL.md) into one growing buffer: keys and values are encoded
// straight into it. Each method writes one whole command or nothing, but that a put which fails may
// leave pieces, and runs no script of the page.
import { ByteWriter } from '../codec/byte-writer';
import { EncodedKey, type Key } from '../codec/key';
import { encodeKey } from '../codec/key-encoder';
import { encodeClone } from '../codec/value-encoder';
import type {
  BackfillRecord,
  IndexDefinition,
  IndexKey,
  PutRecord,
  Range,
  ScanRequest,
  StoreDefinition,
} from './commands';
import {
  COMMAND_HEADER_BYTES,
  GetFlag,
  IndexFlag,
  NO_INJECTION,
  Operation,
  PutFlag,
  RangeFlag,
  SECTION_HEADER_BYTES,
  ScanFlag,
  ScanPosition,
  SectionKind,
  StoreFlag,
  type Direction,
  type Durability,
  type GetAllWhat,
  type TransactionMode,
} from './protocol';

/** A batch that has grown to this goes out at once: the worker need not wait for all of it. */
export const batchBytesMax = 512 * 1024;

/** A larger value goes in pieces, so that the worker needs to hold none as a whole. */
const pieceBytes = 256 * 1024;

/** What a generated key takes in the tagged form. */
const injectionBytes = 8;

const noSection = -1;

interface EncodedValue {
  readonly kind: number;
  readonly injectionAt: number;
  readonly bytes: Uint8Array;
}

export class CommandWriter {
  #writer: ByteWriter;
  /** For a value that goes in pieces. Kept: memory that was written to before is much faster. */
  #aside = new ByteWriter(0);
  #sectionAt = noSection;
  /** Where the command begins that was begun last. */
  #commandAt = 0;
  #connection = 0;
  #transaction = 0;
  // Where the BEGIN stands that is the last section.
  #begin = { at: 0, end: noSection };
  // There is nothing but BEGINs in front of that.
  #begunEnd = 0;

  readonly #onFull: () => void;

  /**
   * @param capacity bytes to begin with
   * @param onFull called in between where one put takes more than a batch: may take() what is there
   */
  constructor(capacity = 16 * 1024, onFull: () => void = () => {}) {
    this.#writer = new ByteWriter(capacity);
    this.#onFull = onFull;
  }

  /** Bytes written since the last take(). */
  get byteLength(): number {
    return this.#writer.length;
  }

  /**
   * Takes out what was written.
   * @returns a buffer of just that, to be transferred; undefined when nothing was written
   */
  take(): ArrayBuffer | undefined {
    const writer = this.#writer;
    if (writer.length === 0) return undefined;
    this.#endSection();
    const { buffer } = writer.slice();
    writer.reset();
    this.#begunEnd = 0;
    return buffer;
  }

  begin(
    connection: number,
    transaction: number,
    mode: TransactionMode,
    durability: Durability,
    storeIds: readonly number[],
  ): void {
    this.#section(SectionKind.begin, connection, transaction);
    const writer = this.#writer;
    const at = this.#sectionAt;
    writer.u32(mode);
    writer.u32(durability);
    writer.u32(storeIds.length);
    for (const id of storeIds) writer.u32(id);
    this.#endSection();
    this.#begin = { at, end: writer.length };
    if (at === this.#begunEnd) this.#begunEnd = writer.length;
  }

  /** Whether nothing but BEGINs was written since the last take(), or nothing. */
  get hasOnlyBegins(): boolean {
    return this.#writer.length === this.#begunEnd;
  }

  /** Takes back the BEGIN of a transaction, if it is the last thing written. @returns whether it is */
  withdraw(connection: number, transaction: number): boolean {
    const { at, end } = this.#begin;
    const isOfThat = this.#connection === connection && this.#transaction === transaction;
    if (!isOfThat || end !== this.#writer.length) return false;
    this.#writer.length = at;
    this.#begunEnd = Math.min(this.#begunEnd, at);
    return true;
  }

  /** Lets the commands that follow belong to a transaction. */
  requests(connection: number, transaction: number): void {
    const open = this.#sectionAt !== noSection;
    if (open && this.#connection === connection && this.#transaction === transaction) return;
    this.#section(SectionKind.requests, connection, transaction);
  }

  /**
   * Appends the commands of another writer, which were written for the same transaction.
   * REQUIRES: requests() has opened a section here, and nothing else than one such section there.
   */
  appendCommands(other: CommandWriter): void {
    const { bytes, length } = other.#writer;
    this.#writer.append(bytes.subarray(SECTION_HEADER_BYTES, length));
  }

  commit(connection: number, transaction: number): void {
    this.#section(SectionKind.commit, connection, transaction);
    this.#endSection();
  }

  abort(connection: number, transaction: number): void {
    this.#section(SectionKind.abort, connection, transaction);
    this.#endSection();
  }

  // Commands. Each takes the id of the request that its reply will carry; 0 asks for no reply
  // unless it fails. REQUIRES: requests() has opened a section.

  /** @throws RangeError when the value is larger than the platform's buffers */
  put(request: number, store: number, record: PutRecord): void {
    const writer = this.#writer;
    const at = this.#beginPut(request, store, record, 0);
    try {
      const valueAt = this.#value(record.clone, record.blobs);
      if (writer.length - valueAt > pieceBytes + injectionBytes) {
        const [kind = 0, injectionAt = 0, length = 0] = [0, 4, 8].map((offset) =>
          writer.view.getUint32(valueAt + offset, true),
        );
        const bytes = this.#setAside(at, valueAt + 12, length);
        this.#putInPieces(request, store, record, { kind, injectionAt, bytes });
        this.#aside.reset();
        return;
      }
      this.#indexKeys(record);
    } catch (error) {
      this.#writer.length = this.#commandAt;
      throw error;
    }
    this.#endCommand(at);
  }

  // Cuts off what was written from `end` on, and keeps `length` bytes of it from `start` on in the
  // other buffer. When less stands before `end`, that changes the buffer.
  #setAside(end: number, start: number, length: number): Uint8Array {
    const [writer, aside] = [this.#writer, this.#aside];
    aside.reset();
    writer.length = end;
    if (end > length) {
      aside.append(writer.bytes.subarray(start, start + length));
      return aside.bytes.subarray(0, length);
    }
    aside.append(writer.bytes.subarray(0, end));
    [this.#writer, this.#aside] = [aside, writer];
    return writer.bytes.subarray(start, start + length);
  }

  // All pieces but one go ahead; the PUT brings the one into which a generated key is put, or the
  // last.
  #putInPieces(request: number, store: number, record: PutRecord, value: EncodedValue): void {
    const { kind, injectionAt, bytes } = value;
    const writer = this.#writer;
    let [pieces, ownPiece, ownStart, ownEnd] = [0, 0, 0, 0];
    for (let start = 0; start < bytes.length; pieces++) {
      let end = Math.min(start + pieceBytes, bytes.length);
      const isWithin = injectionAt >= start && injectionAt < end;
      if (isWithin) end = Math.min(Math.max(end, injectionAt + injectionBytes), bytes.length);
      const isLast = end === bytes.length && ownEnd === 0;
      if (isWithin || isLast) [ownPiece, ownStart, ownEnd] = [pieces, start, end];
      else this.#piece(store, pieces, bytes.subarray(start, end));
      start = end;
    }
    const at = this.#beginPut(request, store, record, PutFlag.inPieces);
    writer.u32(kind);
    writer.u32(injectionAt === NO_INJECTION ? NO_INJECTION : injectionAt - ownStart);
    this.#bytes(bytes.subarray(ownStart, ownEnd));
    this.#indexKeys(record);
    writer.u32(pieces);
    writer.u32(ownPiece);
    this.#endCommand(at);
  }

  #piece(store: number, piece: number, bytes: Uint8Array): void {
    if (this.#writer.length >= batchBytesMax) {
      this.#onFull();
      this.requests(this.#connection, this.#transaction);
    }
    const at = this.#command(Operation.piece, 0, 0, store);
    this.#writer.u32(piece);
    this.#bytes(bytes);
    this.#endCommand(at);
  }

  get(request: number, source: number, range: Range, keyOnly: boolean): void {
    const at = this.#command(Operation.get, keyOnly ? GetFlag.keyOnly : 0, request, source);
    this.#range(range);
    this.#endCommand(at);
  }

  /** @param limit 0: none */
  getAll(
    request: number,
    source: number,
    range: Range,
    limit: number,
    direction: Direction,
    what: GetAllWhat,
  ): void {
    const at = this.#command(Operation.getAll, 0, request, source);
    this.#range(range);
    this.#writer.u32(limit);
    this.#writer.u32(direction);
    this.#writer.u32(what);
    this.#endCommand(at);
  }

  count(request: number, source: number, range: Range): void {
    const at = this.#command(Operation.count, 0, request, source);
    this.#range(range);
    this.#endCommand(at);
  }

  delete(request: number, store: number, range: Range): void {
    const at = this.#command(Operation.delete, 0, request, store);
    this.#range(range);
    this.#endCommand(at);
  }

  clear(request: number, store: number): void {
    this.#endCommand(this.#command(Operation.clear, 0, request, store));
  }

  scan(request: number, source: number, scan: ScanRequest): void {
    const flags = scan.keyOnly ? ScanFlag.keyOnly : 0;
    const at = this.#command(Operation.scan, flags, request, source);
    const writer = this.#writer;
    const { start } = scan;
    this.#range(scan.range);
    writer.u32(scan.direction);
    writer.u32(scan.entriesMax);
    writer.u32(scan.valueBytesMax);
    writer.u32(scan.skip);
    writer.u32(start?.position ?? ScanPosition.start);
    this.#optionalKey(start?.key);
    this.#optionalKey(start?.primaryKey);
    this.#endCommand(at);
  }

  createStore(request: number, definition: StoreDefinition): void {
    const flags = definition.autoIncrement ? StoreFlag.autoIncrement : 0;
    const at = this.#command(Operation.createStore, flags, request, definition.store);
    this.#text(definition.name);
    this.#text(definition.keyPath);
    this.#endCommand(at);
  }

  deleteStore(request: number, store: number): void {
    this.#endCommand(this.#command(Operation.deleteStore, 0, request, store));
  }

  /** @param name JSON text */
  rename(request: number, source: number, name: string): void {
    const at = this.#command(Operation.rename, 0, request, source);
    this.#text(name);
    this.#endCommand(at);
  }

  createIndex(request: number, definition: IndexDefinition): void {
    const flags =
      (definition.unique ? IndexFlag.unique : 0) |
      (definition.multiEntry ? IndexFlag.multiEntry : 0);
    const at = this.#command(Operation.createIndex, flags, request, definition.index);
    this.#writer.u32(definition.store);
    this.#text(definition.name);
    this.#text(definition.keyPath);
    this.#endCommand(at);
  }

  deleteIndex(request: number, index: number): void {
    this.#endCommand(this.#command(Operation.deleteIndex, 0, request, index));
  }

  backfill(request: number, index: number, records: readonly BackfillRecord[]): void {
    const at = this.#command(Operation.backfill, 0, request, index);
    this.#writer.u32(records.length);
    for (const { primaryKey, keys } of records) {
      this.#bytes(primaryKey);
      this.#writer.u32(keys.length);
      for (const key of keys) this.#key(key);
    }
    this.#endCommand(at);
  }

  #section(kind: number, connection: number, transaction: number): void {
    this.#endSection();
    this.#begin.end = noSection;
    const writer = this.#writer;
    this.#sectionAt = writer.reserve(SECTION_HEADER_BYTES);
    this.#connection = connection;
    this.#transaction = transaction;
    writer.u32(kind);
    writer.u32(0);
    writer.u32(connection);
    writer.u32(transaction);
  }

  #endSection(): void {
    const at = this.#sectionAt;
    if (at === noSection) return;
    this.#writer.patchU32(at + 4, this.#writer.length - at);
    this.#sectionAt = noSection;
  }

  #command(operation: number, flags: number, request: number, source: number): number {
    const writer = this.#writer;
    this.#commandAt = writer.length;
    const at = writer.reserve(COMMAND_HEADER_BYTES);
    writer.u32(operation | (flags << 8));
    writer.u32(0);
    writer.u32(request);
    writer.u32(source);
    return at;
  }

  #endCommand(at: number): void {
    this.#writer.patchU32(at + 4, this.#writer.length - at);
  }

  #beginPut(request: number, store: number, { key, noOverwrite }: PutRecord, flag: number): number {
    const flags =
      flag |
      (noOverwrite ? PutFlag.noOverwrite : 0) |
      (key === undefined ? PutFlag.generateKey : 0);
    const at = this.#command(Operation.put, flags, request, store);
    if (key === undefined) this.#writer.u32(0);
    else this.#key(key);
    return at;
  }

  #indexKeys({ indexKeys }: PutRecord): void {
    this.#writer.u32(indexKeys.length);
    for (const indexKey of indexKeys) this.#indexKey(indexKey);
  }

  /** @returns where its kind, its injection and its bytes begin */
  #value(clone: PutRecord['clone'], blobs: PutRecord['blobs']): number {
    const writer = this.#writer;
    const at = writer.length;
    writer.u32(0);
    writer.u32(0);
    const bytesAt = this.#beginBytes();
    const { kind, injectionAt } = encodeClone(clone, writer, blobs);
    this.#endBytes(bytesAt);
    writer.patchU32(at, kind);
    writer.patchU32(at + 4, injectionAt < 0 ? NO_INJECTION : injectionAt);
    return at;
  }

  #indexKey({ index, key }: IndexKey): void {
    const writer = this.#writer;
    const patches = key instanceof EncodedKey ? key.patches : [];
    writer.u32(index);
    writer.u32(patches.length);
    for (const offset of patches) writer.u32(offset);
    this.#key(key);
  }

  #range(range: Range): void {
    const writer = this.#writer;
    if (range === undefined) {
      writer.u32(0);
    } else if (typeof range !== 'object' || range instanceof EncodedKey) {
      writer.u32(RangeFlag.single);
      this.#key(range);
    } else {
      const { lowerKey, upperKey } = range;
      writer.u32(
        (lowerKey === undefined ? 0 : RangeFlag.lower) |
          (upperKey === undefined ? 0 : RangeFlag.upper) |
          (range.lowerOpen ? RangeFlag.lowerOpen : 0) |
          (range.upperOpen ? RangeFlag.upperOpen : 0),
      );
      if (lowerKey !== undefined) this.#key(lowerKey);
      if (upperKey !== undefined) this.#key(upperKey);
    }
  }

  #key(key: Key): void {
    const at = this.#beginBytes();
    encodeKey(this.#writer, key);
    this.#endBytes(at);
  }

  #optionalKey(key: Key | Uint8Array | undefined): void {
    if (key === undefined) this.#writer.u32(0);
    else if (key instanceof Uint8Array) this.#bytes(key);
    else this.#key(key);
  }

  #bytes(source: Uint8Array): void {
    const at = this.#beginBytes();
    this.#writer.append(source);
    this.#endBytes(at);
  }

  #text(text: string): void {
    const at = this.#beginBytes();
    this.#writer.utf8(text);
    this.#endBytes(at);
  }

  #beginBytes(): number {
    const at = this.#writer.length;
    this.#writer.u32(0);
    return at;
  }

  #endBytes(at: number): void {
    const writer = this.#writer;
    writer.patchU32(at, writer.length - at - 4);
    writer.align4();
  }
}
