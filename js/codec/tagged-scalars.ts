// Strings and big integers of the tagged binary form, in both directions.
import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { SHORT_TEXT, UNITS_AT_ONCE, shortAscii, textOfUnits } from './intrinsics';
import { MalformedError } from './malformed-error';

const nameSlots = 256;

const varintBytesMax = 10;
const loneSurrogate = /\p{Surrogate}/u;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface Name {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Names read lately. A name has one place, which the latest with that place takes. */
const names = new Array<Name | undefined>(nameSlots);

/** Writes `[varint: bytes × 2, + 1 for UTF-16][bytes]`. UTF-16 is for lone surrogates. */
export function writeString(writer: ByteWriter, text: string): void {
  if (text.length <= SHORT_TEXT && writeShortAscii(writer, text)) return;
  if (loneSurrogate.test(text)) {
    writer.varint(text.length * 4 + 1);
    const at = writer.reserve(text.length * 2);
    for (let i = 0; i < text.length; i++) {
      writer.view.setUint16(at + i * 2, text.charCodeAt(i), true);
    }
    writer.length = at + text.length * 2;
    return;
  }
  // The length comes first and is known last: the bytes are written behind room for it, and then
  // moved.
  const start = writer.reserve(varintBytesMax + text.length);
  writer.length = start + varintBytesMax;
  writer.utf8(text);
  // Made now, for what is behind `length` does not survive the growth of the buffer.
  const end = writer.reserve(varintBytesMax);
  const from = start + varintBytesMax;
  writer.length = start;
  writer.varint((end - from) * 2);
  writer.bytes.copyWithin(writer.length, from, end);
  writer.length += end - from;
}

function writeShortAscii(writer: ByteWriter, text: string): boolean {
  let at = writer.reserve(text.length + 1);
  const { bytes } = writer;
  bytes[at++] = text.length * 2;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return false;
    bytes[at++] = unit;
  }
  writer.length = at;
  return true;
}

/** @throws MalformedError */
export function readString(reader: ByteReader, field: string): string {
  const start = reader.offset;
  const header = reader.varint(field);
  const length = Math.floor(header / 2);
  const at = reader.take(length, field);
  const isUtf16 = header % 2 === 1;
  if (length <= SHORT_TEXT && !isUtf16) {
    const text = shortAscii(reader.bytes, at, length);
    if (text !== undefined) return text;
  }
  const bytes = reader.bytes.subarray(at, at + length);
  return isUtf16 ? readUtf16(bytes, field, start) : readUtf8(bytes, field, start);
}

/**
 * As readString, for names of properties: the same few come again and again, and comparing bytes
 * takes less time than making a string of them.
 * @throws MalformedError
 */
export function readName(reader: ByteReader, field: string): string {
  const { bytes, offset, remaining } = reader;
  const header = remaining > 0 ? (bytes[offset] as number) : 0;
  const length = header / 2;
  if (header % 2 !== 0 || length === 0 || length > SHORT_TEXT || length >= remaining) {
    return readString(reader, field);
  }
  const start = offset + 1;
  const first = bytes[start] as number;
  const last = bytes[start + length - 1] as number;
  const slot = (length * 7 + first * 31 + last * 131) % nameSlots;
  const known = names[slot];
  if (known !== undefined && isAt(known.bytes, bytes, start, length)) {
    reader.offset = start + length;
    return known.text;
  }
  const text = readString(reader, field);
  names[slot] = { bytes: bytes.slice(start, start + length), text };
  return text;
}

function isAt(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

function readUtf8(bytes: Uint8Array, field: string, start: number): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedError(field, start, 'is not UTF-8');
  }
}

function readUtf16(bytes: Uint8Array, field: string, start: number): string {
  if (bytes.length % 2 !== 0) throw new MalformedError(field, start, 'ends in half a code unit');
  const units = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < units.length; i++) {
    units[i] = (bytes[i * 2] as number) | ((bytes[i * 2 + 1] as number) << 8);
  }
  let text = '';
  for (let i = 0; i < units.length; i += UNITS_AT_ONCE) {
    text += textOfUnits(units.subarray(i, i + UNITS_AT_ONCE));
  }
  return text;
}

/** Writes `[varint: bytes × 2, + 1 if negative][the magnitude, lowest byte first]`. */
export function writeBigInt(writer: ByteWriter, value: bigint): void {
  const negative = value < 0n;
  let digits = value === 0n ? '' : (negative ? -value : value).toString(16);
  if (digits.length % 2 !== 0) digits = `0${digits}`;
  const count = digits.length / 2;
  writer.varint(count * 2 + (negative ? 1 : 0));
  const at = writer.reserve(count);
  for (let i = 0; i < count; i++) {
    const from = digits.length - 2 * (i + 1);
    writer.bytes[at + i] = parseInt(digits.slice(from, from + 2), 16);
  }
  writer.length = at + count;
}

const bigIntBytes = new Uint8Array(8);
const bigIntScratch = new DataView(bigIntBytes.buffer);

/** @throws MalformedError */
export function readBigInt(reader: ByteReader, field: string): bigint {
  const start = reader.offset;
  const header = reader.varint(field);
  const count = Math.floor(header / 2);
  const at = reader.take(count, field);
  const { bytes } = reader;
  if (count <= 8) {
    for (let i = 0; i < 8; i++) bigIntBytes[i] = i < count ? (bytes[at + i] as number) : 0;
    const magnitude = bigIntScratch.getBigUint64(0, true);
    return header % 2 === 1 ? -magnitude : magnitude;
  }
  let digits = '0x0';
  for (let i = count - 1; i >= 0; i--) {
    digits += (bytes[at + i] as number).toString(16).padStart(2, '0');
  }
  try {
    const magnitude = BigInt(digits);
    return header % 2 === 1 ? -magnitude : magnitude;
  } catch {
    throw new MalformedError(field, start, 'is too large a number');
  }
}
