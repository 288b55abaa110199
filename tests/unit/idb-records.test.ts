// Records through the whole API: put, add, get, getAll, count, delete, generated keys and indexes.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { IDBKeyRange as Ranges } from '../../js/idb/IDBKeyRange';
import { IDBRecord } from '../../js/idb/IDBRecord';
import { endOf, Page, resultOf } from './idb-page';

const ranges = Ranges as unknown as typeof globalThis.IDBKeyRange;
let page: Page;
let db: IDBDatabase;

beforeAll(async () => {
  page = new Page();
  db = await page.open('records', 1, (made) => {
    made.createObjectStore('plain');
    const cities = made.createObjectStore('cities', { keyPath: 'id' });
    cities.createIndex('name', 'name');
    cities.createIndex('tags', 'tags', { multiEntry: true });
    cities.createIndex('code', 'code', { unique: true });
    cities.createIndex('place', ['country', 'name']);
    made.createObjectStore('counted', { autoIncrement: true });
    const injected = made.createObjectStore('injected', { keyPath: 'a.id', autoIncrement: true });
    injected.createIndex('both', ['a.id', 'x']);
  });
});

afterAll(() => page.end());

const store = (name: string, mode: IDBTransactionMode = 'readwrite') =>
  db.transaction(name, mode).objectStore(name);

