// Specification: https://w3c.github.io/IndexedDB/#keyrange
import { compareKeys } from '../codec/compare-keys';
import { toKeyValue } from '../codec/key-decoder';
import { domError } from './dom-error';
import { KeyRange, requireKey } from './key-range';
import { requireArguments } from './webidl/conversions';
import { defineInterface, internal, requireInternal } from './webidl/interface-shape';

let ownRangeOf: (value: unknown) => KeyRange | undefined;

// The browser's own, as it is while this is loaded.
const native = (globalThis as { IDBKeyRange?: typeof globalThis.IDBKeyRange }).IDBKeyRange;
const nativeGetters = Object.getOwnPropertyDescriptors(native?.prototype ?? {});
const nativeOf = (range: object, name: string): unknown => nativeGetters[name]?.get?.call(range);

/**
 * The range behind an IDBKeyRange, ours or the browser's own, which a script has that does not
 * replace all globals; undefined for anything else.
 */
export function keyRangeOf(value: unknown): KeyRange | undefined {
  const own = ownRangeOf(value);
  if (own !== undefined || native === undefined || !(value instanceof native)) return own;
  try {
    const [lower, upper] = ['lower', 'upper'].map((name) => {
      const bound = nativeOf(value, name);
      return bound === undefined ? undefined : requireKey(bound);
    });
    const [lowerOpen, upperOpen] = ['lowerOpen', 'upperOpen'].map((name) => nativeOf(value, name));
    return new KeyRange(lower, upper, lowerOpen === true, upperOpen === true);
  } catch {
    // It only inherits from one.
    return undefined;
  }
}

export class IDBKeyRange {
  readonly #range: KeyRange;

  static {
    ownRangeOf = (value) =>
      typeof value === 'object' && value !== null && #range in value ? value.#range : undefined;
  }

  constructor(token: unknown = undefined, range?: KeyRange) {
    requireInternal(token);
    this.#range = range as KeyRange;
  }

  get lower(): unknown {
    const { lowerKey } = this.#range;
    return lowerKey === undefined ? undefined : toKeyValue(lowerKey);
  }

  get upper(): unknown {
    const { upperKey } = this.#range;
    return upperKey === undefined ? undefined : toKeyValue(upperKey);
  }

  get lowerOpen(): boolean {
    return this.#range.lowerOpen;
  }

  get upperOpen(): boolean {
    return this.#range.upperOpen;
  }

  static only(value: unknown): IDBKeyRange {
    requireArguments(arguments.length, 1, 'IDBKeyRange.only');
    return new IDBKeyRange(internal, KeyRange.only(requireKey(value)));
  }

  static lowerBound(lower: unknown, open: boolean = false): IDBKeyRange {
    requireArguments(arguments.length, 1, 'IDBKeyRange.lowerBound');
    const excluded = Boolean(open);
    return new IDBKeyRange(internal, new KeyRange(requireKey(lower), undefined, excluded, true));
  }

  static upperBound(upper: unknown, open: boolean = false): IDBKeyRange {
    requireArguments(arguments.length, 1, 'IDBKeyRange.upperBound');
    const excluded = Boolean(open);
    return new IDBKeyRange(internal, new KeyRange(undefined, requireKey(upper), true, excluded));
  }

  static bound(
    lower: unknown,
    upper: unknown,
    lowerOpen: boolean = false,
    upperOpen: boolean = false,
  ): IDBKeyRange {
    requireArguments(arguments.length, 2, 'IDBKeyRange.bound');
    const lowerKey = requireKey(lower);
    const upperKey = requireKey(upper);
    if (compareKeys(lowerKey, upperKey) > 0) {
      throw domError('DataError', 'The lower bound is greater than the upper one.');
    }
    const range = new KeyRange(lowerKey, upperKey, Boolean(lowerOpen), Boolean(upperOpen));
    return new IDBKeyRange(internal, range);
  }

  includes(key: unknown): boolean {
    const range = this.#range;
    requireArguments(arguments.length, 1, 'IDBKeyRange.includes');
    return range.includes(requireKey(key));
  }
}

defineInterface(IDBKeyRange, 'IDBKeyRange');
