// Key ranges, and what scripts may give instead of one.
// Specification: https://w3c.github.io/IndexedDB/#range-construct
import { compareKeys } from '../codec/compare-keys';
import { holdsProxy, toKey } from '../codec/key-encoder';
import type { Key } from '../codec/key';
import type { KeyBounds, Range } from '../channel/commands';
import { domError } from './dom-error';
import { keyRangeOf } from './IDBKeyRange';

/** A key range; a bound that is undefined is absent. */
export class KeyRange implements KeyBounds {
  constructor(
    readonly lowerKey: Key | undefined,
    readonly upperKey: Key | undefined,
    readonly lowerOpen: boolean,
    readonly upperOpen: boolean,
  ) {}

  /** https://w3c.github.io/IndexedDB/#containing-only */
  static only(key: Key): KeyRange {
    return new KeyRange(key, key, false, false);
  }

  /** https://w3c.github.io/IndexedDB/#in */
  includes(key: Key): boolean {
    if (this.lowerKey !== undefined) {
      const order = compareKeys(this.lowerKey, key);
      if (order > 0 || (order === 0 && this.lowerOpen)) return false;
    }
    if (this.upperKey !== undefined) {
      const order = compareKeys(this.upperKey, key);
      if (order < 0 || (order === 0 && this.upperOpen)) return false;
    }
    return true;
  }
}

/** Converts a value to a key, or throws a DataError. */
export function requireKey(value: unknown): Key {
  const key = toKey(value);
  if (key === null || holdsProxy(value)) throw domError('DataError', 'The value is not a valid key.');
  return key;
}

/**
 * https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key-range, null disallowed. A key stands
 * for the range that contains only it.
 */
export function requireKeyRange(value: unknown): Key | KeyRange {
  const range = keyRangeOf(value);
  if (range !== undefined) return range;
  if (value === undefined || value === null) {
    throw domError('DataError', 'No key or key range was given.');
  }
  return requireKey(value);
}

/** https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key-range; undefined is unbounded. */
export function toKeyRange(value: unknown): Range {
  return value === undefined || value === null ? undefined : requireKeyRange(value);
}

/**
 * Whether a value is of a type that can be converted to a key range, be it valid or not.
 * https://w3c.github.io/IndexedDB/#is-a-potentially-valid-key-range
 */
export function isPotentialKeyRange(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (keyRangeOf(value) !== undefined || Array.isArray(value)) return true;
  if (ArrayBuffer.isView(value)) return true;
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Date]' || tag === '[object ArrayBuffer]' || toKey(value) !== null;
}
