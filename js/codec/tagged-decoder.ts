// Reads the tagged binary form (FORMAT.md). Nothing is trusted and nothing recurses: bytes of any
// kind give a value or a MalformedError.
import { ByteReader } from './byte-reader';
import { setPosition } from './error-position';
import { append, defineProperty, setOwn, typedArrayBuffer } from './intrinsics';
import { MalformedError } from './malformed-error';
import { decodePlatformObject } from './platform-values';
import { readBigInt, readName, readString } from './tagged-scalars';
import {
  ErrorFlag,
  TAGGED_VERSION,
  ValueTag,
  ViewFlag,
  type ViewConstructor,
  errorClasses,
  viewClasses,
} from './value-tags';

/**
 * Decodes a value.
 * @param bytes exactly one value; what it needs of them is copied
 * @throws MalformedError
 */
export function decodeTagged(bytes: Uint8Array): unknown {
  return readTagged(new ByteReader(bytes));
}

/**
 * Decodes a value where it stands.
 * @param reader has exactly one value before its end; what it needs of the bytes is copied
 * @throws MalformedError, whose offset is the reader's
 */
export function readTagged(reader: ByteReader): unknown {
  try {
    return decoder.decode(reader);
  } finally {
    decoder.forget();
  }
}

type Container = object | unknown[] | Map<unknown, unknown> | Set<unknown>;

// An object whose contents are still to be read.
interface Rest {
  outer: Rest | undefined;
  tag: ValueTag;
  target: Container;
  /** Values to come; a Map's keys count, too. */
  left: number;
  /** What the next value belongs to: a Map's key, which may be undefined, an error's property. */
  key: [unknown] | undefined;
}

const arrayLengthMax = 0xffffffff;

/** V8 keeps so many bytes within the object. */
const shortView = 64;
const scratch = new Uint8Array(shortView);

/** Typed arrays of the scratch bytes, by the number of their class. */
const scratchViews: (Uint8Array | undefined)[] = [];

/** The list of a value's objects is used again, unless it has become longer. */
const objectsKept = 256;

const noBytes = new ByteReader(new Uint8Array(0));

class TaggedDecoder {
  #reader = noBytes;
  /** By their numbers: so many as were read. */
  #objects: (object | undefined)[] = [];
  #count = 0;
  #rest: Rest | undefined;
  /** One that is over, to be used again: garbage, too, costs time. */
  #spare: Rest | undefined;

  decode(reader: ByteReader): unknown {
    this.#reader = reader;
    const version = reader.u8('version');
    if (version !== TAGGED_VERSION) {
      throw new MalformedError('version', reader.offset - 1, `${version} is not known`);
    }
    const root = this.#node();
    for (;;) {
      const rest = this.#rest;
      if (rest === undefined) break;
      if (rest.left === 0) this.#end(rest);
      else this.#fill(rest);
    }
    if (reader.remaining > 0) throw new MalformedError('value', reader.offset, 'something follows');
    return root;
  }