describe('records', () => {
  it('are put, got and deleted', async () => {
    const plain = store('plain');
    expect(await resultOf(plain.put({ a: [1, 'two', null] }, 'key'))).toBe('key');
    expect(await resultOf(plain.get('key'))).toEqual({ a: [1, 'two', null] });
    expect(await resultOf(plain.getKey('key'))).toBe('key');
    expect(await resultOf(plain.get('other'))).toBeUndefined();
    expect(await resultOf(plain.count())).toBe(1);
    expect(await resultOf(plain.delete('key'))).toBeUndefined();
    expect(await resultOf(plain.count('key'))).toBe(0);
    expect(await endOf(plain.transaction)).toBe('complete');
  });

  it('keep values that JSON has no words for', async () => {
    const plain = store('plain');
    const date = new Date(5);
    const value = { date, map: new Map([[1, date]]), big: 10n, none: undefined, zero: -0 };
    plain.put(value, date);
    const found = (await resultOf(plain.get(date))) as typeof value;
    expect(found).toEqual(value);
    expect(found.map.get(1)).toBe(found.date);
    expect(await resultOf(plain.getKey(date))).toEqual(date);
  });

  it('are what large buffers were when they were put', async () => {
    const plain = store('plain');
    const bytes = new Uint8Array(400_000).fill(1);
    const puts = [
      plain.put(bytes, 'alone'),
      plain.put({ blob: new Blob(['x']) }, 'blob'),
      plain.put({ bytes }, 'behind a Blob'),
      plain.put({ bytes, blob: new Blob(['y']) }, 'beside one'),
    ];
    bytes.fill(2);
    await Promise.all(puts.map(resultOf));
    const cursor = (await resultOf(plain.openCursor('alone'))) as IDBCursorWithValue;
    const update = cursor.update({ bytes });
    bytes.fill(3);
    await resultOf(update);
    const of = async (key: string) => (await resultOf(plain.get(key))) as { bytes: Uint8Array };
    for (const [key, byte] of [['behind a Blob', 1], ['beside one', 1], ['alone', 2]] as const) {
      const { bytes: stored } = await of(key);
      expect([key, stored.length, stored.every((one) => one === byte)]).toEqual([key, 400_000, true]);
    }
  });

  it('are encoded without the setters of Array.prototype', async () => {
    const cities = store('cities');
    cities.put({ id: 'first', name: 'Bonn' });
    const bytes = new Uint8Array(400_000).fill(1);
    let calls = 0;
    Object.defineProperty(Array.prototype, '0', {
      set: () => void bytes.fill(++calls + 1),
      configurable: true,
    });
    try {
      cities.put({ id: 'second', name: 'Kiel', bytes });
    } finally {
      delete (Array.prototype as unknown[])[0];
    }
    expect(calls).toBe(0);
    const found = (await resultOf(cities.index('name').get('Kiel'))) as { bytes: Uint8Array };
    expect(found.bytes.every((byte) => byte === 1)).toBe(true);
    await resultOf(cities.clear());
  });

  it('are got many at once, whatever they are', async () => {
    const plain = store('plain');
    const values: unknown[] = [{ a: 1 }, new Date(7), undefined, 'ö', 'x'.repeat(300_000), null];
    for (let i = 0; i < 100; i++) values.push({ i, text: 'y'.repeat(i * 20) });
    values.forEach((value, i) => plain.put(value, i));
    expect(await endOf(plain.transaction)).toBe('complete');
    const again = store('plain', 'readonly');
    const found = await Promise.all(values.map((_, i) => resultOf(again.get(i))));
    expect(found).toEqual(values);
    const odd = [0, 1, -1, 0, 3, 999, 2, 4, 0, 50].map((key) => resultOf(again.get(key)));
    const [first, ...others] = await Promise.all(odd);
    expect([first, ...others]).toEqual([0, 1, -1, 0, 3, 999, 2, 4, 0, 50].map((key) => values[key]));
    expect(others[2]).not.toBe(first);
  });

  it('are decoded with few calls when many are got at once', async () => {
    const plain = store('plain');
    for (let i = 0; i < 200; i++) plain.put({ i }, i);
    await endOf(plain.transaction);
    const again = store('plain', 'readonly');
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    const found = await Promise.all([...Array(200)].map((_, i) => resultOf(again.get(i))));
    const calls = decode.mock.calls.length;
    decode.mockRestore();
    expect(found).toEqual([...Array(200)].map((_, i) => ({ i })));
    expect(calls).toBeLessThan(20);
  });

  it('are cleared', async () => {
    const plain = store('plain');
    plain.put(1, 1);
    plain.clear();
    expect(await resultOf(plain.getAll())).toEqual([]);
  });

  it('come many at a time', async () => {
    const plain = store('plain');
    for (let i = 0; i < 10; i++) plain.put({ i }, i);
    const some = ranges.bound(2, 6, true);
    expect(await resultOf(plain.getAll(some))).toEqual([3, 4, 5, 6].map((i) => ({ i })));
    expect(await resultOf(plain.getAllKeys(some, 2))).toEqual([3, 4]);
    expect(await resultOf(plain.count(some))).toBe(4);
    plain.put(new Set([1]), 4);
    const mixed = [{ i: 3 }, new Set([1]), { i: 5 }, { i: 6 }];
    expect(await resultOf(plain.getAll(some))).toEqual(mixed);
    const backwards = { query: some, direction: 'prev', count: 2 };
    const getAll = plain.getAll.bind(plain) as (options: object) => IDBRequest<unknown[]>;
    expect(await resultOf(getAll(backwards))).toEqual([{ i: 6 }, { i: 5 }]);
    const { getAllRecords } = plain as unknown as { getAllRecords: typeof getAll };
    const [record] = (await resultOf(getAllRecords.call(plain, backwards))) as IDBRecord[];
    expect(record).toBeInstanceOf(IDBRecord);
    expect([record?.key, record?.primaryKey, record?.value]).toEqual([6, 6, { i: 6 }]);
  });

  it('fail to be added twice', async () => {
    const plain = store('plain');
    plain.put('first', 'twice');
    const request = plain.add('second', 'twice');
    request.addEventListener('error', (event) => event.preventDefault());
    await expect(resultOf(request)).rejects.toHaveProperty('name', 'ConstraintError');
    expect(await resultOf(plain.get('twice'))).toBe('first');
    expect(await endOf(plain.transaction)).toBe('complete');
  });
});

describe('indexes', () => {
  it('find records by one key, several keys and many keys', async () => {
    const cities = store('cities');
    cities.put({ id: 1, name: 'Ulm', country: 'DE', tags: ['a', 'b', 'a'], code: 'x' });
    cities.put({ id: 2, name: 'Bern', country: 'CH', tags: 'b', code: 'y' });
    cities.put({ id: 3, name: null, country: 'CH', tags: [] });
    const ids = async (index: string, query?: IDBValidKey | IDBKeyRange) =>
      resultOf(cities.index(index).getAllKeys(query));
    expect(await ids('name')).toEqual([2, 1]);
    expect(await ids('tags')).toEqual([1, 1, 2]);
    expect(await ids('tags', 'b')).toEqual([1, 2]);
    expect(await ids('place', ranges.bound(['CH'], ['CH', []]))).toEqual([2]);
    expect(await resultOf(cities.index('name').get('Ulm'))).toHaveProperty('id', 1);
    expect(await resultOf(cities.index('name').getKey('Ulm'))).toBe(1);
    expect(await resultOf(cities.index('tags').count())).toBe(3);
  });

  it('that are unique refuse a second key', async () => {
    const cities = store('cities');
    const request = cities.put({ id: 9, code: 'x' });
    await expect(resultOf(request)).rejects.toHaveProperty('name', 'ConstraintError');
    expect(await endOf(cities.transaction)).toBe('abort');
    expect(cities.transaction.error?.name).toBe('ConstraintError');
  });
});

