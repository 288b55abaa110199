// Opening, upgrading, closing and deleting databases, and what happens to the schema.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endOf, nameOfThrown, Page, resultOf } from './idb-page';

let page: Page;

beforeEach(() => {
  page = new Page();
});

afterEach(() => page.end());

const none = () => {};

describe('open', () => {
  it('upgrades, then succeeds', async () => {
    const request = page.indexedDB.open('db', 3);
    const log: string[] = [];
    request.onupgradeneeded = ({ oldVersion, newVersion, type }) => {
      log.push(`${type} ${oldVersion} ${String(newVersion)}`);
      const { transaction, result } = request;
      expect(transaction?.mode).toBe('versionchange');
      expect(transaction?.db).toBe(result);
      expect(result.version).toBe(3);
      transaction?.addEventListener('complete', () => log.push('complete'));
    };
    const db = await resultOf(request);
    expect([...log, request.transaction, request.source]).toEqual([
      'upgradeneeded 0 3',
      'complete',
      null,
      null,
    ]);
    expect([db.name, db.version]).toEqual(['db', 3]);
    db.close();
    const again = await page.open('db', undefined, () => log.push('again'));
    expect([again.version, log.length]).toEqual([3, 2]);
    await expect(page.open('db', 2, none)).rejects.toHaveProperty('name', 'VersionError');
  });

  it('takes versions from 1 to 2^53 - 1', () => {
    const open = (version: unknown) =>
      nameOfThrown(() => page.indexedDB.open('versions', version as number));
    for (const version of [0, -1, 2 ** 53, NaN, 'x', null, 0.5]) {
      expect(open(version)).toBe('TypeError');
    }
    expect(open(1.9)).toBe('nothing');
  });

  it('lists databases', async () => {
    await page.open('one', 1, none);
    await page.open('two', 7, none);
    const list = await page.indexedDB.databases();
    const names = list.map(({ name, version }) => `${String(name)} ${String(version)}`);
    expect(names.sort()).toEqual(['one 1', 'two 7']);
  });
});