  /** Keeps nothing of what was decoded, or of what could not be. */
  forget(): void {
    this.#reader = noBytes;
    // A new list for each value would be an eighth of all that there is to collect.
    if (this.#count > objectsKept) this.#objects = [];
    else for (let i = 0; i < this.#count; i++) this.#objects[i] = undefined;
    this.#count = 0;
    this.#rest = this.#spare = undefined;
  }

  // Reads values into an object, up to one that has values of its own. Such an object is put in its
  // place at once, and filled before the next value of its holder.
  #fill(rest: Rest): void {
    const { tag, target } = rest;
    do {
      rest.left--;
      switch (tag) {
        case ValueTag.array:
          append(target as unknown[], this.#node());
          break;
        case ValueTag.set:
          (target as Set<unknown>).add(this.#node());
          break;
        case ValueTag.map:
          this.#entry(rest, target as Map<unknown, unknown>);
          break;
        case ValueTag.error:
          define(target, String(rest.key?.[0]), this.#node());
          break;
        default:
          this.#property(tag, target);
      }
    } while (rest.left > 0 && this.#rest === rest);
  }

  // Reads a Map's key and its value, or one of them where the key has values of its own.
  #entry(rest: Rest, target: Map<unknown, unknown>): void {
    let key: unknown;
    if (rest.key === undefined) {
      key = this.#node();
      if (this.#rest !== rest) {
        rest.key = [key];
        return;
      }
      rest.left--;
    } else {
      [key] = rest.key;
      rest.key = undefined;
    }
    target.set(key, this.#node());
  }

  #property(tag: ValueTag, target: Container): void {
    const at = this.#reader.offset;
    const name = readName(this.#reader, 'property name');
    if (tag === ValueTag.sparseArray && !fits(name, (target as unknown[]).length)) {
      throw new MalformedError('property name', at, `'${name}' is outside of the array`);
    }
    const value = this.#node();
    setOwn(target, name, value);
  }

  #node(): unknown {
    const reader = this.#reader;
    const at = reader.offset;
    const tag = reader.u8('value tag');
    switch (tag) {
      case ValueTag.undefined:
        return undefined;
      case ValueTag.null:
        return null;
      case ValueTag.false:
        return false;
      case ValueTag.true:
        return true;
      case ValueTag.integer: {
        const coded = reader.varint('integer');
        return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
      }
      case ValueTag.double:
        return reader.f64('number');
      case ValueTag.string:
        return readString(reader, 'string');
      case ValueTag.bigint:
        return readBigInt(reader, 'bigint');
      case ValueTag.reference: {
        const number = reader.varint('reference');
        const object = this.#objects[number];
        if (object === undefined) throw new MalformedError('reference', at, 'leads nowhere');
        return object === this.#objects[number + 1] ? typedArrayBuffer(object) : object;
      }
      default:
        return this.#object(tag, at);
    }
  }

  #object(tag: number, at: number): object {
    const reader = this.#reader;
    switch (tag) {
      case ValueTag.object:
        return this.#container(tag, {}, reader.varint('property count'), 2);
      case ValueTag.array:
        return this.#container(tag, [], reader.varint('array length'), 1);
      case ValueTag.sparseArray:
        return this.#sparseArray();
      case ValueTag.map:
        return this.#container(tag, new Map(), reader.varint('map size') * 2, 1);
      case ValueTag.set:
        return this.#container(tag, new Set(), reader.varint('set size'), 1);
      case ValueTag.date:
        return this.#add(new Date(reader.f64('date')));
      case ValueTag.regExp:
        return this.#add(this.#regExp());
      case ValueTag.booleanObject:
        return this.#add(new Boolean(reader.u8('boolean') !== 0));
      case ValueTag.numberObject:
        return this.#add(new Number(reader.f64('number')));
      case ValueTag.stringObject:
        return this.#add(new String(readString(reader, 'string')));
      case ValueTag.bigintObject:
        return this.#add(Object(readBigInt(reader, 'bigint')) as object);
      case ValueTag.error:
        return this.#error();
      case ValueTag.buffer:
      case ValueTag.resizableBuffer:
        return this.#add(this.#buffer(tag));
      case ValueTag.view:
        return this.#add(this.#view());
      default: {
        const object = decodePlatformObject(reader, tag);
        if (object === undefined) throw new MalformedError('value tag', at, `${tag} is none`);
        return this.#add(object);
      }
    }
  }

  // Objects are numbered as they come; references use the numbers.
  #add<T extends object>(object: T): T {
    const at = this.#count++;
    if (at < this.#objects.length) this.#objects[at] = object;
    else append<object | undefined>(this.#objects, object);
    return object;
  }

  #container(tag: ValueTag, target: Container, count: number, bytesMin: number): Container {
    const { remaining, offset } = this.#reader;
    if (count > remaining / bytesMin) {
      throw new MalformedError('count', offset, `${count} do not fit into ${remaining} bytes`);
    }
    this.#add(target);
    if (count > 0) this.#begin(tag, target, count, undefined);
    return target;
  }

  #begin(tag: ValueTag, target: Container, left: number, key: Rest['key']): void {
    const rest = this.#spare;
    if (rest === undefined) {
      this.#rest = { outer: this.#rest, tag, target, left, key };
      return;
    }
    rest.outer = this.#rest;
    rest.tag = tag;
    rest.target = target;
    rest.left = left;
    rest.key = key;
    this.#rest = rest;
    this.#spare = undefined;
  }

  #end(rest: Rest): void {
    this.#rest = rest.outer;
    this.#spare = rest;
  }

  #sparseArray(): Container {
    const at = this.#reader.offset;
    const length = this.#reader.varint('array length');
    if (length > arrayLengthMax) throw new MalformedError('array length', at, `is ${length}`);
    const target: unknown[] = [];
    target.length = length;
    return this.#container(ValueTag.sparseArray, target, this.#reader.varint('property count'), 2);
  }

