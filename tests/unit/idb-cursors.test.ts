// Cursors: all directions and moves, the entries they were given ahead, and writes that meet them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDBKeyRange as Ranges } from '../../js/idb/IDBKeyRange';
import { nameOfThrown, Page, resultOf, walk } from './idb-page';

const ranges = Ranges as unknown as typeof globalThis.IDBKeyRange;
const many = 1000;
let page: Page;
let db: IDBDatabase;

beforeAll(async () => {
  page = new Page();
  db = await page.open('cursors', 1, (made) => {
    const numbers = made.createObjectStore('numbers');
    for (let i = 0; i < many; i++) numbers.put({ i }, i);
    const words = made.createObjectStore('words', { keyPath: 'id' });
    words.createIndex('letter', 'letter');
    words.createIndex('tags', 'tags', { multiEntry: true });
    const letters = ['b', 'a', 'c', 'b', 'a'];
    letters.forEach((letter, id) => words.put({ id, letter, tags: [letter, 'x'] }));
    made.createObjectStore('scratch').createIndex('rank', 'rank');
  });
});

afterAll(() => page.end());

const read = (name: string) => db.transaction(name).objectStore(name);
const keyOf = (cursor: IDBCursor) => cursor.key;
const keysOf = (cursor: IDBCursor) => [cursor.key, cursor.primaryKey];
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a cursor over a store', () => {
  it('visits every record, and asks for few batches', async () => {
    const before = page.counts.messagesSent;
    const seen = await walk(read('numbers').openCursor(), (cursor) => cursor.value as unknown);
    expect(seen).toEqual(upTo(many).map((i) => ({ i })));
    expect(page.counts.messagesSent - before).toBeLessThan(10);
  });

  it('goes backwards, and stays in its range', async () => {
    const range = ranges.bound(10, 60, true, false);
    const expected = upTo(many).filter((i) => i > 10 && i <= 60);
    expect(await walk(read('numbers').openKeyCursor(range), keyOf)).toEqual(expected);
    const back = await walk(read('numbers').openKeyCursor(range, 'prev'), keyOf);
    expect(back).toEqual(expected.reverse());
    expect(await walk(read('numbers').openCursor('none'), keyOf)).toEqual([]);
  });

  it.each([1, 7, 8, 9, 40, 333])('advances by %i', async (step) => {
    const seen = await walk(read('numbers').openCursor(), keyOf, (cursor) => cursor.advance(step));
    expect(seen).toEqual(upTo(many).filter((i) => i % step === 0));
  });

  it.each([2, 9, 100])('continues to a key that is %i ahead', async (step) => {
    const move = (cursor: IDBCursor) => cursor.continue((cursor.key as number) + step - 0.5);
    const seen = await walk(read('numbers').openCursor(), keyOf, move);
    expect(seen).toEqual(upTo(many).filter((i) => i % step === 0));
    const back = (cursor: IDBCursor) => cursor.continue((cursor.key as number) - step + 0.5);
    const down = await walk(read('numbers').openCursor(null, 'prev'), keyOf, back);
    expect(down).toEqual(upTo(many).filter((i) => (many - 1 - i) % step === 0).reverse());
  });

  it('gives the same objects until it moves, and is one object itself', async () => {
    const request = read('numbers').openCursor(ranges.lowerBound(5));
    const seen: unknown[] = [];
    const cursors = new Set<unknown>();
    await new Promise<void>((resolve) => {
      request.onsuccess = () => {
        const cursor = request.result;
        cursors.add(cursor);
        if (cursor === null || cursors.size > 1) return resolve();
        expect(cursor.value).toBe(cursor.value);
        expect(cursor.request).toBe(request);
        expect(cursor.source).toBe(request.source);
        if (seen.push(cursor.value) === 20) return resolve();
        cursor.continue();
        expect(request.readyState).toBe('pending');
        expect(cursor.key).toBe(seen.length + 4);
      };
    });
    expect(seen).toHaveLength(20);
    expect(cursors.size).toBe(1);
  });
});

