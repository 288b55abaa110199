// Workloads that read documents by their keys.
import { done, walk } from '../../requests';
import type { Bed } from '../bed';
import type { Document } from '../documents';
import { dice } from '../random';
import { type Check, type Workload, expectSame } from '../workload';

const store = 'documents';

function randomKeys(bed: Bed, count: number, below = bed.records): number[] {
  const roll = dice(count);
  return Array.from({ length: count }, () => roll(below));
}

/** A prime: a key comes again when all have come, unless the number of records is a multiple. */
const stride = 7919;
const readSoFar = new WeakMap<Bed, number>();

/** Scattered keys, others each time: a page may know what it has read before. */
function unreadKeys(bed: Bed, count: number): number[] {
  const first = readSoFar.get(bed) ?? 0;
  readSoFar.set(bed, first + count);
  return Array.from({ length: count }, (_, i) => ((first + i) * stride) % bed.records);
}

type Get = (bed: Bed, keys: readonly number[]) => Promise<unknown[]>;

const gets = (
  name: string,
  what: string,
  times: number,
  get: Get,
  keysOf: (bed: Bed) => number[] | Promise<number[]> = (bed) => unreadKeys(bed, times),
): Workload => ({
  name,
  what: `get by scattered keys, ${what}`,
  operations: () => times,
  async prepare(bed) {
    await bed.load();
    const keys = await keysOf(bed);
    return async () => {
      const found = await get(bed, keys);
      return () => {
        const all = bed.documents();
        expectSame(found, keys.map((key) => all[key]), 'documents');
      };
    };
  },
});

const getEach: Get = async (bed, keys) => {
  const found: unknown[] = [];
  for (const key of keys) found.push(await done(bed.reading(store).get(key)));
  return found;
};

export const getTxEach = gets('get tx each', 'in a transaction each', 500, getEach);

export const getAgain = gets(
  'get again',
  'in a transaction each, of 50 documents that were read shortly before',
  500,
  getEach,
  async (bed) => {
    const few = unreadKeys(bed, 50);
    await getEach(bed, few);
    return Array.from({ length: 10 }, () => few).flat();
  },
);

export const getAwaited = gets('awaited', 'one after the other', 1500, async (bed, keys) => {
  const target = bed.reading(store);
  const found: unknown[] = [];
  for (const key of keys) found.push(await done(target.get(key)));
  return found;
});

export const getPipelined = gets('pipelined', 'all asked at once', 5000, (bed, keys) => {
  const target = bed.reading(store);
  return Promise.all(keys.map((key) => done(target.get(key))));
});

const whole = (
  name: string,
  what: string,
  times: number,
  ask: (bed: Bed) => Promise<unknown>,
  wanted: (all: readonly Document[]) => unknown,
): Workload => ({
  name,
  what,
  operations: (records) => times * records,
  async prepare(bed) {
    await bed.load();
    return async () => {
      const found: unknown[] = [];
      for (let i = 0; i < times; i++) found.push(await ask(bed));
      return () => {
        const all = wanted(bed.documents());
        for (const one of found) expectSame(one, all, name);
      };
    };
  },
});

export const getAll = whole(
  'getAll',
  'getAll of the store; per document',
  1,
  (bed) => done(bed.reading(store).getAll()),
  (all) => all,
);

export const getAllKeys = whole(
  'keys',
  'getAllKeys of the store, twice; per key',
  2,
  (bed) => done(bed.reading(store).getAllKeys()),
  (all) => all.map(({ id }) => id),
);

function walked(bed: Bed, direction: IDBCursorDirection): Promise<unknown[]> {
  const found: unknown[] = [];
  const request = bed.reading(store).openCursor(null, direction);
  return walk(request, (cursor) => {
    found.push(cursor.value);
    return true;
  }).then(() => found);
}

export const cursor = whole(
  'cursor',
  'a cursor through the store, reading each value; per step',
  1,
  (bed) => walked(bed, 'next'),
  (all) => all,
);

export const cursorBack = whole(
  'cursor back',
  'a cursor through the store, backwards; per step',
  1,
  (bed) => walked(bed, 'prev'),
  (all) => [...all].reverse(),
);

const rangeCount = 100;
const rangeLength = 100;

const ranges = (
  name: string,
  what: string,
  ask: (bed: Bed, from: number) => IDBRequest<unknown[]>,
): Workload => ({
  name,
  what: `${what}, in a transaction each`,
  operations: () => rangeCount,
  async prepare(bed) {
    await bed.load();
    const starts = randomKeys(bed, rangeCount, Math.max(1, bed.records - rangeLength));
    return async (): Promise<Check> => {
      const found: unknown[] = [];
      for (const from of starts) found.push(await done(ask(bed, from)));
      return () => {
        const all = bed.documents();
        const wanted = starts.map((from) => all.slice(from, from + rangeLength));
        expectSame(found, wanted, 'documents');
      };
    };
  },
});

export const range = ranges('range 100', 'getAll of a range of 100 documents', (bed, from) => {
  const keys = bed.side.IDBKeyRange.bound(from, from + rangeLength - 1);
  return bed.reading(store).getAll(keys);
});

export const getAllCount = ranges('getAll count', 'getAll of 100 from a key on', (bed, from) => {
  const keys = bed.side.IDBKeyRange.lowerBound(from);
  return bed.reading(store).getAll(keys, rangeLength);
});

const countTimes = 20;

export const count: Workload = {
  name: 'count',
  what: 'count of the store, in a transaction each',
  operations: () => countTimes,
  async prepare(bed) {
    await bed.load();
    return async () => {
      const found: number[] = [];
      for (let i = 0; i < countTimes; i++) found.push(await done(bed.reading(store).count()));
      return () => expectSame(found, Array(countTimes).fill(bed.records), 'counts');
    };
  },
};
