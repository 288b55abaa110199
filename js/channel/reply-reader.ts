// Goes through the replies of one message (PROTOCOL.md) without copying or decoding them: what
// nobody asks for costs nothing.
import { ByteReader } from '../codec/byte-reader';
import { append } from '../codec/intrinsics';
import { MalformedError } from '../codec/malformed-error';
import { decodeJsonArray, decodeValue } from '../codec/value-decoder';
import {
  LIST,
  MORE_FOLLOWS,
  REPLY_HEADER_BYTES,
  ReplyKind,
  VALUE_IN_PIECES,
  ValuesFormat,
} from './protocol';
import { errorData, toDOMException } from './status';

const noValues: Uint8Array[] = [];
const noLists: (readonly unknown[] | MalformedError)[] = [];

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
  large: Uint8Array[] = noValues;
  /** The lists of values that came before it. */
  lists: readonly (readonly unknown[] | MalformedError)[] = noLists;
  #largeRead = 0;
  #error: DOMException | undefined;

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
    const bytes = this.subarray(length, field);
    this.take((4 - (length % 4)) % 4, field);
    return bytes;
  }

  /** @throws MalformedError */
  text(field: string): string {
    return utf8.decode(this.sizedBytes(field));
  }

  /** A kind and a value's bytes: a new value. @throws MalformedError */
  value(): unknown {
    const at = this.offset;
    const kind = this.u32('value kind');
    const bytes = this.sizedBytes('value');
    if ((kind & VALUE_IN_PIECES) === 0) return decodeValue(kind, bytes);
    const large = this.large[this.#largeRead++];
    if (large === undefined) throw new MalformedError('value', at, 'has no pieces');
    return decodeValue(kind & ~VALUE_IN_PIECES, large);
  }

  /** New values. @param count how many there are. @throws MalformedError */
  values(count: number): unknown[] {
    const values: unknown[] = [];
    for (const list of this.lists) {
      if (list instanceof MalformedError) throw list;
      for (let i = 0; i < list.length; i++) append(values, list[i]);
    }
    const rest = this.#values(count - values.length);
    if (values.length === 0) return rest;
    for (let i = 0; i < rest.length; i++) append(values, rest[i]);
    return values;
  }

  #values(count: number): unknown[] {
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

/** Puts the pieces of large values together, across messages. */
export class LargeValues {
  #pieces: Uint8Array[] = [];
  #values = noValues;
  #lists = noLists;

  add(piece: Uint8Array, isLast: boolean): void {
    this.#pieces.push(piece);
    if (!isLast) return;
    if (this.#values === noValues) this.#values = [];
    this.#values.push(joined(this.#pieces));
    this.#pieces = [];
  }

  /** Reads a list at once: the worker is busy with the next one. */
  addList(bytes: Uint8Array): void {
    if (this.#lists === noLists) this.#lists = [];
    try {
      append(this.#lists, decodeJsonArray(bytes));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      append(this.#lists, error);
    }
  }

  takeLists(): typeof noLists {
    const lists = this.#lists;
    this.#lists = noLists;
    return lists;
  }

  /** Those of the reply that comes now. What it has left unfinished is dropped: it has failed. */
  take(): Uint8Array[] {
    const values = this.#values;
    this.#values = noValues;
    this.#pieces = [];
    return values;
  }
}

/** One behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Gives the replies of a message one after the other. */
export class ReplyReader {
  readonly #message: ByteReader;
  readonly #large: LargeValues;

  /** @param large the same for all messages of a channel */
  constructor(message: ArrayBuffer, large = new LargeValues()) {
    this.#message = new ByteReader(new Uint8Array(message));
    this.#large = large;
  }

  /**
   * @returns undefined behind the last reply
   * @throws MalformedError
   */
  next(): Reply | undefined {
    for (let reply = this.#next(); reply !== undefined; reply = this.#next()) {
      if (reply.kind < ReplyKind.piece) {
        reply.large = this.#large.take();
        reply.lists = this.#large.takeLists();
        return reply;
      }
      if (reply.kind >= LIST) this.#large.addList(reply.sizedBytes('list'));
      else this.#large.add(reply.sizedBytes('piece'), reply.kind < MORE_FOLLOWS);
    }
    return undefined;
  }

  #next(): Reply | undefined {
    const { bytes, view, offset: at, remaining } = this.#message;
    if (remaining === 0) return undefined;
    const reply = new Reply(bytes, at, bytes.length, view);
    reply.kind = reply.u32('reply kind');
    const flags = reply.kind - ReplyKind.piece;
    if (flags > 0 && flags !== MORE_FOLLOWS && flags !== LIST) {
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