describe('a cursor over an index', () => {
  const entries = async (direction: IDBCursorDirection, query?: IDBValidKey | IDBKeyRange) =>
    walk(read('words').index('letter').openKeyCursor(query, direction), keysOf);

  it('goes in four directions', async () => {
    expect(await entries('next')).toEqual([['a', 1], ['a', 4], ['b', 0], ['b', 3], ['c', 2]]);
    expect(await entries('prev')).toEqual([['c', 2], ['b', 3], ['b', 0], ['a', 4], ['a', 1]]);
    expect(await entries('nextunique')).toEqual([['a', 1], ['b', 0], ['c', 2]]);
    expect(await entries('prevunique')).toEqual([['c', 2], ['b', 0], ['a', 1]]);
    expect(await entries('next', 'b')).toEqual([['b', 0], ['b', 3]]);
  });

  it('has the values of the records', async () => {
    const request = read('words').index('tags').openCursor('x');
    const seen = await walk(request, (cursor) => (cursor.value as { id: number }).id);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('continues to a key and a primary key', async () => {
    const jump = (key: string, primaryKey: number) => (cursor: IDBCursor) => {
      if (cursor.key === 'a' && cursor.primaryKey === 1) cursor.continuePrimaryKey(key, primaryKey);
      else cursor.continue();
    };
    const from = (move: (cursor: IDBCursor) => void) =>
      walk(read('words').index('letter').openKeyCursor(), keysOf, move);
    expect(await from(jump('b', 1))).toEqual([['a', 1], ['b', 3], ['c', 2]]);
    expect(await from(jump('b', 0))).toEqual([['a', 1], ['b', 0], ['b', 3], ['c', 2]]);
    expect(await from(jump('a', 2))).toHaveLength(5);
    expect(await from(jump('z', 0))).toEqual([['a', 1]]);
  });
});

describe('writes that meet a cursor', () => {
  interface Scratch {
    readonly store: IDBObjectStore;
    readonly source: IDBObjectStore | IDBIndex;
  }

  const fill = (isIndex: boolean): Scratch => {
    const store = db.transaction('scratch', 'readwrite').objectStore('scratch');
    store.clear();
    for (let i = 0; i < 20; i++) store.put({ rank: i }, i);
    return { store, source: isIndex ? store.index('rank') : store };
  };
  const visit = async (
    { source }: Scratch,
    meet: (cursor: IDBCursorWithValue) => void,
    direction: IDBCursorDirection = 'next',
  ) => {
    const rank = (cursor: IDBCursorWithValue) => {
      const seen = [cursor.key, (cursor.value as { rank: number }).rank];
      meet(cursor);
      return seen;
    };
    return walk(source.openCursor(null, direction), rank);
  };
  const pairs = (keys: readonly number[]) => keys.map((key) => [key, key]);

  // One write each: a second one would meet a cursor that has nothing any more.
  const writes: Record<string, [write: (store: IDBObjectStore) => unknown, seen: number[]]> = {
    'delete ahead': [(store) => store.delete(4), upTo(20).filter((i) => i !== 4)],
    'delete behind': [(store) => store.delete(1), upTo(20)],
    'delete far ahead': [(store) => store.delete(17), upTo(20).filter((i) => i !== 17)],
    'put between two ahead': [(store) => store.put({ rank: 5.5 }, 5.5), [...upTo(20), 5.5]],
    'put at the end': [(store) => store.put({ rank: 50 }, 50), [...upTo(20), 50]],
    'put behind': [(store) => store.put({ rank: -1 }, -1), upTo(20)],
  };
  const cases = Object.keys(writes).flatMap((name) => [
    [name, false, 'next'],
    [name, true, 'next'],
    [name, true, 'nextunique'],
  ]) as [string, boolean, IDBCursorDirection][];

  it.each(cases)('%s (index: %s, %s)', async (name, isIndex, direction) => {
    const [write, expected] = writes[name] as (typeof writes)[string];
    const scratch = fill(isIndex);
    const meet = ({ key }: IDBCursor) => key === 2 && write(scratch.store);
    const seen = await visit(scratch, meet, direction);
    expect(seen).toEqual(pairs(expected.sort((a, b) => a - b)));
  });

  it.each([false, true])('change a value ahead (index: %s)', async (isIndex) => {
    const scratch = fill(isIndex);
    const changed = await walk(scratch.source.openCursor(), (cursor) => {
      if (cursor.key === 2) scratch.store.put({ rank: 4, changed: true }, 4);
      return (cursor.value as { changed?: boolean }).changed;
    });
    expect(changed.indexOf(true)).toBe(4);
  });

  it('take the place of an index entry whose record they store anew', async () => {
    const scratch = fill(true);
    const meet = ({ key }: IDBCursor) => key === 2 && scratch.store.put({ rank: -5 }, 4);
    const seen = await visit(scratch, meet);
    expect(seen).toEqual(pairs(upTo(20).filter((i) => i !== 4)));
  });

  it.each([false, true])('delete and update as it goes (index: %s)', async (isIndex) => {
    const scratch = fill(isIndex);
    const seen = await visit(scratch, (cursor) => {
      if (cursor.primaryKey === 3) cursor.delete();
      else cursor.update({ rank: cursor.key, changed: true });
    });
    expect(seen).toEqual(pairs(upTo(20)));
    const left = (await resultOf(scratch.store.getAll())) as { changed: boolean }[];
    expect(left).toHaveLength(19);
    expect(left.every(({ changed }) => changed)).toBe(true);
  });

  it('move an entry of the index ahead', async () => {
    const scratch = fill(true);
    let moves = 0;
    const seen = await visit(scratch, (cursor) => {
      if (cursor.primaryKey !== 1 || moves++ === 2) return;
      cursor.update({ rank: (cursor.key as number) + 3.5 });
    });
    const expected = [...upTo(20), 4.5, 8].sort((a, b) => a - b);
    expect(seen).toEqual(pairs(expected));
  });

  it('clear everything', async () => {
    const scratch = fill(false);
    expect(await visit(scratch, ({ key }) => key === 1 && scratch.store.clear())).toHaveLength(2);
  });

  it('delete a range ahead of a cursor that goes down', async () => {
    const scratch = fill(false);
    const drop = ({ key }: IDBCursor) => key === 10 && scratch.store.delete(ranges.bound(3, 7));
    const seen = await visit(scratch, drop, 'prev');
    expect(seen).toEqual(pairs(upTo(20).filter((i) => i < 3 || i > 7).reverse()));
  });

  it('behind an iteration do not change its outcome', async () => {
    const scratch = fill(false);
    const request = scratch.store.openCursor();
    await resultOf(request);
    request.result?.continue();
    scratch.store.delete(1);
    expect((await resultOf(request))?.key).toBe(1);
    request.result?.continue();
    expect((await resultOf(request))?.key).toBe(2);
  });

  it('of the first request come behind the opening', async () => {
    const scratch = fill(false);
    const request = scratch.store.openCursor();
    scratch.store.delete(0);
    scratch.store.delete(1);
    expect((await resultOf(request))?.key).toBe(0);
    request.result?.continue();
    expect((await resultOf(request))?.key).toBe(2);
  });
});

describe('wrong use', () => {
  it('throws what the specification says', async () => {
    const request = read('words').index('letter').openCursor();
    const cursor = (await resultOf(request)) as IDBCursorWithValue;
    const thrown = (call: () => unknown) => nameOfThrown(call);
    expect(thrown(() => cursor.advance(0))).toBe('TypeError');
    expect(thrown(() => cursor.advance(-1))).toBe('TypeError');
    expect(thrown(() => cursor.continue('a'))).toBe('DataError');
    expect(thrown(() => cursor.continue(NaN))).toBe('DataError');
    expect(thrown(() => cursor.continuePrimaryKey('a', 1))).toBe('DataError');
    expect(thrown(() => cursor.update({}))).toBe('ReadOnlyError');
    expect(thrown(() => cursor.delete())).toBe('ReadOnlyError');
    cursor.continue();
    expect(thrown(() => cursor.continue())).toBe('InvalidStateError');
    await resultOf(request);
    cursor.advance(100);
    expect(await resultOf(request)).toBeNull();
    expect(thrown(() => cursor.continue())).toBe('InvalidStateError');
  });

  it('of a key cursor, and of in-line keys', async () => {
    const words = db.transaction('words', 'readwrite').objectStore('words');
    const keys = (await resultOf(words.openKeyCursor())) as IDBCursorWithValue;
    expect('value' in keys).toBe(false);
    expect(nameOfThrown(() => keys.update({ id: 0 }))).toBe('InvalidStateError');
    expect(nameOfThrown(() => keys.delete())).toBe('InvalidStateError');
    expect(nameOfThrown(() => keys.continuePrimaryKey(1, 1))).toBe('InvalidAccessError');
    const values = (await resultOf(words.openCursor())) as IDBCursorWithValue;
    expect(nameOfThrown(() => values.update({ id: 7 }))).toBe('DataError');
    expect(nameOfThrown(() => values.update({}))).toBe('DataError');
    expect(nameOfThrown(() => values.update({ id: 0, f() {} }))).toBe('DataCloneError');
    expect(await resultOf(values.update({ id: 0, letter: 'b', tags: ['b', 'x'] }))).toBe(0);
  });
});
