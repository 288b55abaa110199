// The life of transactions: when they are active, how they commit and abort, what fails with them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endOf, nameOfThrown, Page, resultOf } from './idb-page';

let page: Page;
let db: IDBDatabase;

beforeAll(async () => {
  page = new Page();
  db = await page.open('transactions', 1, (made) => {
    made.createObjectStore('a');
    made.createObjectStore('b').createIndex('u', 'u', { unique: true });
  });
});

beforeEach(() => void page.reported.splice(0));

afterAll(() => page.end());

const readwrite = () => db.transaction(['a', 'b'], 'readwrite');
const nextTask = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Names of events on their way up, with the kind of object that they were seen at. */
function logEvents(transaction: IDBTransaction, requests: Record<string, IDBRequest>): string[] {
  const log: string[] = [];
  for (const [name, request] of Object.entries(requests)) {
    for (const type of ['success', 'error']) {
      request.addEventListener(type, () => log.push(`${name} ${type}`));
    }
  }
  for (const type of ['complete', 'abort', 'error']) {
    transaction.addEventListener(type, () => log.push(`transaction ${type}`));
  }
  return log;
}

describe('a transaction', () => {
  it('shows what it was made with', async () => {
    const transaction = db.transaction(['b', 'a', 'b'], 'readonly', { durability: 'strict' });
    expect([...transaction.objectStoreNames]).toEqual(['a', 'b']);
    expect(transaction.mode).toBe('readonly');
    expect(transaction.durability).toBe('strict');
    expect(transaction.db).toBe(db);
    expect(transaction.error).toBeNull();
    expect(transaction.objectStore('a')).toBe(transaction.objectStore('a'));
    expect(transaction.objectStore('b').index('u')).toBe(transaction.objectStore('b').index('u'));
    expect(await endOf(transaction)).toBe('complete');
  });

  it('is active until the microtasks of its script have run', async () => {
    const store = readwrite().objectStore('a');
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(nameOfThrown(() => store.get(1))).toBe('nothing');
    const empty = readwrite();
    const ended = endOf(empty);
    expect(await ended).toBe('complete');
    expect(nameOfThrown(() => store.get(1))).toBe('TransactionInactiveError');
    expect(nameOfThrown(() => empty.objectStore('a'))).toBe('InvalidStateError');
    expect(nameOfThrown(() => empty.abort())).toBe('InvalidStateError');
  });

  it('is active in the events of its requests only', async () => {
    const transaction = readwrite();
    const store = transaction.objectStore('a');
    const other = readwrite().objectStore('b');
    let active = '';
    let inactive = '';
    store.put(1, 1).onsuccess = () => {
      active = nameOfThrown(() => store.get(1));
      inactive = nameOfThrown(() => other.get(1));
    };
    other.put(1, 1);
    await endOf(other.transaction);
    expect([active, inactive]).toEqual(['nothing', 'TransactionInactiveError']);
  });

  it('stays active for promises that a listener settles', async () => {
    const store = readwrite().objectStore('a');
    await resultOf(store.put('x', 1));
    await Promise.resolve();
    expect(await resultOf(store.get(1))).toBe('x');
    store.transaction.commit();
    expect(await endOf(store.transaction)).toBe('complete');
  });

  it('is inactive while a value is cloned', async () => {
    const store = readwrite().objectStore('a');
    let inside = '';
    const value = {
      get property() {
        inside = nameOfThrown(() => store.get(1));
        return 1;
      },
    };
    store.put(value, 1);
    expect(inside).toBe('TransactionInactiveError');
    expect(nameOfThrown(() => store.put(() => {}, 1))).toBe('DataCloneError');
    expect(await resultOf(store.get(1))).toEqual({ property: 1 });
  });

  it('that a getter aborts takes no more', async () => {
    const transaction = readwrite();
    const value = {
      get property() {
        transaction.abort();
        return 1;
      },
    };
    const store = transaction.objectStore('a');
    expect(nameOfThrown(() => store.put(value, 1))).toBe('TransactionInactiveError');
    expect(await endOf(transaction)).toBe('abort');
  });

  it('comes after those before it, empty ones too', async () => {
    const order: number[] = [];
    const ends = [readwrite(), readwrite(), readwrite(), readwrite()].map((transaction, i) => {
      if (i % 2 === 0) transaction.objectStore('a').put(i, i);
      return endOf(transaction).then(() => order.push(i));
    });
    await Promise.all(ends);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('that is empty and reads comes after a writer that is still at work', async () => {
    const log: string[] = [];
    const writer = readwrite();
    const store = writer.objectStore('a');
    const ends: Promise<unknown>[] = [endOf(writer).then(() => log.push('writer'))];
    store.put(1, 1).onsuccess = () => {
      ends.push(endOf(db.transaction('a')).then(() => log.push('reader')));
      store.put(2, 2).onsuccess = () => log.push('put');
    };
    await ends[0];
    await Promise.all(ends);
    expect(log).toEqual(['put', 'writer', 'reader']);
  });

  it('refuses to be made wrongly', () => {
    const make = (...args: unknown[]) =>
      nameOfThrown(() => Reflect.apply(db.transaction, db, args));
    expect(make()).toBe('TypeError');
    expect(make('none')).toBe('NotFoundError');
    expect(make([])).toBe('InvalidAccessError');
    expect(make('a', 'versionchange')).toBe('TypeError');
    expect(make('a', 'sideways')).toBe('TypeError');
    expect(make('a', 'readonly', { durability: 'weak' })).toBe('TypeError');
    expect(make('a', undefined, null)).toBe('nothing');
    const readonly = db.transaction('a').objectStore('a');
    expect(nameOfThrown(() => readonly.put(1, 1))).toBe('ReadOnlyError');
    expect(nameOfThrown(() => readonly.transaction.objectStore('b'))).toBe('NotFoundError');
  });
});

describe('abort', () => {
  it('fails what is pending, and takes back what was done', async () => {
    await resultOf(readwrite().objectStore('a').put('old', 1));
    const transaction = readwrite();
    const store = transaction.objectStore('a');
    const first = store.put('new', 1);
    const log = logEvents(transaction, { first, second: store.get(1) });
    const ended = endOf(transaction);
    transaction.abort();
    expect(nameOfThrown(() => store.get(1))).toBe('TransactionInactiveError');
    expect(first.readyState).toBe('pending');
    await ended;
    const up = (name: string) => [`${name} error`, 'transaction error'];
    expect(log).toEqual([...up('first'), ...up('second'), 'transaction abort']);
    expect(first.error?.name).toBe('AbortError');
    expect(first.result).toBeUndefined();
    expect(transaction.error).toBeNull();
    expect(await resultOf(readwrite().objectStore('a').get(1))).toBe('old');
  });

  it('follows an error that nobody cancels', async () => {
    const transaction = readwrite();
    const store = transaction.objectStore('a');
    store.put(1, 1);
    const add = store.add(2, 1);
    const log = logEvents(transaction, { add, get: store.get(1) });
    expect(await endOf(transaction)).toBe('abort');
    expect(log[0]).toBe('add error');
    expect(log.at(-1)).toBe('transaction abort');
    expect(transaction.error).toBe(add.error);
    expect(add.error?.name).toBe('ConstraintError');
  });

  it('bubbles to the database', async () => {
    // The event of the test before may still be on its way up.
    await nextTask();
    const seen: string[] = [];
    db.onabort = (event) => seen.push(`${event.type} ${String(event.target === transaction)}`);
    const transaction = readwrite();
    transaction.abort();
    await endOf(transaction);
    await nextTask();
    db.onabort = null;
    expect(seen).toEqual(['abort true']);
  });

  it('follows a listener that throws', async () => {
    const transaction = readwrite();
    const failure = new Error('thrown');
    transaction.objectStore('a').put(1, 1).onsuccess = () => {
      throw failure;
    };
    expect(await endOf(transaction)).toBe('abort');
    expect(transaction.error?.name).toBe('AbortError');
    expect(page.reported).toEqual([failure]);
  });

  it('does not follow an error that is cancelled', async () => {
    const transaction = readwrite();
    const store = transaction.objectStore('b');
    store.put({ u: 'same' }, 1);
    const put = store.put({ u: 'same' }, 2);
    transaction.onerror = (event) => event.preventDefault();
    expect(await endOf(transaction)).toBe('complete');
    expect(put.error?.name).toBe('ConstraintError');
    expect(await resultOf(readwrite().objectStore('b').getKey(2))).toBeUndefined();
  });
});

describe('commit', () => {
  it('takes no more requests, and delivers those that it has', async () => {
    const transaction = readwrite();
    const store = transaction.objectStore('a');
    const log = logEvents(transaction, { put: store.put(1, 1), get: store.get(1) });
    transaction.commit();
    expect(nameOfThrown(() => store.get(1))).toBe('TransactionInactiveError');
    expect(nameOfThrown(() => transaction.commit())).toBe('InvalidStateError');
    expect(nameOfThrown(() => transaction.abort())).toBe('InvalidStateError');
    await endOf(transaction);
    expect(log).toEqual(['put success', 'get success', 'transaction complete']);
  });

  it('aborts when a request fails', async () => {
    const transaction = readwrite();
    const store = transaction.objectStore('a');
    store.put('kept?', 'commit');
    const add = store.add('again', 'commit');
    const log = logEvents(transaction, { add });
    add.addEventListener('error', (event) => event.preventDefault());
    transaction.commit();
    expect(await endOf(transaction)).toBe('abort');
    expect(transaction.error?.name).toBe('ConstraintError');
    expect(log).toEqual(['add error', 'transaction error', 'transaction abort']);
    expect(await resultOf(readwrite().objectStore('a').get('commit'))).toBeUndefined();
  });

  it('is not undone by a listener that throws', async () => {
    const transaction = readwrite();
    transaction.objectStore('a').put('kept', 'thrown').onsuccess = () => {
      throw new Error('too late');
    };
    transaction.commit();
    expect(await endOf(transaction)).toBe('complete');
    expect(page.reported).toHaveLength(1);
  });
});

describe('a request', () => {
  it('has a result when it is done', async () => {
    const store = readwrite().objectStore('a');
    const request = store.put(1, 1);
    expect(request.source).toBe(store);
    expect(request.transaction).toBe(store.transaction);
    expect(request.readyState).toBe('pending');
    expect(nameOfThrown(() => request.result)).toBe('InvalidStateError');
    expect(nameOfThrown(() => request.error)).toBe('InvalidStateError');
    await resultOf(request);
    expect(request.readyState).toBe('done');
    expect(request.error).toBeNull();
  });

  it('refuses wrong keys at once', () => {
    const store = readwrite().objectStore('a');
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    for (const key of [undefined, null, true, NaN, {}, new Date(NaN), [1, undefined], cyclic]) {
      expect(nameOfThrown(() => store.put(1, key as IDBValidKey))).toBe('DataError');
      expect(nameOfThrown(() => store.get(key as IDBValidKey))).toBe('DataError');
      expect(nameOfThrown(() => store.delete(key as IDBValidKey))).toBe('DataError');
    }
    expect(nameOfThrown(() => Reflect.apply(store.put, store, []))).toBe('TypeError');
    expect(nameOfThrown(() => store.getAll(null, -1))).toBe('TypeError');
    expect(nameOfThrown(() => store.getAll(NaN))).toBe('DataError');
    expect(nameOfThrown(() => store.openCursor(null, 'up' as 'next'))).toBe('TypeError');
  });
});
