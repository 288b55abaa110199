// Workloads that read documents through an index.
import { done, walk } from '../../requests';
import type { Bed } from '../bed';
import { type Document, categoryOf, groupOf } from '../documents';
import { dice } from '../random';
import { type Workload, expectSame } from '../workload';

const store = 'documents';

type IndexName = 'group' | 'category';

/** The index key of a random document, `count` times. */
function randomKeys(bed: Bed, index: IndexName, count: number): (number | string)[] {
  const roll = dice(count + index.length);
  const keyOf = index === 'group' ? groupOf : categoryOf;
  return Array.from({ length: count }, () => keyOf(roll(bed.records), bed.records));
}

/** All documents by their index key, each list in the order of the primary keys. */
function byKey(bed: Bed, index: IndexName): Map<number | string, Document[]> {
  const lists = new Map<number | string, Document[]>();
  for (const document of bed.documents()) {
    const list = lists.get(document[index]);
    if (list === undefined) lists.set(document[index], [document]);
    else list.push(document);
  }
  return lists;
}

const queries = (
  name: string,
  what: string,
  index: IndexName,
  times: number,
  ask: (index: IDBIndex, key: number | string) => Promise<unknown>,
  wanted: (list: Document[]) => unknown,
): Workload => ({
  name,
  what: `${what} with one index key, in a transaction each`,
  operations: () => times,
  async prepare(bed) {
    await bed.load();
    const keys = randomKeys(bed, index, times);
    return async () => {
      const found: unknown[] = [];
      for (const key of keys) found.push(await ask(bed.reading(store).index(index), key));
      return () => {
        const lists = byKey(bed, index);
        expectSame(found, keys.map((key) => wanted(lists.get(key) ?? [])), name);
      };
    };
  },
});

const listed = (name: string, index: IndexName, times: number): Workload =>
  queries(
    name,
    'getAll of the documents',
    index,
    times,
    (from, key) => done(from.getAll(key)),
    (list) => list,
  );

export const index222 = listed('idx 222', 'category', 60);
export const index40 = listed('idx 40', 'group', 150);

export const countByIndex = queries(
  'count idx',
  'count of the 222 documents',
  'category',
  150,
  (from, key) => done(from.count(key)),
  (list) => list.length,
);

const walked = (name: string, what: string, direction: IDBCursorDirection): Workload => ({
  name,
  what: `a cursor through an index${what}, reading each value; per step`,
  operations: (records) => records,
  async prepare(bed) {
    await bed.load();
    return async () => {
      const steps: unknown[] = [];
      const index = bed.reading(store).index('group');
      await walk(index.openCursor(null, direction), (cursor) => {
        steps.push(cursor.value);
        return true;
      });
      return () => {
        const wanted = [...bed.documents()].sort((a, b) => a.group - b.group || a.id - b.id);
        if (direction === 'prev') wanted.reverse();
        expectSame(steps, wanted, 'documents');
      };
    };
  },
});

export const indexCursor = walked('idx cursor', '', 'next');
export const indexCursorBack = walked('idx cursor back', ', backwards', 'prev');
