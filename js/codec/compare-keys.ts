// The order of keys: number < date < string < binary < array.
// https://w3c.github.io/IndexedDB/#compare-two-keys
import { encodeKey } from './key-encoder';
import { KeyTag, type Key } from './key';
import { ByteWriter } from './byte-writer';

/** Compares two keys. @returns -1, 0 or 1 */
export function compareKeys(a: Key, b: Key): -1 | 0 | 1 {
  if (typeof a !== 'object' && typeof a === typeof b) return a < b ? -1 : a === b ? 0 : 1;
  const kindA = kindOf(a);
  const kindB = kindOf(b);
  if (kindA !== kindB) return kindA < kindB ? -1 : 1;
  return compareEncodedKeys(bytesOf(a), bytesOf(b));
}

/** Compares two encoded keys, or any two runs of bytes. @returns -1, 0 or 1 */
export function compareEncodedKeys(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

function kindOf(key: Key): number {
  if (typeof key === 'number') return KeyTag.number;
  return typeof key === 'string' ? KeyTag.string : (key.bytes[0] as number);
}

function bytesOf(key: Key): Uint8Array {
  if (typeof key === 'object') return key.bytes;
  const writer = new ByteWriter(16);
  encodeKey(writer, key);
  return writer.slice();
}
