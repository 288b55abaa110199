// What the workloads store. All of it follows from its number and the round, so that what is read
// can be checked without keeping it.
import { dice, prose, word } from './random';

/** About 300 bytes as JSON. */
export interface Document {
  readonly id: number;
  /** One of records / 40: an index finds 40 documents of a group. */
  readonly group: number;
  /** One of records / 222: an index finds 222 documents of a category, or one more. */
  readonly category: string;
  readonly age: number;
  readonly name: string;
  readonly email: string;
  readonly score: number;
  readonly active: boolean;
  readonly tags: readonly string[];
  readonly created: number;
  /** Counts up when the document is overwritten. */
  readonly version: number;
  readonly text: string;
}

export const perGroup = 40;
export const perCategory = 222;

const groupsOf = (records: number): number => Math.max(1, Math.floor(records / perGroup));
const categoriesOf = (records: number): number => Math.max(1, Math.floor(records / perCategory));
const categoryName = (number: number): string => `category ${number}`;

/** The group of document `id` of `records`; neighbours are in different ones. */
export const groupOf = (id: number, records: number): number => (id * 7919) % groupsOf(records);

export const categoryOf = (id: number, records: number): string =>
  categoryName((id * 7919) % categoriesOf(records));

/** Documents `first` to `first + count - 1`. */
export function documents(first: number, count: number, records: number, version = 0): Document[] {
  const made: Document[] = [];
  for (let id = first; id < first + count; id++) made.push(document(id, records, version));
  return made;
}

function document(id: number, records: number, version: number): Document {
  const roll = dice(id * 31 + version);
  const name = word(roll, 8);
  return {
    id,
    group: groupOf(id, records),
    category: categoryOf(id, records),
    age: 18 + roll(60),
    name,
    email: `${name}@${word(roll, 6)}.example`,
    score: roll(1_000_000) / 1000,
    active: roll(2) === 1,
    tags: [word(roll, 5), word(roll, 6), word(roll, 7)],
    created: 1_700_000_000_000 + roll(100_000_000),
    version,
    text: prose(roll, 80),
  };
}

/** What JSON has no words for: all of it goes the way of the structured clone. */
export interface RichDocument {
  readonly id: number;
  readonly created: Date;
  readonly total: bigint;
  readonly prices: Map<string, number>;
  readonly labels: Set<string>;
  readonly samples: Float64Array;
  readonly bytes: Uint8Array;
  readonly note: string | undefined;
}

export function richDocuments(count: number): RichDocument[] {
  return Array.from({ length: count }, (_, id) => {
    const roll = dice(id + 77);
    return {
      id,
      created: new Date(1_700_000_000_000 + roll(100_000_000)),
      total: BigInt(roll(1_000_000)) * 1_000_000_007n,
      prices: new Map([4, 5, 6].map((length) => [word(roll, length), roll(10_000) / 100])),
      labels: new Set([word(roll, 6), word(roll, 6)]),
      samples: Float64Array.from({ length: 8 }, () => roll(1000) / 7),
      bytes: Uint8Array.from({ length: 32 }, () => roll(256)),
      note: roll(2) === 1 ? prose(roll, 40) : undefined,
    };
  });
}

/** Bytes that do not compress. */
export function binary(seed: number, bytes: number): Uint8Array<ArrayBuffer> {
  const roll = dice(seed);
  const words = Uint32Array.from({ length: bytes / 4 }, () => roll(0x1_0000_0000));
  return new Uint8Array(words.buffer);
}

/** The document that RxDB's own comparison of storages writes. */
export interface Article {
  readonly id: string;
  readonly age: number;
  readonly list: readonly string[];
  readonly text: string;
}

export function articles(count: number): Article[] {
  return Array.from({ length: count }, (_, i) => {
    const roll = dice(i + 555);
    return {
      id: `${word(roll, 6)}${String(i).padStart(6, '0')}`,
      age: roll(100),
      list: Array.from({ length: 5 }, () => word(roll, 10)),
      text: prose(roll, 1000),
    };
  });
}
