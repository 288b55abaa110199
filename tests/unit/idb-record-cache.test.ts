// Records that the page knows: which gets take no message, and that none of them reads what is over.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReplyKind } from '../../js/channel/protocol';
import { Reply } from '../../js/channel/reply-reader';
import { IDBKeyRange as Range } from '../../js/idb/IDBKeyRange';
import { answerBytesMax, generationBytesMax, RecordCache } from '../../js/idb/record-cache';
import { endOf, Page, resultOf } from './idb-page';

const IDBKeyRange = Range as unknown as typeof globalThis.IDBKeyRange;

let page: Page;
let db: IDBDatabase;

beforeAll(async () => {
  page = new Page();
  db = await page.open('known', 1, (made) => {
    made.createObjectStore('plain').createIndex('by', 'by');
    made.createObjectStore('other');
    made.createObjectStore('numbered', { keyPath: 'id', autoIncrement: true });
  });
});

afterAll(() => page.end());

const reading = (name = 'plain', from = db) => from.transaction(name).objectStore(name);
const writing = (name = 'plain', from = db) =>
  from.transaction(name, 'readwrite').objectStore(name);

/** In a transaction of its own, whose end is awaited. */
async function get(key: IDBValidKey, name = 'plain'): Promise<unknown> {
  const store = reading(name);
  const [found] = await Promise.all([resultOf<unknown>(store.get(key)), endOf(store.transaction)]);
  return found;
}

async function write(
  change: (store: IDBObjectStore) => unknown,
  name = 'plain',
  from = db,
): Promise<void> {
  const store = writing(name, from);
  change(store);
  expect(await endOf(store.transaction)).toBe('complete');
}

/** Messages that were sent meanwhile. */
async function sent(during: () => Promise<unknown>): Promise<number> {
  const before = page.counts.messagesSent;
  await during();
  return page.counts.messagesSent - before;
}

// Each of them is known, in both stores.
beforeEach(async () => {
  for (const name of ['plain', 'other']) {
    await write((store) => {
      store.clear();
      for (const key of [1, 2, 3, 'a']) store.put({ of: key, by: 7 }, key);
    }, name);
    for (const key of [1, 2, 3, 'a']) await get(key, name);
  }
});

describe('a record that was read', () => {
  it('takes no message when it is read again, and is a new value each time', async () => {
    const values: unknown[] = [];
    expect(await sent(async () => values.push(await get(1), await get(1), await get('a')))).toBe(0);
    expect(values).toEqual([1, 1, 'a'].map((of) => ({ of, by: 7 })));
    expect(values[0]).not.toBe(values[1]);
  });

  it('ends its transaction without a message, whose complete comes behind its success', async () => {
    const log: string[] = [];
    const messages = await sent(async () => {
      const store = reading();
      store.get(1).onsuccess = () => {
        log.push('1');
        store.get(2).onsuccess = () => log.push('2');
      };
      log.push(await endOf(store.transaction));
    });
    expect([log, messages]).toEqual([['1', '2', 'complete'], 0]);
  });

  it('is asked for again where it was not found, or by another sort of key or query', async () => {
    expect(await sent(() => get(4))).toBeGreaterThan(0);
    expect(await sent(() => get(4))).toBeGreaterThan(0);
    const date = new Date(5);
    await write((store) => store.put('dated', date));
    expect(await get(date)).toBe('dated');
    expect(await sent(() => get(date))).toBeGreaterThan(0);
    for (let i = 0; i < 2; i++) {
      const store = reading();
      const end = endOf(store.transaction);
      const values: unknown[] = [];
      const messages = await sent(async () => {
        values.push(await resultOf(store.index('by').get(7)));
        values.push(await resultOf(store.get(IDBKeyRange.lowerBound(3))));
      });
      expect([values, messages]).toEqual([[1, 3].map((of) => ({ of, by: 7 })), 2]);
      await end;
    }
  });

  it('is another one than that of the same key in another store, or as a string', async () => {
    await write((store) => {
      store.put('number', 1);
      store.put('string', '1');
    }, 'other');
    for (let i = 0; i < 2; i++) {
      expect(await get(1)).toEqual({ of: 1, by: 7 });
      expect(await get(1, 'other')).toBe('number');
      expect(await get('1', 'other')).toBe('string');
    }
  });

  it('is another one than that of another database', async () => {
    const own = await page.open('another', 1, (made) => {
      made.createObjectStore('plain').put('of another', 1);
    });
    await get(1);
    const found = () => resultOf<unknown>(reading('plain', own).get(1));
    for (let i = 0; i < 2; i++) expect(await found()).toBe('of another');
    expect(await get(1)).toEqual({ of: 1, by: 7 });
    own.close();
  });

  it('keeps its place among requests that the worker answers', async () => {
    const log: unknown[] = [];
    const store = reading();
    const note = (name: string, request: IDBRequest) =>
      void (request.onsuccess = () => log.push(name));
    note('count', store.count());
    note('known', store.get(1));
    note('unknown', store.get(99));
    note('known again', store.get(2));
    await endOf(store.transaction);
    expect(log).toEqual(['count', 'known', 'unknown', 'known again']);
  });
});

