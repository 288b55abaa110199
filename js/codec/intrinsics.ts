// The language's own functions as they were when this module was loaded. A page may replace them
// later, by accident or for tests; what is stored must not depend on it.
const uncurry = <This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
): ((self: This, ...args: Args) => Result) =>
  Function.prototype.call.bind(method) as (self: This, ...args: Args) => Result;

function getterOf<Result>(prototype: object, name: PropertyKey): (self: object) => Result {
  const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  if (getter === undefined) throw new TypeError(`no getter ${String(name)}`);
  return uncurry(getter) as (self: object) => Result;
}

export const {
  getOwnPropertyDescriptor,
  getPrototypeOf,
  keys: ownKeys,
  hasOwn,
  defineProperty,
  prototype: objectPrototype,
} = Object;
export const { isArray, prototype: arrayPrototype } = Array;
export const { isView } = ArrayBuffer;
export const { stringify, parse } = JSON;
const { fromCharCode } = String;
const { apply } = Reflect;

/** The platform's structured clone; its results belong to this realm. */
export const platformClone: (value: unknown) => unknown = globalThis.structuredClone;

export const tagOf = uncurry(Object.prototype.toString) as (value: unknown) => string;
/** Throws a TypeError for what has no [[DateValue]]. */
export const timeOfDate = uncurry(Date.prototype.getTime) as (value: object) => number;

/** Each of these throws a TypeError for an object that is no wrapper of its kind. */
export const valueOfBoolean = uncurry(Boolean.prototype.valueOf) as (value: object) => boolean;
export const valueOfNumber = uncurry(Number.prototype.valueOf) as (value: object) => number;
export const valueOfString = uncurry(String.prototype.valueOf) as (value: object) => string;
export const valueOfBigInt = uncurry(BigInt.prototype.valueOf) as (value: object) => bigint;

type ForEach = (self: object, take: (value: unknown, key: unknown) => void) => void;
/** Each of these throws a TypeError for an object of another kind. */
export const forEachOfMap = uncurry(Map.prototype.forEach) as ForEach;
export const forEachOfSet = uncurry(Set.prototype.forEach) as ForEach;
const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;
/** Each of these throws a TypeError for an object of another kind. */
export const bufferByteLength = getterOf<number>(ArrayBuffer.prototype, 'byteLength');
const resizable = getOwnPropertyDescriptor(ArrayBuffer.prototype, 'resizable')?.get;
/** False where the platform has no such buffers. */
export const isResizable: (self: object) => boolean =
  resizable === undefined ? () => false : (uncurry(resizable) as (self: object) => boolean);
export const typedArrayName = getterOf<string | undefined>(typedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer = getterOf<ArrayBufferLike>(typedArrayPrototype, 'buffer');
export const typedArrayOffset = getterOf<number>(typedArrayPrototype, 'byteOffset');
export const typedArrayLength = getterOf<number>(typedArrayPrototype, 'length');
export const typedArrayByteLength = getterOf<number>(typedArrayPrototype, 'byteLength');
export const dataViewBuffer = getterOf<ArrayBufferLike>(DataView.prototype, 'buffer');
export const dataViewOffset = getterOf<number>(DataView.prototype, 'byteOffset');
export const dataViewByteLength = getterOf<number>(DataView.prototype, 'byteLength');

/**
 * Gives an object a property of its own. What pages have put on the prototypes, setters above all,
 * is not reached; nor is the one of `__proto__`.
 */
export function setOwn(target: object, name: string | number, value: unknown): void {
  if (name in target) {
    defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  } else {
    (target as Record<string | number, unknown>)[name] = value;
  }
}

/** As push(), without the setters. */
export function append<T>(list: T[], value: T): void {
  const at = list.length;
  if (at in list) setOwn(list, at, value);
  else list[at] = value;
}

/** The string of these code units. REQUIRES: no more than `UNITS_AT_ONCE`. */
export function textOfUnits(units: ArrayLike<number>): string {
  return apply(fromCharCode, undefined, units);
}

/** Up to this length `shortAscii` is what makes a string of bytes soonest. */
export const SHORT_TEXT = 40;

/** Code units, by how many they are: an array's call is prepared faster than a typed array's. */
const shortUnits = Array.from({ length: SHORT_TEXT + 1 }, (_, length) =>
  Array.from({ length }, () => 0),
);

/**
 * The string of `length` bytes. REQUIRES: no more than `SHORT_TEXT`.
 * @returns undefined when they are not all ASCII
 */
export function shortAscii(bytes: Uint8Array, at: number, length: number): string | undefined {
  const units = shortUnits[length] as number[];
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + i] as number;
    if (byte >= 0x80) return undefined;
    units[i] = byte;
  }
  return textOfUnits(units);
}

/** An engine's stack does not take any number of arguments. */
export const UNITS_AT_ONCE = 4096;
