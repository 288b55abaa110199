// A clone of a value on its way into a store. IndexedDB's put clones first, so that key paths see
// what will be stored and the page may change its object at once.
import { inspectClone } from './inspect-clone';
import { isArray, platformClone } from './intrinsics';
import { copyOwn } from './own-copy';
import { GENERATED } from './key';
import { injectKey } from './key-path';
import { readOnce } from './read-once';
import { requireCloneable } from './uncloneable';

/** A clone, and how it can be encoded. Made by `cloneForStorage`. */
export interface StorableClone {
  /**
   * Key paths are evaluated on it. Nobody else has it, but for the large buffers of typed arrays where
   * there are no Blobs: it has to be encoded before a script of the page runs.
   */
  readonly value: unknown;
  /** Whether JSON text holds all of it: see FORMAT.md. */
  json: boolean;
  /**
   * The Blobs and Files in it, each once. Unless there are none, `readBlobs` has to be awaited
   * before the clone can be encoded.
   */
  readonly blobs: readonly Blob[];
}

/**
 * Clones a value. The getters of the value run; the caller keeps its transaction inactive
 * meanwhile.
 * @throws DataCloneError (a DOMException) for what can't be cloned or stored, and what a getter
 *   throws
 */
export function cloneForStorage(value: unknown): StorableClone {
  const copies = new Map<object, object>();
  const copy = copyOwn(value, copies);
  if (copy !== undefined) return { ...copy, blobs: [] };
  const clone = platformClone(readOnce(value, copies));
  const { json, blobs, hasBareObject } = inspectClone(clone);
  if (hasBareObject) requireCloneable(value);
  return { value: clone, json, blobs };
}

/**
 * Puts the placeholder for the generated key into the clone: index keys can then be extracted, and
 * `encodeClone` tells where in the bytes the number belongs.
 * REQUIRES: canInjectKey(clone.value, path).
 */
export function injectGenerated(clone: StorableClone, path: string): void {
  // JSON text has no room for an array's named properties.
  if (isArray(injectKey(clone.value, path, GENERATED))) clone.json = false;
}