describe('is read anew behind', () => {
  it.each<[string, (store: IDBObjectStore) => unknown, unknown]>([
    ['a put', (store) => store.put('new', 2), 'new'],
    ['a deletion', (store) => store.delete(2), undefined],
    ['a deletion of a range', (store) => store.delete(IDBKeyRange.bound(2, 3)), undefined],
    ['a clear', (store) => store.clear(), undefined],
    ["a cursor's update", (store) => {
      store.openCursor(2).onsuccess = ({ target }) =>
        (target as IDBRequest<IDBCursorWithValue>).result.update('updated');
    }, 'updated'],
    ["a cursor's deletion", (store) => {
      store.index('by').openCursor(7, 'prev').onsuccess = ({ target }) => {
        const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result;
        if (cursor === null) return;
        if (cursor.primaryKey === 2) cursor.delete();
        cursor.continue();
      };
    }, undefined],
    ['a put with a Blob', (store) => store.put({ blob: new Blob(['b']) }, 2), { blob: new Blob(['b']) }],
    ['more puts than are counted', (store) => {
      for (let key = 0; key < 1000; key++) store.put(key * 10, key);
    }, 20],
    ['a put, and a failure that is not the last word', (store) => {
      store.put('new', 2);
      store.add('twice', 2).onerror = (event) => event.preventDefault();
    }, 'new'],
  ])('%s, and is known then', async (_, change, expected) => {
    await write(change);
    expect(await get(2)).toEqual(expected);
    expect(await get(2)).toEqual(expected);
    if (expected !== undefined) expect(await sent(() => get(2))).toBe(0);
    // What was not changed is known as before.
    expect(await sent(() => get(2, 'other'))).toBe(0);
  });

  it('puts whose keys are generated, which change no other record', async () => {
    await write((store) => {
      for (const text of ['first', 'second']) store.put({ text });
    }, 'numbered');
    expect(await get(1, 'numbered')).toEqual({ text: 'first', id: 1 });
    await write((store) => store.put({ text: 'third' }), 'numbered');
    expect(await sent(() => get(1, 'numbered'))).toBe(0);
    expect(await get(3, 'numbered')).toEqual({ text: 'third', id: 3 });
    await write((store) => store.put({ text: 'changed', id: 1 }), 'numbered');
    expect(await get(1, 'numbered')).toEqual({ text: 'changed', id: 1 });
  });

  it('what another connection has written', async () => {
    const other = await page.open('known', undefined, () => {});
    await get(2);
    await write((store) => store.put('of the other', 2), 'plain', other);
    expect(await get(2)).toBe('of the other');
    other.close();
  });

  it('an upgrade, and in it', async () => {
    db.close();
    db = await page.open('known', db.version + 1, (_, transaction) => {
      transaction.objectStore('plain').put('upgraded', 2);
    });
    expect(await get(2)).toBe('upgraded');
    db.close();
    const request = page.indexedDB.open('known', db.version + 1);
    const seen: unknown[] = [];
    request.onupgradeneeded = () => {
      const store = request.transaction?.objectStore('plain');
      store?.put('not for long', 2);
      store!.get(2).onsuccess = ({ target }) => {
        seen.push((target as IDBRequest).result);
        request.transaction?.abort();
      };
    };
    await resultOf(request).catch(() => undefined);
    db = await page.open('known', undefined, () => {});
    expect([...seen, await get(2)]).toEqual(['not for long', 'upgraded']);
  });

  it('a deletion of the database', async () => {
    const make = (value: string) =>
      page.open('short', 1, (made) => void made.createObjectStore('plain').put(value, 1));
    const first = await make('first');
    expect(await resultOf(reading('plain', first).get(1))).toBe('first');
    first.close();
    await resultOf(page.indexedDB.deleteDatabase('short'));
    const second = await make('second');
    expect(await resultOf(reading('plain', second).get(1))).toBe('second');
    second.close();
  });
});

