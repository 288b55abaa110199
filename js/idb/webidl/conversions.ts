// Conversions of ECMAScript values to the types that the interfaces' definitions name.
// Specification: https://webidl.spec.whatwg.org/#js-type-mapping

/** https://webidl.spec.whatwg.org/#js-DOMString; a symbol is a TypeError. */
export function toDOMString(value: unknown): string {
  return `${value as string}`;
}

/** https://webidl.spec.whatwg.org/#js-unsigned-long, with [EnforceRange]. */
export function toUnsignedLong(value: unknown): number {
  return enforceRange(value, 0xffffffff, 'unsigned long');
}

/** https://webidl.spec.whatwg.org/#js-unsigned-long-long, with [EnforceRange]. */
export function toUnsignedLongLong(value: unknown): number {
  return enforceRange(value, Number.MAX_SAFE_INTEGER, 'unsigned long long');
}

// https://webidl.spec.whatwg.org/#abstract-opdef-converttoint
function enforceRange(value: unknown, most: number, type: string): number {
  const number = Math.trunc(+(value as number));
  if (!(number >= 0 && number <= most)) throw new TypeError(`The value is outside of ${type}`);
  return number + 0;
}

/** https://webidl.spec.whatwg.org/#js-unsigned-long-long, modulo 2^64 as far as a double goes. */
export function toUnsignedLongLongModulo(value: unknown): number {
  const number = Math.trunc(+(value as number));
  if (!Number.isFinite(number)) return 0;
  return Number(BigInt.asUintN(64, BigInt(number)));
}

/** https://webidl.spec.whatwg.org/#js-enumeration */
export function toEnum<T extends string>(value: unknown, values: readonly T[], type: string): T {
  const text = toDOMString(value);
  const found = values.find((one) => one === text);
  if (found === undefined) throw new TypeError(`'${text}' is not a valid value of ${type}`);
  return found;
}

/** A dictionary's members by name; undefined and null are an empty dictionary. */
export type Dictionary = Readonly<Partial<Record<string, unknown>>>;

const emptyDictionary: Dictionary = Object.freeze(Object.create(null) as Dictionary);

/** https://webidl.spec.whatwg.org/#js-dictionary; the members are to be read in lexical order. */
export function toDictionary(value: unknown, type: string): Dictionary {
  if (value === undefined || value === null) return emptyDictionary;
  if (!isObject(value)) throw new TypeError(`The value is not an object, as ${type} has to be`);
  return value as Dictionary;
}

/** https://webidl.spec.whatwg.org/#js-union, of DOMString and sequence<DOMString>. */
export function toStringOrSequence(value: unknown): string | string[] {
  if (!isObject(value)) return toDOMString(value);
  const method = (value as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (method === undefined || method === null) return toDOMString(value);
  if (typeof method !== 'function') throw new TypeError('The value is not iterable');
  return toSequence(value, method as IteratorMethod);
}

type IteratorMethod = (this: object) => Iterator<unknown>;

// https://webidl.spec.whatwg.org/#create-sequence-from-iterable: the method is read only once.
function toSequence(value: object, method: IteratorMethod): string[] {
  const iterable = { [Symbol.iterator]: () => method.call(value) };
  const list: string[] = [];
  for (const item of iterable) list.push(toDOMString(item));
  return list;
}

/** Throws a TypeError when a call gives fewer arguments than the operation takes. */
export function requireArguments(given: number, required: number, operation: string): void {
  if (given >= required) return;
  const noun = required === 1 ? 'argument' : 'arguments';
  throw new TypeError(`${operation}: ${required} ${noun} required, but only ${given} present.`);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
