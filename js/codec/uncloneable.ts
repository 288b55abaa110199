// Objects that stand for something of the platform's and so have no clone, though to the browser's
// structured clone they are instances of classes, and become objects without properties: those of
// IndexedDB itself.
import { append, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, tagOf } from './intrinsics';

const prototypes = new Set<object>();

/** From now on instances of the class with this prototype can't be cloned. */
export function refuseToClone(prototype: object): void {
  prototypes.add(prototype);
}

/**
 * Looks for such instances in a value, among what is stored of it. No getter runs.
 * @throws DataCloneError when there is one
 */
export function requireCloneable(value: unknown): void {
  const found: unknown[] = [value];
  const seen = new Set<object>();
  for (let i = 0; i < found.length; i += 1) {
    const each = found[i];
    if (typeof each !== 'object' || each === null || seen.has(each)) continue;
    seen.add(each);
    const prototype = getPrototypeOf(each) as object | null;
    if (prototype !== null && prototypes.has(prototype)) {
      throw new DOMException(`${tagOf(each)} can't be cloned.`, 'DataCloneError');
    }
    addParts(each, found);
  }
}

function addParts(value: object, found: unknown[]): void {
  if (value instanceof Map) {
    for (const [key, inner] of value) {
      append(found, key);
      append(found, inner);
    }
  } else if (value instanceof Set) {
    for (const inner of value) append(found, inner);
  } else if (!ArrayBuffer.isView(value)) {
    for (const name of ownKeys(value)) append(found, getOwnPropertyDescriptor(value, name)?.value);
  }
}