describe('a transaction reads what was there when its turn came', () => {
  it('behind a writer that is not over, what that writes', async () => {
    const store = writing();
    const end = endOf(store.transaction);
    const later: Promise<unknown>[] = [];
    await resultOf(store.put('first', 2));
    const reader = reading();
    later.push(resultOf(reader.get(2)));
    store.put('second', 2);
    expect(await end).toBe('complete');
    expect(await Promise.all(later)).toEqual(['second']);
  });

  it('behind an aborted writer, what was there before', async () => {
    const store = writing();
    store.put('never', 2);
    const reader = reading();
    const found = resultOf(reader.get(2));
    const end = endOf(reader.transaction);
    store.transaction.abort();
    expect(await found).toEqual({ of: 2, by: 7 });
    await end;
    expect(await sent(() => get(2))).toBe(0);
  });

  it('in front of a writer, the same all the time', async () => {
    const reader = reading();
    expect(await resultOf(reader.get(1))).toEqual({ of: 1, by: 7 });
    const store = writing();
    const end = endOf(store.transaction);
    store.put('late', 1);
    store.put('late', 2);
    store.put('late', 5);
    expect(await resultOf(reader.get(2))).toEqual({ of: 2, by: 7 });
    expect(await resultOf(reader.get(5))).toBeUndefined();
    expect(await resultOf(reader.get(1))).toEqual({ of: 1, by: 7 });
    await end;
    expect(await Promise.all([get(1), get(2), get(5)])).toEqual(['late', 'late', 'late']);
  });

  it('that is itself a writer, what it has written', async () => {
    const store = writing();
    store.put('mine', 2);
    expect(await resultOf(store.get(2))).toBe('mine');
    store.transaction.abort();
    await endOf(store.transaction);
    expect(await get(2)).toEqual({ of: 2, by: 7 });
  });

  it('also where many of both are under way', async () => {
    // The counter's value grows with each writer, and no reader that was created later sees less.
    await write((store) => store.put(0, 'counter'));
    let created = 0;
    const seen: Promise<[least: number, found: number]>[] = [];
    for (let i = 0; i < 200; i++) {
      if (i % 3 === 0) {
        const value = ++created;
        writing().put(value, 'counter');
      }
      const least = created;
      seen.push(get('counter').then((found) => [least, found as number]));
      if (i % 7 === 0) await Promise.resolve();
      if (i % 11 === 0) await get('counter');
    }
    for (const [least, found] of await Promise.all(seen)) expect(found).toBe(least);
  });
});

it('nothing is known of a worker that is gone', async () => {
  const own = new Page();
  const opened = await own.open('gone', 1, (made) => void made.createObjectStore('plain').put(1, 1));
  const store = reading('plain', opened);
  expect(await resultOf(store.get(1))).toBe(1);
  const reader = reading('plain', opened);
  const before = resultOf(reader.get(2)).catch((error: DOMException) => error.name);
  own.kill();
  expect(await before).toBe('AbortError');
  expect(() => reading('plain', opened)).toThrow();
  own.end();
});

describe('a page that was left', () => {
  it('knows nothing, and learns nothing more by connections that it had', async () => {
    const stale = db;
    page.session.cache.leave();
    for (let i = 0; i < 2; i++) expect(await sent(() => get(1))).toBeGreaterThan(0);
    // One that is opened when it has come back.
    db = await page.open('known', undefined, () => {});
    await resultOf(reading('plain', stale).get(1));
    expect(await sent(() => get(1))).toBeGreaterThan(0);
    expect(await sent(() => get(1))).toBe(0);
    stale.close();
  });

  it('is one whose session was shut down', async () => {
    const own = new Page();
    const opened = await own.open('left', 1, (made) => void made.createObjectStore('plain').put(1, 1));
    expect(await resultOf(reading('plain', opened).get(1))).toBe(1);
    own.session.shutDown(false);
    const store = reading('plain', opened);
    const late = resultOf(store.get(1)).catch(({ name }: DOMException) => name);
    expect(await late).toBe('AbortError');
    own.end();
  });
});

