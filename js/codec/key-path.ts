// Key paths: whether one is valid, what it finds in a value, and putting a generated key into a
// value. Values here are clones made by `cloneForStorage`, so no script of the page runs.
// https://w3c.github.io/IndexedDB/#key-path-construct
import { append, hasOwn, isArray, setOwn } from './intrinsics';
import { toKey, toMultiEntryKeys } from './key-encoder';
import type { Key } from './key';

export type KeyPath = string | readonly string[];

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Parts of the key paths met so far: a schema has few. */
const partsOf = new Map<string, readonly string[]>();

/** https://w3c.github.io/IndexedDB/#valid-key-path */
export function isValidKeyPath(path: unknown): path is KeyPath {
  if (typeof path === 'string') return isValidPart(path);
  return isArray(path) && path.length > 0 && path.every((part) => isValidPart(part));
}

function isValidPart(path: unknown): boolean {
  if (typeof path !== 'string') return false;
  return path === '' || path.split('.').every((name) => identifier.test(name));
}

/**
 * https://w3c.github.io/IndexedDB/#evaluate-a-key-path-on-a-value
 * @returns undefined when there is nothing
 */
export function evaluateKeyPath(value: unknown, path: KeyPath): unknown {
  if (typeof path === 'string') return evaluatePart(value, path);
  const found: unknown[] = [];
  for (const part of path) {
    const element = evaluatePart(value, part);
    if (element === undefined) return undefined;
    append(found, element);
  }
  return found;
}

/**
 * The key that a key path finds in a clone.
 * @returns undefined: nothing is there; null: what is there is no valid key
 */
export function extractKey(value: unknown, path: KeyPath): Key | null | undefined {
  const found = evaluateKeyPath(value, path);
  return found === undefined ? undefined : toKey(found);
}

/** The keys under which an index holds a clone: none when what is there is no valid key. */
export function extractIndexKeys(
  value: unknown,
  path: KeyPath,
  multiEntry: boolean,
): readonly Key[] {
  const found = evaluateKeyPath(value, path);
  if (found === undefined) return [];
  if (multiEntry) return toMultiEntryKeys(found) ?? [];
  const key = toKey(found);
  return key === null ? [] : [key];
}

/**
 * Whether a key can be put into a clone. The caller throws a DataError when not.
 * https://w3c.github.io/IndexedDB/#check-that-a-key-could-be-injected-into-a-value
 */
export function canInjectKey(value: unknown, path: string): boolean {
  const names = split(path);
  let holder = value;
  for (const name of names.slice(0, -1)) {
    if (!isObject(holder)) return false;
    if (!hasOwn(holder, name)) return true;
    holder = holder[name];
  }
  return isObject(holder);
}

/**
 * Puts a key's value, or a placeholder for it, into a clone.
 * https://w3c.github.io/IndexedDB/#inject-a-key-into-a-value
 * REQUIRES: canInjectKey(value, path).
 * @returns the object that has it now
 */
export function injectKey(value: unknown, path: string, key: unknown): object {
  const names = split(path);
  let holder = value as Record<string, unknown>;
  for (const name of names.slice(0, -1)) {
    if (!hasOwn(holder, name)) setOwn(holder, name, {});
    holder = holder[name] as Record<string, unknown>;
  }
  setOwn(holder, names[names.length - 1] as string, key);
  return holder;
}

function evaluatePart(value: unknown, path: string): unknown {
  if (path === '') return value;
  let found = value;
  for (const name of split(path)) {
    found = property(found, name);
    if (found === undefined) return undefined;
  }
  return found;
}

function property(value: unknown, name: string): unknown {
  if (typeof value === 'string') return name === 'length' ? value.length : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  if (typeof Blob === 'undefined' || !(value instanceof Blob)) return undefined;
  if (name === 'size' || name === 'type') return value[name];
  if (typeof File === 'undefined' || !(value instanceof File)) return undefined;
  return name === 'name' || name === 'lastModified' ? value[name] : undefined;
}

// An object or an array, which is all that a key may be put into; a Date or a Map is one, too.
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function split(path: string): readonly string[] {
  let parts = partsOf.get(path);
  if (parts === undefined) partsOf.set(path, (parts = path.split('.')));
  return parts;
}
