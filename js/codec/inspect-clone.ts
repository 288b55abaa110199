// Looks through what structured clone gave: whether all of it can be stored, whether JSON text is
// enough after all (for instances of classes, which the clone made plain), and which Blobs have to
// be read first. Iterative: a clone may be deep.
import {
  append,
  dataViewBuffer,
  hasOwn,
  ownKeys,
  typedArrayBuffer,
  typedArrayName,
} from './intrinsics';
import { JSON_DEPTH_MAX, isDense, isPlainScalar } from './own-copy';
import { ValueTag, nestedInErrors, tagOfObject } from './value-tags';

export interface Inspection {
  readonly json: boolean;
  readonly blobs: readonly Blob[];
  /** Whether there is an object that an instance of a class without properties may have become. */
  readonly hasBareObject: boolean;
}

/**
 * @param clone what the platform's structured clone returned
 * @throws DataCloneError when something in it has no place in a store
 */
export function inspectClone(clone: unknown): Inspection {
  const inspector = new Inspector();
  inspector.inspect(clone);
  return inspector;
}

// An object that was seen and not yet looked into.
interface Waiting {
  readonly value: object;
  readonly depth: number;
  readonly next: Waiting | undefined;
}

class Inspector implements Inspection {
  json = true;
  readonly blobs: Blob[] = [];
  hasBareObject = false;
  readonly #seen = new Set<object>();
  #waiting: Waiting | undefined;

  inspect(clone: unknown): void {
    this.#meet(clone, 0);
    for (;;) {
      const first = this.#waiting;
      if (first === undefined) return;
      this.#waiting = first.next;
      this.#lookInto(first.value, first.depth + 1);
    }
  }

  #meet(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null) {
      if (this.json) this.json = isPlainScalar(value);
      return;
    }
    if (this.#seen.has(value)) {
      this.json = false;
      return;
    }
    if (depth === JSON_DEPTH_MAX) this.json = false;
    this.#seen.add(value);
    this.#waiting = { value, depth, next: this.#waiting };
  }

  #lookInto(value: object, depth: number): void {
    const tag = tagOfObject(value);
    if (tag === undefined) throw cannotStore(value);
    if (tag === ValueTag.object || tag === ValueTag.array) {
      const names = ownKeys(value);
      // Of a list only its elements are there.
      if (names.length === 0 || names[0] === '0') this.hasBareObject ||= tag === ValueTag.object;
      if (tag === ValueTag.array && !isDense(names, (value as unknown[]).length)) this.json = false;
      for (const name of names) this.#meet((value as Record<string, unknown>)[name], depth);
      return;
    }
    this.json = false;
    if (tag === ValueTag.map) {
      for (const [key, inner] of value as Map<unknown, unknown>) {
        this.#meet(key, depth);
        this.#meet(inner, depth);
      }
    } else if (tag === ValueTag.set) {
      for (const inner of value as Set<unknown>) this.#meet(inner, depth);
    } else if (tag === ValueTag.error) {
      for (const name of nestedInErrors) {
        if (hasOwn(value, name)) this.#meet((value as Record<string, unknown>)[name], depth);
      }
    } else if (tag === ValueTag.view) {
      // Shared memory is no ArrayBuffer, and is found out when its turn comes.
      const isDataView = typedArrayName(value) === undefined;
      this.#meet(isDataView ? dataViewBuffer(value) : typedArrayBuffer(value), depth);
    } else if (tag === ValueTag.blob || tag === ValueTag.file) {
      append(this.blobs, value as Blob);
    } else if (tag === ValueTag.fileList) {
      for (const file of value as FileList) this.#meet(file, depth);
    } else if (tag === ValueTag.imageData && hasFloatPixels(value)) {
      throw cannotStore(value, ' of floating-point pixels');
    }
  }
}

function hasFloatPixels(image: object): boolean {
  const { pixelFormat } = image as { pixelFormat?: string };
  return pixelFormat !== undefined && pixelFormat !== 'rgba-unorm8';
}

function cannotStore(value: object, detail = ''): DOMException {
  const name = (value.constructor as { name?: unknown } | undefined)?.name;
  const kind = typeof name === 'string' && name !== '' ? name : 'object';
  return new DOMException(`An object of type ${kind}${detail} can't be stored.`, 'DataCloneError');
}
