// Goes through the replies of one message (PROTOCOL.md) without copying or decoding them: what
// nobody asks for costs nothing.
import { ByteReader } from '../codec/byte-reader';
import { append } from '../codec/intrinsics';
import { MalformedError } from '../codec/malformed-error';
import { readTagged } from '../codec/tagged-decoder';
import { decodeJsonArray, decodeValue } from '../codec/value-decoder';
import { ValueKind } from '../codec/value-encoder';
import {
  MORE_FOLLOWS,
  REPLY_HEADER_BYTES,
  ReplyKind,
  VALUE_IN_PIECES,
  ValuesFormat,
} from './protocol';
import { errorData, toDOMException } from './status';

/** Of each value, its pieces. */
const noValues: Uint8Array[][] = [];

/** No value was decoded early. */
const notEarly = {};

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * One reply: what it is about, and its body, which is read field by field, once. May be kept for as
 * long as it is needed; it keeps the message alive.
 */
export class Reply extends ByteReader {
  /** A `ReplyKind`. */
  kind = 0;
  connection = 0;
  transaction = 0;
  request = 0;
  /** The values that came in pieces before it, in order. */
  large = noValues;
  /** Those of its list that came before it. */
  first: unknown[] | undefined;
  /** Why those can't be read. */
  problem: { readonly error: unknown } | undefined;
  /** The value that a GET has found, when it was decoded before it is asked for. */
  early: unknown = notEarly;
  #largeRead = 0;
  /** Reads all values of the tagged form. */
  #tagged: ByteReader | undefined;
  #error: DOMException | undefined;

  get isEarly(): boolean {
    return this.early !== notEarly;
  }

  get ok(): boolean {
    return this.kind === ReplyKind.ok;
  }

  /** What an ERROR becomes on the page; null for an OK. Reads the body. @throws MalformedError */
  get error(): DOMException | null {
    if (this.ok) return null;
    if (this.#error === undefined) {
      const { status, message } = this.failure();
      this.#error = toDOMException(errorData(status, message));
    }
    return this.#error;
  }

  /** Status and message of an ERROR or ABORTED. @throws MalformedError */
  failure(): { readonly status: number; readonly message: string } {
    return { status: this.u32('status'), message: this.text('message') };
  }

  /** Bytes, not copied. @throws MalformedError */
  sizedBytes(field: string): Uint8Array {
    const length = this.u32(field);
    const at = this.#padded(length, field);
    return this.bytes.subarray(at, at + length);
  }

  // Passes over bytes and what pads them, and returns where they begin.
  #padded(length: number, field: string): number {
    const at = this.take(length, field);
    this.take((4 - (length % 4)) % 4, field);
    return at;
  }

  /** @throws MalformedError */
  text(field: string): string {
    return utf8.decode(this.sizedBytes(field));
  }

  /**
   * The JSON text that a GET has found, not copied; undefined when it has found none, or another
   * kind of value. REQUIRES: nothing was read.
   */
  get foundJson(): Uint8Array | undefined {
    const { view, offset, remaining } = this;
    const textAt = offset + 12;
    if (remaining < 12 || view.getUint32(offset, true) !== 1) return undefined;
    if (view.getUint32(offset + 4, true) !== ValueKind.json) return undefined;
    const length = view.getUint32(offset + 8, true);
    return length <= this.end - textAt ? this.bytes.subarray(textAt, textAt + length) : undefined;
  }

  /**
   * The body of a GET's answer that has found a value, if that is in it as a whole; not copied.
   * REQUIRES: nothing was read.
   */
  get found(): Uint8Array | undefined {
    const { view, offset, remaining } = this;
    if (!this.ok || remaining < 12 || view.getUint32(offset, true) !== 1) return undefined;
    if ((view.getUint32(offset + 4, true) & VALUE_IN_PIECES) !== 0) return undefined;
    return this.bytes.subarray(offset, this.end);
  }

  /** A kind and a value's bytes: a new value. @throws MalformedError */
  value(): unknown {
    const { early } = this;
    if (early !== notEarly) {
      this.early = notEarly;
      return early;
    }
    const at = this.offset;
    const kind = this.u32('value kind');
    if (kind === ValueKind.tagged) return this.#taggedValue();
    const bytes = this.sizedBytes('value');
    if ((kind & VALUE_IN_PIECES) === 0) return decodeValue(kind, bytes);
    const pieces = this.large[this.#largeRead++];
    if (pieces === undefined) throw new MalformedError('value', at, 'has no pieces');
    return decodeValue(kind & ~VALUE_IN_PIECES, gathered(pieces));
  }

  // Where it stands: a view of its bytes and a reader of its own would take as long to make, and to
  // collect, as a small value takes to decode.
  #taggedValue(): unknown {
    const length = this.u32('value');
    const at = this.#padded(length, 'value');
    const reader = (this.#tagged ??= new ByteReader(this.bytes, at, at, this.view));
    reader.offset = at;
    reader.end = at + length;
    return readTagged(reader);
  }

  /** New values. @param count how many there are. @throws MalformedError */
  values(count: number): unknown[] {
    const { first, problem } = this;
    if (problem !== undefined) throw problem.error;
    if (first === undefined) return this.#ownValues(count);
    if (first.length > count) {
      throw new MalformedError('values', 0, `are ${first.length} where ${count} were promised`);
    }
    this.first = undefined;
    return appendAll(first, this.#ownValues(count - first.length));
  }

  #ownValues(count: number): unknown[] {
    const at = this.offset;
    const format = this.u32('values format');
    if (format === ValuesFormat.json) {
      const values = decodeJsonArray(this.sizedBytes('values'));
      if (values.length === count) return values;
      throw new MalformedError('values', 0, `are ${values.length} where ${count} were promised`);
    }
    if (format !== ValuesFormat.each) {
      throw new MalformedError('values format', at, `${format} is not known`);
    }
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) append(values, this.value());
    return values;
  }
}

