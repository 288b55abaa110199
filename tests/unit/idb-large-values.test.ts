// Values that cross the channel in pieces: whatever asks for them, with generated keys in them, and
// behind everything else that replaces or removes them.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf, Page, resultOf, walk } from './idb-page';

let page: Page;
let db: IDBDatabase;

beforeAll(async () => {
  page = new Page();
  db = await page.open('large', 1, (made) => {
    made.createObjectStore('plain').createIndex('size', 'size');
    made.createObjectStore('many').createIndex('size', 'size');
    made.createObjectStore('counted', { keyPath: 'id', autoIncrement: true });
  });
});

afterAll(() => page.end());

const store = (name: string, mode: IDBTransactionMode = 'readwrite') =>
  db.transaction(name, mode).objectStore(name);

function bytesOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 31 + (i >> 8) * seed;
  return bytes;
}

/** What is short enough to be compared by the test's own means: bytes by a digest. */
function digest(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return `${value.length} ${createHash('sha256').update(value).digest('hex')}`;
  }
  if (Array.isArray(value)) return value.map(digest);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, digest(one)]));
}

function expectSame(found: unknown, expected: unknown): void {
  expect(digest(found)).toEqual(digest(expected));
}

const mebibyte = 1 << 20;

describe('large values', () => {
  it('are stored and read, between small ones', async () => {
    const plain = store('plain');
    plain.put('before', 1);
    plain.put({ size: 5, data: bytesOf(5 * mebibyte + 3, 1) }, 2);
    plain.put('x'.repeat(mebibyte), 3);
    plain.put('behind', 4);
    expectSame(await resultOf(plain.get(2)), { size: 5, data: bytesOf(5 * mebibyte + 3, 1) });
    expect(await resultOf(plain.get(4))).toBe('behind');
    expect(await endOf(plain.transaction)).toBe('complete');

    const reader = store('plain', 'readonly');
    const all = resultOf(reader.getAll());
    const byIndex = resultOf(reader.index('size').get(5));
    const walked = walk(reader.openCursor(null, 'prev'), (cursor) => cursor.value as unknown);
    const data = { size: 5, data: bytesOf(5 * mebibyte + 3, 1) };
    const text = 'x'.repeat(mebibyte);
    expectSame(await all, ['before', data, text, 'behind']);
    expectSame(await byIndex, data);
    expectSame(await walked, ['behind', text, data, 'before']);
    expect(await resultOf(reader.count())).toBe(4);
  });

  it('are read among many that go ahead of their reply', async () => {
    const many = store('many');
    const values: unknown[] = [];
    for (let i = 0; i < 400; i++) {
      if (i % 100 === 50) values.push(bytesOf(mebibyte / 2, i));
      else if (i % 7 === 0) values.push({ size: i, at: new Date(i), text: 'd'.repeat(3000) });
      else values.push({ size: i, text: `${i}`.repeat(1500) });
    }
    for (const [key, value] of values.entries()) many.put(value, key);
    expect(await endOf(many.transaction)).toBe('complete');
    const before = page.counts.messagesReceived;
    const reader = store('many', 'readonly');
    const sized = values.filter((value) => !(value instanceof Uint8Array));
    const records = reader as unknown as { getAllRecords(): IDBRequest<{ value: unknown }[]> };
    const asked = [reader.getAll(), reader.getAll(null, 301), reader.index('size').getAll()];
    const withKeys = resultOf(records.getAllRecords());
    const [all, some, byIndex] = await Promise.all(asked.map(resultOf));
    expectSame(all, values);
    expectSame(some, values.slice(0, 301));
    expectSame(byIndex, sized);
    expectSame((await withKeys).map(({ value }) => value), values);
    expect(page.counts.messagesReceived - before).toBeGreaterThan(20);
  });

  it('are read as they are when the request is placed', async () => {
    const plain = store('plain');
    plain.put(bytesOf(2 * mebibyte, 2), 'k');
    const first = resultOf(plain.get('k'));
    plain.put(bytesOf(mebibyte, 3), 'k');
    const second = resultOf(plain.get('k'));
    plain.delete('k');
    const third = resultOf(plain.get('k'));
    expectSame(await first, bytesOf(2 * mebibyte, 2));
    expectSame(await second, bytesOf(mebibyte, 3));
    expect(await third).toBeUndefined();
  });

  it('take a generated key, wherever its place is', async () => {
    // Around the end of a piece of 262144 bytes, in the tagged form and in JSON.
    for (const length of [262_100, 262_120, 262_125, 262_128, 262_130, 262_144, 300_000]) {
      const counted = store('counted');
      const json = { text: 'a'.repeat(length), id: undefined as unknown, rest: 'b'.repeat(5e5) };
      delete json.id;
      const tagged = { data: bytesOf(length, 5), rest: bytesOf(5e5, 6) };
      const keys = [await resultOf(counted.put(json)), await resultOf(counted.put(tagged))];
      const [first, second] = keys as [number, number];
      expectSame(await resultOf(counted.get(first)), { ...json, id: first });
      expectSame(await resultOf(counted.get(second)), { ...tagged, id: second });
    }
  });

  it('fail as small ones do, and leave nothing', async () => {
    const plain = store('plain');
    plain.put(bytesOf(mebibyte, 7), 'there');
    const failing = plain.add(bytesOf(2 * mebibyte, 8), 'there');
    failing.onerror = (event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    expectSame(await resultOf(plain.get('there')), bytesOf(mebibyte, 7));
    expect(failing.error?.name).toBe('ConstraintError');
  });

  it('are found when an index is created later', async () => {
    db.close();
    db = await page.open('large', 2, (_, transaction) => {
      transaction.objectStore('plain').createIndex('again', 'size');
    });
    const found = await resultOf(store('plain', 'readonly').index('again').get(5));
    expectSame(found, { size: 5, data: bytesOf(5 * mebibyte + 3, 1) });
  });

  it('may be more in one answer than the worker holds at once', async () => {
    const plain = store('plain');
    plain.clear();
    for (let i = 0; i < 200; i++) plain.put({ i, text: String(i).repeat(30_000) }, i);
    const all = await resultOf(plain.getAll());
    expect(all.length).toBe(200);
    expect(all.at(-1)).toEqual({ i: 199, text: '199'.repeat(30_000) });
  });
});