  #regExp(): RegExp {
    const at = this.#reader.offset;
    const source = readString(this.#reader, 'pattern');
    const flags = readString(this.#reader, 'pattern flags');
    try {
      return new RegExp(source, flags);
    } catch {
      throw new MalformedError('pattern', at, 'is no regular expression');
    }
  }

  #error(): Error {
    const reader = this.#reader;
    const at = reader.offset;
    const Class = errorClasses[reader.u8('error class')];
    if (Class === undefined) throw new MalformedError('error class', at, 'is none');
    const flags = reader.u8('error flags');
    // An AggregateError asks for its errors when it is made; its own ones come below.
    const error = this.#add(
      Class === AggregateError ? new AggregateError([]) : new (Class as ErrorConstructor)(),
    );
    if ((flags & ErrorFlag.message) !== 0) {
      define(error, 'message', readString(reader, 'error message'));
    }
    // Without one of its own it would have this call's.
    const stack = (flags & ErrorFlag.stack) !== 0 ? readString(reader, 'error stack') : '';
    define(error, 'stack', stack);
    setPosition(error, stack);
    // The last one pushed is read first.
    for (const name of ['errors', 'cause'] as const) {
      if ((flags & ErrorFlag[name]) === 0) continue;
      this.#begin(ValueTag.error, error, 1, [name]);
    }
    return error;
  }

  #buffer(tag: number): ArrayBuffer {
    const reader = this.#reader;
    const at = reader.offset;
    const length = reader.varint('buffer length');
    if (tag === ValueTag.buffer) {
      const start = reader.take(length, 'buffer');
      return reader.bytes.slice(start, start + length).buffer as ArrayBuffer;
    }
    const maxByteLength = reader.varint('greatest buffer length');
    const contents = reader.subarray(length, 'buffer');
    try {
      const buffer = new ResizableArrayBuffer(length, { maxByteLength });
      new Uint8Array(buffer).set(contents);
      return buffer;
    } catch {
      throw new MalformedError('buffer', at, `can't be made to grow to ${maxByteLength} bytes`);
    }
  }

  #view(): ArrayBufferView {
    const reader = this.#reader;
    const at = reader.offset;
    const number = reader.u8('view class');
    const Class = viewClasses[number];
    if (Class === undefined) throw new MalformedError('view class', at, 'is none here');
    const tracks = (reader.u8('view flags') & ViewFlag.tracksLength) !== 0;
    const offset = reader.varint('view offset');
    const length = tracks ? undefined : reader.varint('view length');
    const { BYTES_PER_ELEMENT } = Class as { BYTES_PER_ELEMENT?: number };
    const elementBytes = BYTES_PER_ELEMENT ?? 1;
    if (
      length !== undefined &&
      length <= shortView &&
      length % elementBytes === 0 &&
      offset === 0 &&
      BYTES_PER_ELEMENT !== undefined &&
      reader.bytes[reader.offset] === ValueTag.buffer &&
      reader.bytes[reader.offset + 1] === length
    ) {
      return this.#shortView(number, Class, length, length / elementBytes);
    }
    const buffer = this.#viewBuffer(reader.offset);
    try {
      if (length === undefined) return new Class(buffer, offset);
      if (length % elementBytes === 0) return new Class(buffer, offset, length / elementBytes);
    } catch {
      // Falls through to the error that names the view.
    }
    throw new MalformedError('view', at, 'does not fit its buffer');
  }

  // A view of all of a small buffer: engines make one without a buffer, which costs much more than
  // the view, and add that when it is asked for. Till then the view has the buffer's number, too.
  // A slice is one in a single step, and keeps the bits of a NaN.
  #shortView(number: number, Class: ViewConstructor, bytes: number, length: number) {
    const reader = this.#reader;
    reader.take(2, 'buffer length');
    const at = reader.take(bytes, 'buffer');
    scratch.set(reader.bytes.subarray(at, at + bytes));
    const view = (scratchViews[number] ??= new Class(scratch.buffer) as Uint8Array);
    return this.#add(view.slice(0, length));
  }

  // A buffer that is not there yet, or a reference to one that is.
  #viewBuffer(at: number): ArrayBuffer {
    const tag = this.#reader.bytes[at];
    const known =
      tag === ValueTag.buffer || tag === ValueTag.resizableBuffer || tag === ValueTag.reference;
    const buffer = known ? this.#node() : undefined;
    if (!(buffer instanceof ArrayBuffer)) throw new MalformedError('view buffer', at, 'is none');
    return buffer;
  }
}

// The same for all values: making one takes a third of the time that a small value takes.
const decoder = new TaggedDecoder();

const ResizableArrayBuffer = ArrayBuffer as unknown as new (
  length: number,
  options: { readonly maxByteLength: number },
) => ArrayBuffer;

// Whether a property may be one of an array that is `length` long.
function fits(name: string, length: number): boolean {
  const index = Number(name);
  if (name === 'length') return false;
  return String(index) !== name || !Number.isInteger(index) || index < 0 || index < length;
}

function define(target: object, name: string, value: unknown): void {
  defineProperty(target, name, { value, enumerable: false, writable: true, configurable: true });
}
