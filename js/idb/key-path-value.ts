// A key path as a script sees it: its own array, which it may change without harm.
import type { KeyPath } from '../codec/key-path';

export function keyPathValue(keyPath: KeyPath): string | string[];
export function keyPathValue(keyPath: KeyPath | null): string | string[] | null;
export function keyPathValue(keyPath: KeyPath | null): string | string[] | null {
  return keyPath === null || typeof keyPath === 'string' ? keyPath : [...keyPath];
}