describe('an upgrade', () => {
  it('makes, renames and deletes stores and indexes', async () => {
    const first = await page.open('db', 1, (db) => {
      const store = db.createObjectStore('store', { keyPath: ['a', 'b'] });
      store.createIndex('index', 'c.d', { unique: true, multiEntry: true });
      store.put({ a: 1, b: 2, c: { d: [5, 6] } });
      db.createObjectStore('gone');
    });
    expect([...first.objectStoreNames]).toEqual(['gone', 'store']);
    first.close();
    const second = await page.open('db', 2, (db, transaction) => {
      db.deleteObjectStore('gone');
      const store = transaction.objectStore('store');
      store.name = 'renamed';
      store.index('index').name = 'new name';
      store.createIndex('filled', 'b');
    });
    expect([...second.objectStoreNames]).toEqual(['renamed']);
    second.close();
    const third = await page.open('db', undefined, none);
    const store = third.transaction('renamed').objectStore('renamed');
    const { name, keyPath, autoIncrement } = store;
    expect([name, keyPath, autoIncrement]).toEqual(['renamed', ['a', 'b'], false]);
    expect([...store.indexNames]).toEqual(['filled', 'new name']);
    expect(store.keyPath).toBe(store.keyPath);
    const index = store.index('new name');
    expect([index.keyPath, index.unique, index.multiEntry]).toEqual(['c.d', true, true]);
    expect(index.objectStore).toBe(store);
    expect(await resultOf(index.getKey(6))).toEqual([1, 2]);
    expect(await resultOf(store.index('filled').getAllKeys(2))).toEqual([[1, 2]]);
  });

  it('that is aborted leaves nothing', async () => {
    (await page.open('db', 1, (db) => db.createObjectStore('old').createIndex('i', 'k'))).close();
    const request = page.indexedDB.open('db', 2);
    const handles: { old?: IDBObjectStore; made?: IDBObjectStore; index?: IDBIndex } = {};
    request.onupgradeneeded = () => {
      const { result: db, transaction } = request;
      handles.old = transaction?.objectStore('old') as IDBObjectStore;
      handles.made = db.createObjectStore('made');
      handles.index = handles.old.index('i');
      handles.index.name = 'j';
      handles.old.name = 'other';
      handles.made.name = 'made twice';
      db.deleteObjectStore('other');
      transaction?.abort();
      expect([...db.objectStoreNames]).toEqual(['old']);
      expect(db.version).toBe(1);
    };
    await expect(resultOf(request)).rejects.toHaveProperty('name', 'AbortError');
    expect(request.result).toBeUndefined();
    const { old, made, index } = handles;
    expect([old?.name, made?.name, index?.name]).toEqual(['old', 'made twice', 'i']);
    expect([...(old?.indexNames ?? [])]).toEqual(['i']);
    expect(nameOfThrown(() => made?.get(1))).toBe('InvalidStateError');
    expect(nameOfThrown(() => old?.get(1))).toBe('TransactionInactiveError');
    const db = await page.open('db', undefined, none);
    expect([db.version, ...db.objectStoreNames]).toEqual([1, 'old']);
  });

  it('that was the first one leaves no database', async () => {
    const request = page.indexedDB.open('never', 5);
    request.onupgradeneeded = () => request.transaction?.abort();
    await expect(resultOf(request)).rejects.toHaveProperty('name', 'AbortError');
    expect(await page.indexedDB.databases()).toEqual([]);
  });

  it('fails for a unique index on equal keys, behind what was asked before', async () => {
    const request = page.indexedDB.open('db', 1);
    const log: string[] = [];
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('store');
      store.put({ k: 1 }, 1).onsuccess = () => log.push('first');
      store.put({ k: 1 }, 2).onsuccess = () => log.push('second');
      store.createIndex('k', 'k', { unique: true });
      store.put({ k: 2 }, 3).onerror = () => log.push('behind');
      request.transaction?.addEventListener('abort', (event) => {
        log.push((event.target as IDBTransaction).error?.name ?? '');
      });
    };
    await expect(resultOf(request)).rejects.toHaveProperty('name', 'AbortError');
    expect(log).toEqual(['first', 'second', 'behind', 'ConstraintError']);
  });

  it('throws what the specification says', async () => {
    let db: IDBDatabase | undefined;
    const connection = await page.open('db', 1, (made, transaction) => {
      db = made;
      const store = made.createObjectStore('store');
      const create = (...args: unknown[]) =>
        nameOfThrown(() => Reflect.apply(made.createObjectStore, made, args));
      expect(create('store')).toBe('ConstraintError');
      expect(create('x', { keyPath: 'a b' })).toBe('SyntaxError');
      expect(create('x', { keyPath: '', autoIncrement: true })).toBe('InvalidAccessError');
      expect(create('x', { keyPath: ['a'], autoIncrement: true })).toBe('InvalidAccessError');
      expect(create('x', { keyPath: [] })).toBe('SyntaxError');
      expect(create()).toBe('TypeError');
      expect(nameOfThrown(() => made.deleteObjectStore('none'))).toBe('NotFoundError');
      expect(nameOfThrown(() => made.transaction('store'))).toBe('InvalidStateError');
      expect(nameOfThrown(() => store.createIndex('i', ['a'], { multiEntry: true }))).toBe(
        'InvalidAccessError',
      );
      expect(nameOfThrown(() => store.deleteIndex('none'))).toBe('NotFoundError');
      expect(nameOfThrown(() => store.index('none'))).toBe('NotFoundError');
      const index = store.createIndex('i', 'a');
      store.deleteIndex('i');
      expect(nameOfThrown(() => index.get(1))).toBe('InvalidStateError');
      made.deleteObjectStore('store');
      expect(nameOfThrown(() => store.put(1, 1))).toBe('InvalidStateError');
      expect(nameOfThrown(() => transaction.objectStore('store'))).toBe('NotFoundError');
      made.createObjectStore('kept');
    });
    expect(connection).toBe(db);
    expect(nameOfThrown(() => connection.createObjectStore('late'))).toBe('InvalidStateError');
    const kept = connection.transaction('kept', 'readwrite').objectStore('kept');
    expect(nameOfThrown(() => kept.createIndex('i', 'a'))).toBe('InvalidStateError');
    expect(nameOfThrown(() => (kept.name = 'x'))).toBe('InvalidStateError');
  });

  it('in which the connection is closed fails', async () => {
    const request = page.indexedDB.open('db', 1);
    const ends: Promise<string>[] = [];
    request.onupgradeneeded = () => {
      request.result.createObjectStore('store');
      if (request.transaction !== null) ends.push(endOf(request.transaction));
      request.result.close();
    };
    await expect(resultOf(request)).rejects.toHaveProperty('name', 'AbortError');
    expect(await ends[0]).toBe('complete');
    expect([...(await page.open('db', undefined, none)).objectStoreNames]).toEqual(['store']);
  });
});

