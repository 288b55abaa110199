// Bytes to keys and to values. Nothing is trusted: what no encoder writes is refused, so that equal
// keys always have equal bytes.
import { SHORT_TEXT, UNITS_AT_ONCE, append, shortAscii, textOfUnits } from './intrinsics';
import { EncodedKey, KEY_DEPTH_MAX, KeyTag, TIME_MAX, type Key } from './key';
import { MalformedError } from './malformed-error';

/** What a key is to a script. */
export type KeyValue = number | string | Date | ArrayBuffer | KeyValue[];

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads keys that stand one behind the other. */
export class KeyReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Where the next key begins. */
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  get done(): boolean {
    return this.offset >= this.#bytes.length;
  }

  /** The next key as a new value. @throws MalformedError */
  value(): KeyValue {
    return this.#value(0);
  }

  /** The next key as a `Key`, whose bytes are copied. @throws MalformedError */
  key(): Key {
    const start = this.offset;
    const value = this.#value(0);
    if (typeof value !== 'object') return value;
    return new EncodedKey(this.#bytes.slice(start, this.offset));
  }

  /** The next key's bytes, not copied. @throws MalformedError */
  keyBytes(): Uint8Array {
    const start = this.offset;
    this.#value(0);
    return this.#bytes.subarray(start, this.offset);
  }

  #value(depth: number): KeyValue {
    const tag = this.#byte('key tag');
    switch (tag) {
      case KeyTag.number:
        return this.#number('number key');
      case KeyTag.date:
        return this.#date();
      case KeyTag.string:
        return this.#string();
      case KeyTag.binary:
        return this.#binary();
      case KeyTag.array:
        return this.#array(depth + 1);
      default:
        throw new MalformedError('key tag', this.offset - 1, `${tag} is none`);
    }
  }

  #byte(field: string): number {
    const byte = this.#bytes[this.offset];
    if (byte === undefined) throw new MalformedError(field, this.offset, 'the bytes end');
    this.offset++;
    return byte;
  }

  #number(field: string): number {
    const at = this.offset;
    if (at + 8 > this.#bytes.length) throw new MalformedError(field, at, 'the bytes end');
    const high = this.#view.getUint32(at);
    const low = this.#view.getUint32(at + 4);
    const positive = high >= 0x80000000;
    numberScratch.setUint32(0, positive ? high - 0x80000000 : ~high);
    numberScratch.setUint32(4, positive ? low : ~low);
    const value = numberScratch.getFloat64(0);
    if (value !== value) throw new MalformedError(field, at, 'is not a number');
    if (value === 0 && !positive) throw new MalformedError(field, at, 'is -0');
    this.offset = at + 8;
    return value;
  }

  #date(): Date {
    const at = this.offset;
    const time = this.#number('date key');
    if (Math.abs(time) > TIME_MAX || !Number.isInteger(time)) {
      throw new MalformedError('date key', at, `${time} is no time value`);
    }
    return new Date(time);
  }

  #string(): string {
    const bytes = this.#bytes;
    const start = this.offset;
    const end = bytes.indexOf(0, start);
    let plain = start;
    while (plain < end && isPlain(bytes[plain] as number)) plain++;
    if (end >= 0 && plain === end) {
      this.offset = end + 1;
      const length = end - start;
      if (length > SHORT_TEXT) return utf8.decode(bytes.subarray(start, end));
      return shortAscii(bytes, start, length) as string;
    }
    return this.#anyString();
  }

  // Zeros occur inside, so the end is found unit by unit.
  #anyString(): string {
    let text = '';
    for (let count = 0; ; ) {
      const byte = this.#byte('string key');
      if (byte === 0) return text + textOfUnits(unitScratch.subarray(0, count));
      unitScratch[count++] = this.#unit(byte);
      if (count === UNITS_AT_ONCE) {
        text += textOfUnits(unitScratch);
        count = 0;
      }
    }
  }

  #unit(first: number): number {
    if (isPlain(first)) return first;
    const at = this.offset - 1;
    const second = this.#byte('string key');
    if (first === 1) {
      if (second !== 1 && second !== 2) throw new MalformedError('string key', at, 'bad escape');
      return second - 1;
    }
    if (first < 0xc0) return 0x80 + ((first - 0x80) << 8) + second;
    const unit = (second << 8) | this.#byte('string key');
    if (first > 0xc0) throw new MalformedError('string key', at, `${first} begins no code unit`);
    if (unit < 0x4080) throw new MalformedError('string key', at, 'a code unit is too long');
    return unit;
  }

  #binary(): ArrayBuffer {
    const bytes = this.#bytes;
    const start = this.offset;
    let length = 0;
    for (;;) {
      const byte = this.#byte('binary key');
      if (byte === 0) {
        const at = this.offset - 1;
        const next = this.#byte('binary key');
        if (next === 0) break;
        if (next !== 0xff) throw new MalformedError('binary key', at, 'bad escape');
      }
      length++;
    }
    const copy = new Uint8Array(length);
    for (let from = start, to = 0; to < length; from++, to++) {
      const byte = bytes[from] as number;
      copy[to] = byte;
      if (byte === 0) from++;
    }
    return copy.buffer;
  }

  #array(depth: number): KeyValue[] {
    if (depth > KEY_DEPTH_MAX) {
      throw new MalformedError('array key', this.offset - 1, `nests deeper than ${KEY_DEPTH_MAX}`);
    }
    const elements: KeyValue[] = [];
    while (this.#bytes[this.offset] !== KeyTag.end) append(elements, this.#value(depth));
    this.offset++;
    return elements;
  }
}

/**
 * Decodes bytes that hold exactly one key.
 * @throws MalformedError also when something follows
 */
export function decodeKey(bytes: Uint8Array): KeyValue {
  const reader = new KeyReader(bytes);
  const value = reader.value();
  if (!reader.done) throw new MalformedError('key', reader.offset, 'something follows');
  return value;
}

/**
 * Makes the value that a script sees; a new one at each call for dates, buffers and arrays.
 * https://w3c.github.io/IndexedDB/#convert-a-key-to-a-value
 */
export function toKeyValue(key: Key): KeyValue {
  return typeof key === 'object' ? decodeKey(key.bytes) : key;
}

const numberScratch = new DataView(new ArrayBuffer(8));
const unitScratch = new Uint16Array(UNITS_AT_ONCE);

function isPlain(byte: number): boolean {
  return byte >= 2 && byte < 0x80;
}