/** The bytes of a value in pieces, valid until the next call. */
function gathered(pieces: readonly Uint8Array[]): Uint8Array {
  const length = lengthOf(pieces);
  if (length > scratchBytesMax) return joined(pieces);
  if (scratch.length < length) scratch = new Uint8Array(length);
  fill(scratch, pieces);
  return scratch.subarray(0, length);
}

/** Memory that was written to before takes a copy in a fifth of the time that new memory takes. */
let scratch = new Uint8Array(0);
const scratchBytesMax = 4 << 20;

function appendAll(list: unknown[], more: readonly unknown[]): unknown[] {
  const { length } = more;
  for (let i = 0; i < length; i++) append(list, more[i]);
  return list;
}

/** Collects what goes ahead of replies, across messages. */
export class Ahead {
  #pieces: Uint8Array[] = [];
  #large = noValues;
  #first: unknown[] | undefined;
  #problem: { readonly error: unknown } | undefined;

  addPiece(piece: Uint8Array, isLast: boolean): void {
    this.#pieces.push(piece);
    if (!isLast) return;
    if (this.#large === noValues) this.#large = [];
    this.#large.push(this.#pieces);
    this.#pieces = [];
  }

  /** @param part has the values, and refers to the large ones of before */
  addValues(part: Reply): void {
    part.large = this.#takeLarge();
    try {
      const values = part.values(part.u32('count'));
      this.#first = this.#first === undefined ? values : appendAll(this.#first, values);
    } catch (error) {
      // The one's who reads the reply: others shall get theirs.
      this.#problem ??= { error };
    }
  }

  /** To the reply that comes now. What is left unfinished is dropped: that reply is a failure. */
  giveTo(reply: Reply): void {
    reply.large = this.#takeLarge();
    reply.first = this.#first;
    reply.problem = this.#problem;
    this.#first = this.#problem = undefined;
  }

  #takeLarge(): Uint8Array[][] {
    const large = this.#large;
    this.#large = noValues;
    this.#pieces = [];
    return large;
  }
}

/** One behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(lengthOf(parts));
  fill(all, parts);
  return all;
}

const lengthOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);

function fill(all: Uint8Array, parts: readonly Uint8Array[]): void {
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
}

/** Gives the replies of a message one after the other. */
export class ReplyReader {
  readonly #message: ByteReader;
  readonly #ahead: Ahead;

  /** @param ahead the same for all messages of a channel */
  constructor(message: ArrayBuffer, ahead = new Ahead()) {
    this.#message = new ByteReader(new Uint8Array(message));
    this.#ahead = ahead;
  }

  /**
   * @returns undefined behind the last reply
   * @throws MalformedError
   */
  next(): Reply | undefined {
    for (let reply = this.#next(); reply !== undefined; reply = this.#next()) {
      if (reply.kind < ReplyKind.piece) {
        this.#ahead.giveTo(reply);
        return reply;
      }
      if (reply.kind === ReplyKind.values) this.#ahead.addValues(reply);
      else this.#ahead.addPiece(reply.sizedBytes('piece'), reply.kind < MORE_FOLLOWS);
    }
    return undefined;
  }

  #next(): Reply | undefined {
    const { bytes, view, offset: at, remaining } = this.#message;
    if (remaining === 0) return undefined;
    const reply = new Reply(bytes, at, bytes.length, view);
    reply.kind = reply.u32('reply kind');
    if (reply.kind > ReplyKind.values && reply.kind !== (ReplyKind.piece | MORE_FOLLOWS)) {
      throw new MalformedError('reply kind', at, `${reply.kind} is none`);
    }
    const length = reply.u32('reply length');
    if (length < REPLY_HEADER_BYTES || length % 4 !== 0 || length > remaining) {
      throw new MalformedError('reply length', at + 4, `is ${length} of ${remaining} bytes`);
    }
    reply.end = at + length;
    reply.connection = reply.u32('connection');
    reply.transaction = reply.u32('transaction');
    reply.request = reply.u32('request');
    this.#message.offset = at + length;
    return reply;
  }
}
