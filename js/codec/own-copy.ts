// The fast path of cloning: one walk that copies what most values are made of, and stops at the
// first doubt. It also tells whether JSON text can hold the value (see FORMAT.md).
import {
  append,
  arrayPrototype,
  bufferByteLength,
  forEachOfMap,
  forEachOfSet,
  getPrototypeOf,
  isArray,
  isResizable,
  objectPrototype,
  ownKeys,
  setOwn,
  timeOfDate,
  typedArrayBuffer,
  typedArrayLength,
  typedArrayName,
  typedArrayOffset,
} from './intrinsics';
import {
  ValueTag,
  classNumberOf,
  tagOfObject,
  viewClasses,
  viewNames,
  type ViewConstructor,
} from './value-tags';

// As they were when this module was loaded, like what intrinsics.ts has.
const { Date, Map, Set, Uint8Array } = globalThis;

/** Deeper values are left to the platform's clone and the binary form, which don't recurse. */
export const JSON_DEPTH_MAX = 200;

/** A buffer of so many bytes is worth a look whether it needs to be copied. */
const sharedBytesMin = 64 * 1024;

/**
 * Copies a value as structured clone does. Each property is read once. A Proxy is taken for what it
 * shows. Large buffers are the value's own, where no script of the page can come between the walk
 * and the caller: the copy has to be used up before any does.
 * @param copies gets what was copied, and the copies; when there is no answer, these hold originals
 *   where the walk did not come, and arrays may be too short
 * @returns the copy, and whether JSON text can hold it; undefined when there is something in it
 *   that is left to the platform
 * @throws what a getter of the value throws
 */
export function copyOwn(
  value: unknown,
  copies: Map<object, object>,
): { readonly value: unknown; readonly json: boolean } | undefined {
  // The walk would meet what a page has added to all objects; the platform's clone does not.
  for (const _added in objectPrototype) return undefined;
  const copier = new Copier(copies);
  const copy = copier.copy(value, 0);
  return copier.isLost ? undefined : { value: copy, json: copier.json };
}

/** Whether a value that is no object is one that JSON text can hold. */
export function isPlainScalar(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      // Neither infinite nor NaN nor -0.
      return value === 0 ? 1 / value > 0 : value - value === 0;
    default:
      return value === null;
  }
}

/** Whether all that an array has is `length` elements. @param names its own enumerable keys */
export function isDense(names: readonly string[], length: number): boolean {
  // Indexes come first and in order: when the last name is the last index, all are there.
  return names.length === length && (length === 0 || names[length - 1] === String(length - 1));
}

/** Whether it is a typed array, and is taken for one. A Proxy is none. */
function isTypedArray(value: object): boolean {
  return typedArrayName(value) !== undefined && tagOfObject(value) === ValueTag.view;
}

class Copier {
  json = true;
  /** Whether it has met what it does not copy; what it returns then is void. */
  isLost = false;
  readonly #copies: Map<object, object>;
  /** The copy of the value's own properties, when it is a plain object. */
  #root: Record<string, unknown> | undefined;

