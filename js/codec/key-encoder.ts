// Values to keys, keys to bytes. The bytes are described in src/document/FORMAT.md.
import type { ByteWriter } from './byte-writer';
import { ByteWriter as Writer } from './byte-writer';
import { copyBufferSource } from './buffer-source';
import {
  append,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isArray,
  objectPrototype,
  ownKeys,
  platformClone,
  tagOf,
  timeOfDate,
} from './intrinsics';
import { EncodedKey, GENERATED, GENERATED_KEY, KEY_DEPTH_MAX, KeyTag, type Key } from './key';

/**
 * Converts a value to a key. https://w3c.github.io/IndexedDB/#convert-value-to-key
 * @returns null when the value is no valid key: the caller throws a DataError
 * @throws what a getter of the value throws
 */
export function toKey(value: unknown): Key | null {
  if (typeof value === 'string') return value;
  // Adding 0 makes 0 of -0.
  if (typeof value === 'number') return value === value ? value + 0 : null;
  if (typeof value !== 'object' || value === null) return null;
  if (value === GENERATED) return GENERATED_KEY;
  const writer = new Writer(64);
  const patches: number[] = [];
  return convert(value, writer, patches, []) ? new EncodedKey(writer.slice(), patches) : null;
}

/**
 * Whether an array's key was made of a Proxy: it looks like an array to everything but structured
 * clone, and is no key. Where asking would run a getter once more, or what can't be cloned may be a
 * named property, the answer is no.
 * REQUIRES: toKey(value) is not null.
 */
export function holdsProxy(value: unknown): boolean {
  if (!isArray(value) || !holdsOnlyElements(value)) return false;
  try {
    platformClone(value);
    return false;
  } catch {
    return true;
  }
}

function holdsOnlyElements(value: object): boolean {
  const names = ownKeys(value);
  if (names.length !== (value as readonly unknown[]).length) return false;
  return names.every((name) => {
    const property = getOwnPropertyDescriptor(value, name);
    if (property === undefined || property.get !== undefined) return false;
    return !isArray(property.value) || holdsOnlyElements(property.value);
  });
}

/**
 * Converts a value to the keys of a multi-entry index: an array's elements, those that are no keys
 * left out and each key once; or the one key of another value.
 * https://w3c.github.io/IndexedDB/#convert-a-value-to-a-multientry-key
 * @returns null when the value is neither an array nor a valid key
 */
export function toMultiEntryKeys(value: unknown): readonly Key[] | null {
  if (!isArray(value)) {
    const key = toKey(value);
    return key === null ? null : [key];
  }
  const keys = new Map<number | string, Key>();
  // An array's own indexes come first and in order; a sparse array may be far longer than its
  // elements are many.
  for (const name of ownKeys(value)) {
    const index = Number(name);
    if (String(index) !== name || index >= value.length) break;
    const key = toKey(value[index]);
    if (key !== null) keys.set(identityOf(key), key);
  }
  return [...keys.values()];
}

/** Appends the key's bytes. */
export function encodeKey(writer: ByteWriter, key: Key): void {
  if (typeof key === 'number') writeNumber(writer, KeyTag.number, key);
  else if (typeof key === 'string') writeString(writer, key);
  else writer.append(key.bytes);
}

/** The key's bytes by themselves. */
export function keyBytes(key: Key): Uint8Array<ArrayBuffer> {
  if (typeof key === 'object') return key.bytes;
  const writer = new Writer(typeof key === 'number' ? 9 : key.length + 2);
  encodeKey(writer, key);
  return writer.slice();
}

// Writes a value's key; false: it is no valid key. `seen` are the arrays that it stands in.
function convert(value: unknown, writer: Writer, patches: number[], seen: object[]): boolean {
  if (typeof value === 'number') {
    if (value !== value) return false;
    writeNumber(writer, KeyTag.number, value + 0);
    return true;
  }
  if (typeof value === 'string') {
    writeString(writer, value);
    return true;
  }
  if (typeof value !== 'object' || value === null) return false;
  if (value === GENERATED) {
    append(patches, writer.length + 1);
    writer.append(GENERATED_KEY.bytes);
    return true;
  }
  if (isArray(value)) return convertArray(value, writer, patches, seen);
  const bytes = copyBufferSource(value);
  if (bytes !== undefined) {
    if (bytes === null) return false;
    writeBinary(writer, bytes);
    return true;
  }
  const time = timeOf(value);
  if (time !== time) return false;
  writeNumber(writer, KeyTag.date, time + 0);
  return true;
}

function convertArray(
  value: readonly unknown[],
  writer: Writer,
  patches: number[],
  seen: object[],
): boolean {
  if (seen.length === KEY_DEPTH_MAX || seen.includes(value)) return false;
  append(seen, value);
  writer.u8(KeyTag.array);
  const { length } = value;
  for (let i = 0; i < length; i++) {
    if (!hasOwn(value, i) || !convert(value[i], writer, patches, seen)) return false;
  }
  writer.u8(KeyTag.end);
  seen.pop();
  return true;
}

// The time value of what has one, of whatever realm or prototype; NaN for everything else.
function timeOf(value: object): number {
  // Plain objects are turned away without the cost of an exception.
  if (getPrototypeOf(value) === objectPrototype && tagOf(value) !== '[object Date]') return NaN;
  try {
    return timeOfDate(value);
  } catch {
    return NaN;
  }
}

function writeNumber(writer: ByteWriter, tag: number, value: number): void {
  const at = writer.reserve(9);
  const { view } = writer;
  view.setUint8(at, tag);
  view.setFloat64(at + 1, value);
  const high = view.getUint32(at + 1);
  if (high < 0x80000000) {
    view.setUint32(at + 1, high + 0x80000000);
  } else {
    view.setUint32(at + 1, ~high);
    view.setUint32(at + 5, ~view.getUint32(at + 5));
  }
  writer.length = at + 9;
}

function writeString(writer: ByteWriter, text: string): void {
  let at = writer.reserve(text.length * 3 + 2);
  const { bytes } = writer;
  bytes[at++] = KeyTag.string;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit < 2) bytes[at++] = 1;
      bytes[at++] = unit < 2 ? unit + 1 : unit;
    } else if (unit < 0x4080) {
      bytes[at++] = 0x80 + ((unit - 0x80) >> 8);
      bytes[at++] = (unit - 0x80) & 0xff;
    } else {
      bytes[at++] = 0xc0;
      bytes[at++] = unit >> 8;
      bytes[at++] = unit & 0xff;
    }
  }
  bytes[at++] = 0;
  writer.length = at;
}

function writeBinary(writer: ByteWriter, source: Uint8Array): void {
  let at = writer.reserve(source.length * 2 + 3);
  const { bytes } = writer;
  bytes[at++] = KeyTag.binary;
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] as number;
    bytes[at++] = byte;
    if (byte === 0) bytes[at++] = 0xff;
  }
  bytes[at++] = 0;
  bytes[at++] = 0;
  writer.length = at;
}

// Equal for equal keys. A number and a string are never taken for each other by a Map.
function identityOf(key: Key): number | string {
  if (typeof key !== 'object') return typeof key === 'number' ? key : `s${key}`;
  return `e${key.bytes.join()}`;
}
