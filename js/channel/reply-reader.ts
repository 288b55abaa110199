// Goes through the replies of one message (PROTOCOL.md) without copying or decoding them: what
// nobody asks for costs nothing.
import { ByteReader } from '../codec/byte-reader';
import { MalformedError } from '../codec/malformed-error';
import { decodeJsonArray, decodeValue } from '../codec/value-decoder';
import { REPLY_HEADER_BYTES, ReplyKind, ValuesFormat } from './protocol';
import { errorData, toDOMException } from './status';

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

  /** A kind and a value's bytes. @throws MalformedError */
  storedValue(): StoredValue {
    const kind = this.u32('value kind');
    return new StoredValue(kind, this.sizedBytes('value'));
  }

  /** @param count how many there are. @throws MalformedError */
  storedValues(count: number): StoredValues {
    const at = this.offset;
    const format = this.u32('values format');
    if (format === ValuesFormat.json) {
      return new StoredValues(count, this.sizedBytes('values'), []);
    }
    if (format !== ValuesFormat.each) {
      throw new MalformedError('values format', at, `${format} is not known`);
    }
    const values: StoredValue[] = [];
    for (let i = 0; i < count; i++) values.push(this.storedValue());
    return new StoredValues(count, undefined, values);
  }
}

/** Gives the replies of a message one after the other. */
export class ReplyReader {
  readonly #message: ByteReader;

  constructor(message: ArrayBuffer) {
    this.#message = new ByteReader(new Uint8Array(message));
  }

  /**
   * @returns undefined behind the last reply
   * @throws MalformedError
   */
  next(): Reply | undefined {
    const { bytes, view, offset: at, remaining } = this.#message;
    if (remaining === 0) return undefined;
    const reply = new Reply(bytes, at, bytes.length, view);
    reply.kind = reply.u32('reply kind');
    if (reply.kind > ReplyKind.aborted) {
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

/** A value that was read and not yet decoded. */
export class StoredValue {
  constructor(
    readonly kind: number,
    readonly bytes: Uint8Array,
  ) {}

  /** A new value at each call. @throws MalformedError */
  decode(): unknown {
    return decodeValue(this.kind, this.bytes);
  }
}

/** Values that were read and not yet decoded. */
export class StoredValues {
  readonly #json: Uint8Array | undefined;
  readonly #values: readonly StoredValue[];

  constructor(
    readonly count: number,
    json: Uint8Array | undefined,
    values: readonly StoredValue[],
  ) {
    this.#json = json;
    this.#values = values;
  }

  /** New values at each call. @throws MalformedError */
  decode(): unknown[] {
    if (this.#json === undefined) return this.#values.map((value) => value.decode());
    const values = decodeJsonArray(this.#json);
    if (values.length === this.count) return values;
    throw new MalformedError('values', 0, `are ${values.length} where ${this.count} were promised`);
  }
}