  constructor(copies: Map<object, object>) {
    this.#copies = copies;
  }

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'object' && value !== null) return this.#object(value, depth);
    this.#meetScalar(value);
    return value;
  }

  #meetScalar(value: unknown): void {
    if (isPlainScalar(value)) return;
    this.json = false;
    this.isLost ||= typeof value === 'function' || typeof value === 'symbol';
  }

  #object(value: object, depth: number): object | undefined {
    const known = this.#copies.get(value);
    if (known !== undefined) {
      this.json = false;
      return known;
    }
    if (depth < JSON_DEPTH_MAX) {
      const prototype: unknown = getPrototypeOf(value);
      if (prototype === objectPrototype) return this.#plain(value, depth + 1);
      if (prototype !== arrayPrototype) {
        this.json = false;
        const copy = this.#other(value, depth + 1);
        if (copy !== undefined) return copy;
      } else if (isArray(value) && isDense(ownKeys(value), value.length)) {
        return this.#array(value, depth + 1);
      }
    }
    this.isLost = true;
    return undefined;
  }

  #add<Copy extends object>(value: object, copy: Copy): Copy {
    this.#copies.set(value, copy);
    return copy;
  }

  #plain(value: object, depth: number): object {
    // The spread defines properties, so that an own `__proto__` stays one.
    const copy: Record<string, unknown> = this.#add(value, { ...value });
    if (depth === 1) this.#root = copy;
    for (const name in copy) {
      const property = copy[name];
      if (typeof property === 'object' && property !== null) {
        const inner = this.#object(property, depth);
        if (inner !== undefined) copy[name] = inner;
      } else {
        this.#meetScalar(property);
      }
      if (this.isLost) break;
    }
    return copy;
  }

  #array(value: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = this.#add(value, []);
    const { length } = value;
    for (let i = 0; i < length; i++) {
      const element = value[i];
      setOwn(copy, i, element);
      if (typeof element === 'object' && element !== null) {
        const inner = this.#object(element, depth);
        if (inner !== undefined) copy[i] = inner;
      } else {
        this.#meetScalar(element);
      }
      if (this.isLost) break;
    }
    return copy;
  }

  #other(value: object, depth: number): object | undefined {
    const tag = tagOfObject(value);
    const parts: unknown[] = [];
    const take = (part: unknown) => append(parts, part);
    try {
      switch (tag) {
        case ValueTag.date:
          return this.#add(value, new Date(timeOfDate(value)));
        case ValueTag.buffer:
          return this.#buffer(value);
        case ValueTag.view:
          return this.#view(value, depth);
        case ValueTag.map:
          forEachOfMap(value, (inner, key) => (take(key), take(inner)));
          break;
        case ValueTag.set:
          forEachOfSet(value, take);
          break;
        default:
          return undefined;
      }
    } catch {
      // It has the prototype of its kind and yet is none, or its memory is shared.
      return undefined;
    }
    return tag === ValueTag.map ? this.#map(value, parts, depth) : this.#set(value, parts, depth);
  }

  #map(value: object, parts: readonly unknown[], depth: number): object {
    const copy = this.#add(value, new Map<unknown, unknown>());
    for (let i = 0; i < parts.length && !this.isLost; i += 2) {
      copy.set(this.copy(parts[i], depth), this.copy(parts[i + 1], depth));
    }
    return copy;
  }

  #set(value: object, parts: readonly unknown[], depth: number): object {
    const copy = this.#add(value, new Set<unknown>());
    for (let i = 0; i < parts.length && !this.isLost; i++) copy.add(this.copy(parts[i], depth));
    return copy;
  }

  #view(value: object, depth: number): object | undefined {
    const number = classNumberOf(value);
    if (typedArrayName(value) !== viewNames[number]) return undefined;
    const Class = viewClasses[number] as ViewConstructor;
    const buffer = typedArrayBuffer(value);
    const known = this.#copies.get(buffer) as ArrayBuffer | undefined;
    const copy = known ?? (this.#mayShare(buffer, depth) ? buffer : this.#buffer(buffer));
    if (copy === undefined) return undefined;
    return this.#add(value, new Class(copy, typedArrayOffset(value), typedArrayLength(value)));
  }

  #buffer(value: object): ArrayBuffer | undefined {
    // One that was transferred has no bytes, either.
    if (bufferByteLength(value) === 0 || isResizable(value)) return undefined;
    return this.#add(value, new Uint8Array(new Uint8Array(value as ArrayBuffer)).buffer);
  }

  // Whether a view's copy may have the buffer itself: nothing is left to be walked that could run a
  // script, as the view is the value or stands beside views alone. So the buffer is not a part of
  // the value in its own right, either: it could have properties.
  #mayShare(buffer: ArrayBufferLike, depth: number): buffer is ArrayBuffer {
    if (bufferByteLength(buffer) < sharedBytesMin) return false;
    if (isResizable(buffer) || tagOfObject(buffer) !== ValueTag.buffer) return false;
    const root = this.#root;
    if (root === undefined) return depth === 1;
    // A getter may have added to all objects what the walk would meet.
    for (const _added in objectPrototype) return false;
    for (const name in root) {
      const part = root[name];
      if (typeof part === 'object' && part !== null && !isTypedArray(part)) return false;
    }
    return true;
  }
}
