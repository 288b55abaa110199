// Writes the tagged binary form (FORMAT.md). Iterative: a clone may be deeper than the stack.
import type { ByteWriter } from './byte-writer';
import {
  append,
  bufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewOffset,
  hasOwn,
  isResizable,
  ownKeys,
  timeOfDate,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayName,
  typedArrayOffset,
  valueOfBigInt,
  valueOfBoolean,
  valueOfNumber,
  valueOfString,
} from './intrinsics';
import { isDense } from './own-copy';
import { GENERATED } from './key';
import { encodePlatformObject } from './platform-values';
import { writeBigInt, writeString } from './tagged-scalars';
import {
  ErrorFlag,
  TAGGED_VERSION,
  ValueTag,
  ViewFlag,
  classNumberOf,
  nestedInErrors,
  tagOfObject,
  type ResizableBuffer,
} from './value-tags';

/**
 * Appends the tagged binary form of a clone that passed `inspectClone`.
 * @param blobs the contents of the Blobs in it
 * @returns the offset of the placeholder's 8 bytes from the value's start, -1 without one
 */
export function encodeTagged(
  value: unknown,
  writer: ByteWriter,
  blobs: ReadonlyMap<Blob, Uint8Array>,
): number {
  return new TaggedEncoder(writer, blobs).encode(value);
}

// What is left to write of an object: values, each behind its name where it has one.
interface Rest {
  readonly outer: Rest | undefined;
  readonly values: readonly unknown[];
  readonly names: readonly string[] | undefined;
  next: number;
}

class TaggedEncoder {
  readonly #writer: ByteWriter;
  readonly #blobs: ReadonlyMap<Blob, Uint8Array>;
  readonly #start: number;
  readonly #numbers = new Map<object, number>();
  #rest: Rest | undefined;
  #injectionAt = -1;

  constructor(writer: ByteWriter, blobs: ReadonlyMap<Blob, Uint8Array>) {
    this.#writer = writer;
    this.#blobs = blobs;
    this.#start = writer.length;
  }

  encode(root: unknown): number {
    this.#writer.u8(TAGGED_VERSION);
    this.#node(root);
    for (;;) {
      const rest = this.#rest;
      if (rest === undefined) return this.#injectionAt;
      if (rest.next === rest.values.length) {
        this.#rest = rest.outer;
        continue;
      }
      const at = rest.next++;
      if (rest.names !== undefined) writeString(this.#writer, rest.names[at] as string);
      this.#node(rest.values[at]);
    }
  }

  #node(value: unknown): void {
    const writer = this.#writer;
    switch (typeof value) {
      case 'undefined':
        return writer.u8(ValueTag.undefined);
      case 'boolean':
        return writer.u8(value ? ValueTag.true : ValueTag.false);
      case 'number':
        return this.#number(value);
      case 'string':
        writer.u8(ValueTag.string);
        return writeString(writer, value);
      case 'bigint':
        writer.u8(ValueTag.bigint);
        return writeBigInt(writer, value);
      default:
        if (value === null) return writer.u8(ValueTag.null);
        return this.#object(value as object);
    }
  }

