// The fast path of cloning: one walk that copies a JSON-safe value (see FORMAT.md) and stops at the
// first doubt.
import {
  arrayPrototype,
  getPrototypeOf,
  isArray,
  objectPrototype,
  ownKeys,
  setOwn,
} from './intrinsics';

/** Deeper values are left to the platform's clone and the binary form, which don't recurse. */
export const JSON_DEPTH_MAX = 200;

/**
 * Copies a value that JSON text can hold. Each property is read once. A Proxy is taken for what it
 * shows.
 * @param copies gets what was copied, and the copies; when the answer is undefined, these hold
 *   originals where the walk did not come, and arrays may be too short
 * @returns undefined when it is not JSON-safe, or not surely so
 * @throws what a getter of the value throws
 */
export function copyJson(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return isPlainScalar(value) ? value : undefined;
  // The walk would meet what a page has added to all objects; the platform's clone does not.
  for (const _added in objectPrototype) return undefined;
  return new JsonCopy(copies).copy(value, 0);
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

class JsonCopy {
  readonly #copies: Map<object, object>;

  constructor(copies: Map<object, object>) {
    this.#copies = copies;
  }

  copy(value: object, depth: number): object | undefined {
    if (depth === JSON_DEPTH_MAX || this.#copies.has(value)) return undefined;
    const prototype: unknown = getPrototypeOf(value);
    if (prototype === objectPrototype) return this.#copyObject(value, depth);
    if (prototype === arrayPrototype && isArray(value)) return this.#copyArray(value, depth);
    return undefined;
  }

  #copyObject(value: object, depth: number): object | undefined {
    // The spread defines properties, so that an own `__proto__` stays one.
    const copy: Record<string, unknown> = { ...value };
    this.#copies.set(value, copy);
    for (const name in copy) {
      const property = copy[name];
      if (typeof property !== 'object' || property === null) {
        if (!isPlainScalar(property)) return undefined;
        continue;
      }
      const inner = this.copy(property, depth + 1);
      if (inner === undefined) return undefined;
      copy[name] = inner;
    }
    return copy;
  }

  #copyArray(value: readonly unknown[], depth: number): unknown[] | undefined {
    const { length } = value;
    if (!isDense(ownKeys(value), length)) return undefined;
    const copy: unknown[] = [];
    this.#copies.set(value, copy);
    for (let i = 0; i < length; i++) {
      const element = value[i];
      setOwn(copy, i, element);
      if (typeof element !== 'object' || element === null) {
        if (!isPlainScalar(element)) return undefined;
        continue;
      }
      const inner = this.copy(element, depth + 1);
      if (inner === undefined) return undefined;
      copy[i] = inner;
    }
    return copy;
  }
}