describe('a transaction that the worker was not told of', () => {
  const known = async (store: IDBObjectStore) => resultOf<unknown>(store.get(1));
  const opened = async (name: string) => {
    const made = await page.open(name, 1, (upgraded) => {
      for (const store of ['plain', 'other']) upgraded.createObjectStore(store).put(store, 1);
    });
    for (const store of ['plain', 'other']) await known(reading(store, made));
    return made;
  };

  it('goes on where its connection is closed meanwhile', async () => {
    const own = await opened('closed meanwhile');
    const store = reading('plain', own);
    const end = endOf(store.transaction);
    expect(await known(store)).toBe('plain');
    own.close();
    expect(await resultOf(store.get(2))).toBeUndefined();
    expect(await end).toBe('complete');
  });

  it('ends behind others that began before it, and in front of them', async () => {
    const own = await opened('several');
    for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
      const readers = [reading('plain', own), reading('other', own), reading('plain', own)];
      const ends = readers.map((store) => endOf(store.transaction));
      const found = order.map((i) => {
        const store = readers[i] as IDBObjectStore;
        const value = known(store);
        store.transaction.commit();
        return value;
      });
      expect(await Promise.all(found)).toHaveLength(3);
      expect(await Promise.all(ends)).toEqual(Array(3).fill('complete'));
    }
    await write((store) => store.put('more', 2), 'plain', own);
    own.close();
    await resultOf(page.indexedDB.deleteDatabase('several'));
  });

  it('lets what was written before it out', async () => {
    const own = await opened('before it');
    const store = writing('plain', own);
    await resultOf(store.put('more', 2));
    const other = await new Promise<unknown>((resolve) => {
      store.get(1).onsuccess = () => {
        store.get(2).onsuccess = ({ target }) => resolve((target as IDBRequest).result);
        own.transaction('other');
      };
    });
    expect(other).toBe('more');
    own.close();
    await resultOf(page.indexedDB.deleteDatabase('before it'));
  });

  it('comes behind a writer, also when it asks for nothing', async () => {
    const log: string[] = [];
    const store = writing();
    store.put(1, 1);
    const ends = [endOf(store.transaction).then(() => log.push('writer'))];
    ends.push(endOf(db.transaction('plain')).then(() => log.push('reader')));
    await Promise.all(ends);
    expect(log).toEqual(['writer', 'reader']);
  });
});

describe('RecordCache', () => {
  /** The body of an answer that has found JSON text of so many bytes. */
  function answer(textBytes: number, fill = 0x31): Reply {
    const bytes = new Uint8Array(12 + Math.ceil(textBytes / 4) * 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 1, true);
    view.setUint32(8, textBytes, true);
    bytes.fill(fill, 12, 12 + textBytes);
    return new Reply(bytes);
  }
  const valueOf = (reply: Reply | undefined): unknown =>
    reply === undefined ? undefined : (reply.u32('found'), reply.value());

  it('keeps what is asked for, and lets go of the rest', () => {
    const cache = new RecordCache();
    const bytes = 1000;
    const count = Math.ceil((6 * generationBytesMax) / bytes);
    cache.add('db', 1, 'hot', answer(1, 0x37));
    for (let key = 0; key < count; key++) {
      cache.add('db', 1, key, answer(bytes));
      if (key % 100 === 0) expect(valueOf(cache.find('db', 1, 'hot'))).toBe(7);
    }
    let known = 0;
    for (let key = 0; key < count; key++) if (cache.find('db', 1, key) !== undefined) known++;
    expect(known * bytes).toBeGreaterThan(generationBytesMax / 2);
    expect(known * bytes).toBeLessThan(2.1 * generationBytesMax);
    expect(cache.find('db', 1, count - 1)).toBeDefined();
  });

  it('counts long keys', () => {
    const cache = new RecordCache();
    const long = 'k'.repeat(100_000);
    for (let i = 0; i < 100; i++) cache.add('db', 1, long + i, answer(1));
    let known = 0;
    for (let i = 0; i < 100; i++) if (cache.find('db', 1, long + i) !== undefined) known++;
    expect(known * 2 * long.length).toBeLessThan(2.5 * generationBytesMax);
  });

  it('keeps no answer that is very large, has found nothing, or is a failure', () => {
    const cache = new RecordCache();
    cache.add('db', 1, 1, answer(answerBytesMax + 1));
    const nothing = answer(4);
    nothing.view.setUint32(0, 0, true);
    cache.add('db', 1, 2, nothing);
    const inPieces = answer(0);
    inPieces.view.setUint32(4, 0x100, true);
    cache.add('db', 1, 3, inPieces);
    const failure = answer(4);
    failure.kind = ReplyKind.error;
    cache.add('db', 1, 4, failure);
    for (const key of [1, 2, 3, 4]) expect(cache.find('db', 1, key)).toBeUndefined();
  });

  it('forgets in both generations', () => {
    const cache = new RecordCache();
    cache.add('db', 1, 'old', answer(1));
    cache.add('db', 2, 'old', answer(1));
    for (let key = 0; key * 1000 < generationBytesMax; key++) cache.add('x', 1, key, answer(1000));
    cache.forget('db', 1, ['old']);
    expect(cache.find('db', 1, 'old')).toBeUndefined();
    cache.forget('db', 2, null);
    expect(cache.find('db', 2, 'old')).toBeUndefined();
  });
});