  #number(value: number): void {
    const writer = this.#writer;
    const integer = value | 0;
    if (integer === value && (value !== 0 || 1 / value > 0)) {
      writer.u8(ValueTag.integer);
      writer.varint(integer < 0 ? -integer * 2 - 1 : integer * 2);
    } else {
      writer.u8(ValueTag.double);
      writer.f64(value);
    }
  }

  #object(value: object): void {
    const writer = this.#writer;
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      writer.u8(ValueTag.reference);
      return writer.varint(number);
    }
    if (value === GENERATED) {
      writer.u8(ValueTag.double);
      this.#injectionAt = writer.length - this.#start;
      return writer.f64(0);
    }
    const tag = tagOfObject(value) as ValueTag;
    // A view takes its number behind its buffer's, so that a decoder can make the buffer first.
    if (tag === ValueTag.view) return this.#view(value as ArrayBufferView);
    this.#numbers.set(value, this.#numbers.size);
    switch (tag) {
      case ValueTag.object:
        writer.u8(tag);
        return this.#properties(value, ownKeys(value));
      case ValueTag.array:
        return this.#array(value as unknown[]);
      case ValueTag.date:
        writer.u8(tag);
        return writer.f64(timeOfDate(value));
      case ValueTag.regExp:
        writer.u8(tag);
        writeString(writer, (value as RegExp).source);
        return writeString(writer, (value as RegExp).flags);
      case ValueTag.map:
        return this.#map(value as Map<unknown, unknown>);
      case ValueTag.set:
        return this.#list(tag, [...(value as Set<unknown>)]);
      case ValueTag.booleanObject:
        writer.u8(tag);
        return writer.u8(valueOfBoolean(value) ? 1 : 0);
      case ValueTag.numberObject:
        writer.u8(tag);
        return writer.f64(valueOfNumber(value));
      case ValueTag.stringObject:
        writer.u8(tag);
        return writeString(writer, valueOfString(value));
      case ValueTag.bigintObject:
        writer.u8(tag);
        return writeBigInt(writer, valueOfBigInt(value));
      case ValueTag.error:
        return this.#error(value as Error);
      case ValueTag.buffer:
        return this.#buffer(value as ArrayBuffer);
      default:
        return encodePlatformObject(writer, tag, value, this.#blobs);
    }
  }

  #properties(value: object, names: readonly string[]): void {
    this.#writer.varint(names.length);
    const values = names.map((name) => (value as Record<string, unknown>)[name]);
    this.#begin(values, names);
  }

  #begin(values: readonly unknown[], names?: readonly string[]): void {
    this.#rest = { outer: this.#rest, values, names, next: 0 };
  }

  #list(tag: ValueTag, values: readonly unknown[]): void {
    this.#writer.u8(tag);
    this.#writer.varint(values.length);
    this.#begin(values);
  }

  #array(value: readonly unknown[]): void {
    const names = ownKeys(value);
    if (isDense(names, value.length)) return this.#list(ValueTag.array, value);
    this.#writer.u8(ValueTag.sparseArray);
    this.#writer.varint(value.length);
    this.#properties(value, names);
  }

  #map(value: ReadonlyMap<unknown, unknown>): void {
    this.#writer.u8(ValueTag.map);
    this.#writer.varint(value.size);
    const values: unknown[] = [];
    for (const [key, inner] of value) {
      append(values, key);
      append(values, inner);
    }
    this.#begin(values);
  }

  #error(value: Error): void {
    const writer = this.#writer;
    const message = hasOwn(value, 'message');
    const stack = typeof value.stack === 'string';
    const nested = nestedInErrors.filter((name) => hasOwn(value, name));
    writer.u8(ValueTag.error);
    writer.u8(classNumberOf(value));
    writer.u8(
      (message ? ErrorFlag.message : 0) |
        (stack ? ErrorFlag.stack : 0) |
        nested.reduce((flags, name) => flags | ErrorFlag[name], 0),
    );
    if (message) writeString(writer, String(value.message));
    if (stack) writeString(writer, value.stack as string);
    const values = nested.map((name) => (value as AggregateError)[name]);
    this.#begin(values);
  }

  #buffer(value: ResizableBuffer): void {
    const writer = this.#writer;
    const resizable = isResizable(value);
    writer.u8(resizable ? ValueTag.resizableBuffer : ValueTag.buffer);
    writer.varint(bufferByteLength(value));
    if (resizable) writer.varint(value.maxByteLength as number);
    writer.append(new Uint8Array(value));
  }

  #view(value: ArrayBufferView): void {
    const writer = this.#writer;
    const isDataView = typedArrayName(value) === undefined;
    const buffer = (isDataView ? dataViewBuffer : typedArrayBuffer)(value) as ResizableBuffer;
    const byteLength = isDataView ? dataViewByteLength : typedArrayByteLength;
    const tracks = isResizable(buffer) && tracksLength(value, buffer, byteLength);
    writer.u8(ValueTag.view);
    writer.u8(classNumberOf(value));
    writer.u8(tracks ? ViewFlag.tracksLength : 0);
    writer.varint((isDataView ? dataViewOffset : typedArrayOffset)(value));
    if (!tracks) writer.varint(byteLength(value));
    this.#object(buffer);
    this.#numbers.set(value, this.#numbers.size);
  }
}

// No property tells whether a view follows its buffer's length. The buffer is a clone's, which
// nobody else has: it is made longer for a moment.
function tracksLength(
  view: ArrayBufferView,
  buffer: ResizableBuffer,
  byteLength: (view: ArrayBufferView) => number,
): boolean {
  const elementBytesMax = 8;
  const before = bufferByteLength(buffer);
  const lengthBefore = byteLength(view);
  const room = Math.min(elementBytesMax, (buffer.maxByteLength as number) - before);
  buffer.resize?.(before + room);
  const tracks = byteLength(view) !== lengthBefore;
  buffer.resize?.(before);
  return tracks;
}
