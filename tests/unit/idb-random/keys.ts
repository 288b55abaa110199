// The stores and the keys that random programs use. The model knows each key by its rank, so that
// the order of keys is not that of the code under test.
import { IDBKeyRange as Range } from '../../../js/idb/IDBKeyRange';

const IDBKeyRange = Range as unknown as typeof globalThis.IDBKeyRange;

export interface RankRange {
  readonly lower: number;
  readonly upper: number;
  readonly isLowerOpen: boolean;
  readonly isUpperOpen: boolean;
}

export const everything: RankRange = {
  lower: -Infinity,
  upper: Infinity,
  isLowerOpen: false,
  isUpperOpen: false,
};

/** The stores of each database, by name. */
export const kinds = {
  plain: { isNumbered: false, isUnique: false },
  other: { isNumbered: false, isUnique: false },
  numbered: { isNumbered: true, isUnique: false },
  unique: { isNumbered: false, isUnique: true },
} as const;

export type StoreKind = (typeof kinds)[keyof typeof kinds];

// In the order of IndexedDB: numbers, dates, strings, binary keys, arrays.
const keysByRank: readonly IDBValidKey[] = [
  -Infinity, 0, 1, 1.5, 2, 3, new Date(5), '', '1', 'a', 'b', Uint8Array.of(1), [1],
];

/** Ranks that are asked for most, of numbers and of strings. */
const hotRanks = [2, 4, 9];
const numbersMax = 8;

/** The ranks of a store with generated keys are its keys. */
export function ranksOf({ isNumbered }: StoreKind): readonly number[] {
  return isNumbered
    ? Array.from({ length: numbersMax }, (_, i) => i + 1)
    : keysByRank.map((_, rank) => rank);
}

export function hotRanksOf({ isNumbered }: StoreKind): readonly number[] {
  return isNumbered ? [1, 2, 3] : hotRanks;
}

export function keyOfRank({ isNumbered }: StoreKind, rank: number): IDBValidKey {
  return isNumbered ? rank : (keysByRank[rank] as IDBValidKey);
}

export function nameOfKey(key: unknown): string {
  if (typeof key === 'number') return String(key);
  if (typeof key === 'string') return `'${key}'`;
  if (key instanceof Date) return `date ${key.getTime()}`;
  if (Array.isArray(key)) return `[${key.map(nameOfKey).join()}]`;
  if (key instanceof ArrayBuffer) return `bytes ${new Uint8Array(key).join()}`;
  if (ArrayBuffer.isView(key)) return `bytes ${(key as Uint8Array).join()}`;
  return 'none';
}

export function nameOfRank(kind: StoreKind, rank: number): string {
  return nameOfKey(keyOfRank(kind, rank));
}

export function rankOfKey({ isNumbered }: StoreKind, key: IDBValidKey): number {
  const name = nameOfKey(key);
  return isNumbered ? Number(key) : keysByRank.findIndex((one) => nameOfKey(one) === name);
}

export function only(rank: number): RankRange {
  return { lower: rank, upper: rank, isLowerOpen: false, isUpperOpen: false };
}

export function isIn({ lower, upper, isLowerOpen, isUpperOpen }: RankRange, rank: number): boolean {
  return (
    (isLowerOpen ? rank > lower : rank >= lower) && (isUpperOpen ? rank < upper : rank <= upper)
  );
}

/** What is everything, where a range must be given. */
export const fromLowestKey = IDBKeyRange.lowerBound(-Infinity);

/** undefined: everything. */
export function toKeyRange(kind: StoreKind, range: RankRange): IDBKeyRange | undefined {
  const { lower, upper, isLowerOpen, isUpperOpen } = range;
  if (lower === -Infinity && upper === Infinity) return undefined;
  if (lower === -Infinity) return IDBKeyRange.upperBound(keyOfRank(kind, upper), isUpperOpen);
  if (upper === Infinity) return IDBKeyRange.lowerBound(keyOfRank(kind, lower), isLowerOpen);
  const [lowest, highest] = [keyOfRank(kind, lower), keyOfRank(kind, upper)];
  return IDBKeyRange.bound(lowest, highest, isLowerOpen, isUpperOpen);
}

export function nameOfRange(kind: StoreKind, range: RankRange): string {
  const { lower, upper, isLowerOpen, isUpperOpen } = range;
  if (lower === upper) return `only ${nameOfRank(kind, lower)}`;
  const from = lower === -Infinity ? '' : nameOfRank(kind, lower);
  const to = upper === Infinity ? '' : nameOfRank(kind, upper);
  return `${isLowerOpen ? '(' : '['}${from}..${to}${isUpperOpen ? ')' : ']'}`;
}