describe('generated keys', () => {
  it('count up and follow explicit numbers', async () => {
    const counted = store('counted');
    expect(await resultOf(counted.add('a'))).toBe(1);
    expect(await resultOf(counted.add('b', 10))).toBe(10);
    expect(await resultOf(counted.add('c'))).toBe(11);
    expect(await resultOf(counted.add('d', 'text'))).toBe('text');
    expect(await resultOf(counted.add('e'))).toBe(12);
  });

  it('are put into values, and into index keys', async () => {
    const injected = store('injected');
    expect(await resultOf(injected.put({ x: 'json' }))).toBe(1);
    expect(await resultOf(injected.put({ x: 'tagged', a: { d: new Date(1) } }))).toBe(2);
    expect(await resultOf(injected.get(1))).toEqual({ x: 'json', a: { id: 1 } });
    expect(await resultOf(injected.get(2))).toEqual({ x: 'tagged', a: { id: 2, d: new Date(1) } });
    expect(await resultOf(injected.index('both').getKey([2, 'tagged']))).toBe(2);
    expect(await resultOf(injected.index('both').get([1, 'json']))).toHaveProperty('x', 'json');
  });
});

describe('Blobs', () => {
  it('are read before the commands go on, in order', async () => {
    const plain = store('plain');
    const order: string[] = [];
    const put = plain.put({ blob: new Blob(['text'], { type: 'text/plain' }) }, 'blob');
    const get = plain.get('blob');
    put.onsuccess = () => order.push('put');
    get.onsuccess = () => order.push('get');
    plain.put(1, 'behind').onsuccess = () => order.push('behind');
    expect(await endOf(plain.transaction)).toBe('complete');
    expect(order).toEqual(['put', 'get', 'behind']);
    const { blob } = get.result as { blob: Blob };
    expect([blob.type, await blob.text()]).toEqual(['text/plain', 'text']);
  });

  it('that cannot be read abort the transaction', async () => {
    class Broken extends Blob {
      override arrayBuffer = () => Promise.reject(new Error('gone'));
    }
    const plain = store('plain');
    plain.put('before', 'before');
    const { transaction } = plain;
    // The clone of a Blob has the platform's own methods, so the platform's are broken meanwhile.
    const { arrayBuffer } = Blob.prototype;
    Blob.prototype.arrayBuffer = new Broken([]).arrayBuffer;
    plain.put(new Blob(['x']), 'broken');
    Blob.prototype.arrayBuffer = arrayBuffer;
    expect(await endOf(transaction)).toBe('abort');
    expect(transaction.error?.name).toBe('NotReadableError');
    expect(await resultOf(store('plain').get('before'))).toBeUndefined();
  });
});

describe('messages', () => {
  it('are few: 1000 puts take at most 8, both ways together', async () => {
    const before = page.counts;
    const counted = store('counted');
    let events = 0;
    for (let i = 0; i < 1000; i++) {
      counted.put({ i, text: 'some text' }).onsuccess = () => events++;
    }
    expect(await endOf(counted.transaction)).toBe('complete');
    expect(events).toBe(1000);
    const after = page.counts;
    const sent = after.messagesSent - before.messagesSent;
    const received = after.messagesReceived - before.messagesReceived;
    expect(sent + received).toBeLessThanOrEqual(8);
  });
});

describe('a page that has changed the prototypes', () => {
  const patched = <T>(name: string, member: PropertyDescriptor, run: () => T): T => {
    Object.defineProperty(Object.prototype, name, { configurable: true, ...member });
    try {
      return run();
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  };

  it('does not get its enumerable properties stored or read', async () => {
    const cities = store('cities');
    const get = () => {
      throw new Error('read');
    };
    patched('added', { get, enumerable: true }, () => cities.put({ id: 50 }));
    expect(await resultOf(cities.get(50))).toEqual({ id: 50 });
  });

  it('has no setter called for the elements of keys', async () => {
    const plain = store('plain');
    plain.clear();
    plain.put(1, ['a', 'b']);
    let isCalled = false;
    const set = () => (isCalled = true);
    const cursor = await resultOf(plain.openKeyCursor());
    expect(patched('0', { set }, () => cursor?.key)).toEqual(['a', 'b']);
    expect(isCalled).toBe(false);
  });
});