describe('several connections', () => {
  it('are told of a new version, and block it until they close', async () => {
    const first = await page.open('db', 1, none);
    const second = await page.open('db', undefined, none);
    const log: string[] = [];
    first.onversionchange = ({ oldVersion, newVersion }) => {
      log.push(`first ${oldVersion} ${String(newVersion)}`);
      first.close();
    };
    second.onversionchange = () => log.push('second');
    const request = page.indexedDB.open('db', 2);
    request.onblocked = ({ oldVersion, newVersion }) => {
      log.push(`blocked ${oldVersion} ${String(newVersion)}`);
      second.close();
    };
    request.onupgradeneeded = () => log.push('upgrade');
    await resultOf(request);
    expect(log).toEqual(['first 1 2', 'second', 'blocked 1 2', 'upgrade']);
    expect(nameOfThrown(() => first.transaction('x'))).toBe('InvalidStateError');
  });

  it('close when their transactions are over', async () => {
    const db = await page.open('db', 1, (made) => made.createObjectStore('store'));
    const store = db.transaction('store', 'readwrite').objectStore('store');
    const put = store.put(1, 1);
    db.close();
    const deleted = page.indexedDB.deleteDatabase('db');
    expect(await resultOf(put)).toBe(1);
    expect(await endOf(store.transaction)).toBe('complete');
    await resultOf(deleted);
  });
});

describe('deleteDatabase', () => {
  it('tells the old version, and connections', async () => {
    const db = await page.open('db', 4, none);
    const log: string[] = [];
    db.onversionchange = ({ newVersion }) => {
      log.push(String(newVersion));
      db.close();
    };
    const request = page.indexedDB.deleteDatabase('db');
    request.addEventListener('success', (event) => {
      const { oldVersion, newVersion } = event as IDBVersionChangeEvent;
      log.push(`${oldVersion} ${String(newVersion)}`);
    });
    expect(await resultOf(request)).toBeUndefined();
    expect(log).toEqual(['null', '4 null']);
    expect(await page.indexedDB.databases()).toEqual([]);
    await resultOf(page.indexedDB.deleteDatabase('never there'));
  });
});

describe('a worker that dies', () => {
  it('fails what is pending, and closes connections', async () => {
    const db = await page.open('db', 1, (made) => made.createObjectStore('store'));
    const store = db.transaction('store', 'readwrite').objectStore('store');
    const add = store.add(1, 1);
    const failing = [resultOf(page.indexedDB.open('other', 1)), page.indexedDB.databases()];
    const failed = Promise.allSettled(failing);
    const closed = new Promise((resolve) => db.addEventListener('close', resolve));
    const ended = endOf(store.transaction);
    page.kill();
    expect(await ended).toBe('abort');
    expect(add.error?.name).toBe('AbortError');
    await closed;
    for (const outcome of await failed) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'UnknownError' } });
    }
    expect(nameOfThrown(() => db.transaction('store'))).toBe('InvalidStateError');
    const later = page.indexedDB.open('later', 1);
    await expect(resultOf(later)).rejects.toHaveProperty('name', 'UnknownError');
  });
});
