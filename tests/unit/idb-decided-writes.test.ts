// Writes whose success the page decides: what they cost, and which ones still ask the worker.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDBKeyRange } from '../../js/idb/IDBKeyRange';
import { endOf, Page, resultOf } from './idb-page';

let page: Page;
let db: IDBDatabase;

beforeAll(async () => {
  page = new Page();
  db = await page.open('decided', 1, (made) => {
    made.createObjectStore('plain').createIndex('by', 'by');
    made.createObjectStore('numbered', { autoIncrement: true });
    made.createObjectStore('unique').createIndex('one', 'one', { unique: true });
  });
});

afterAll(() => page.end());

/** The messages that a transaction of its own takes, there and back. */
async function messagesOf(
  name: string,
  ask: (store: IDBObjectStore) => void,
): Promise<[sent: number, received: number]> {
  const before = page.counts;
  const transaction = db.transaction(name, 'readwrite');
  ask(transaction.objectStore(name));
  expect(await endOf(transaction)).toBe('complete');
  const { messagesSent, messagesReceived } = page.counts;
  return [messagesSent - before.messagesSent, messagesReceived - before.messagesReceived];
}

describe('what can only succeed', () => {
  it.each<[string, (store: IDBObjectStore) => void]>([
    ['a put', (store) => store.put({ by: 1 }, 1)],
    ['a delete', (store) => store.delete(1)],
    ['a delete of a range', (store) => store.delete(IDBKeyRange.bound(1, 5) as unknown as globalThis.IDBKeyRange)],
    ['a clear', (store) => store.clear()],
    ['several of them, each behind the success of the one before', (store) => {
      store.put('a', 1).onsuccess = () => {
        store.put('b', 2).onsuccess = () => void store.delete(1);
      };
    }],
    ['nothing at all', () => {}],
  ])('%s is answered with its commit', async (_, ask) => {
    expect(await messagesOf('plain', ask)).toMatchObject({ 1: 1 });
  });

  it('asks the worker in an upgrade', async () => {
    const own = new Page();
    let received = -1;
    await own.open('upgraded', 1, (made) => {
      const store = made.createObjectStore('plain');
      store.put(1, 1).onsuccess = () => {
        const before = own.counts.messagesReceived;
        store.put(2, 2).onsuccess = () => (received = own.counts.messagesReceived - before);
      };
    });
    own.end();
    expect(received).toBe(1);
  });

  it('goes with its commit', async () => {
    expect(await messagesOf('plain', (store) => store.put(1, 1))).toEqual([1, 1]);
  });

  it('has its result, and is stored', async () => {
    const store = db.transaction('plain', 'readwrite').objectStore('plain');
    expect(await resultOf(store.put({ by: 7 }, 'key'))).toBe('key');
    expect(await resultOf(store.delete('nothing'))).toBeUndefined();
    expect(await resultOf(store.get('key'))).toEqual({ by: 7 });
    expect(await resultOf(store.index('by').count(7))).toBe(1);
    expect(await resultOf(store.clear())).toBeUndefined();
    expect(await resultOf(store.count())).toBe(0);
  });

  it('counts as done before the worker has it', async () => {
    const lonely = new Page();
    const own = await lonely.open('own', 1, (made) => void made.createObjectStore('store'));
    const put = own.transaction('store', 'readwrite').objectStore('store').put(1, 1);
    const ended = endOf(put.transaction as IDBTransaction);
    await resultOf(put);
    lonely.kill();
    expect(await ended).toBe('abort');
    expect(put.error).toBeNull();
    expect(put.result).toBe(1);
    lonely.end();
  });

  it('asks now and then, so that the worker keeps up', async () => {
    const value = 'x'.repeat(100_000);
    const [, received] = await messagesOf('plain', (store) => {
      let left = 40;
      const next = () => {
        if (left-- > 0) store.put(value, left).onsuccess = next;
      };
      next();
    });
    expect(received).toBeGreaterThanOrEqual(4);
  });
});

describe('what may fail asks the worker', () => {
  it.each<[string, string, (store: IDBObjectStore) => void]>([
    ['an add', 'plain', (store) => store.add('x', Math.random())],
    ['a generated key', 'numbered', (store) => store.put('x')],
    ['a unique index', 'unique', (store) => store.put({ one: Math.random() }, 1)],
  ])('%s', async (_, name, ask) => {
    expect(await messagesOf(name, ask)).toEqual([2, 2]);
  });

  it('and what is decided comes in its order', async () => {
    const log: string[] = [];
    const transaction = db.transaction('plain', 'readwrite');
    const store = transaction.objectStore('plain');
    const note = (name: string, request: IDBRequest) => {
      request.onsuccess = () => log.push(name);
      request.onerror = (event) => {
        log.push(`${name} ${request.error?.name}`);
        event.preventDefault();
      };
    };
    note('put', store.put('a', 1));
    note('add', store.add('b', 1));
    note('second put', store.put('c', 2));
    note('get', store.get(2));
    note('delete', store.delete(2));
    expect(await endOf(transaction)).toBe('complete');
    expect(log).toEqual(['put', 'add ConstraintError', 'second put', 'get', 'delete']);
  });

  it('and takes what is decided behind it along when it aborts', async () => {
    const transaction = db.transaction('plain', 'readwrite');
    const store = transaction.objectStore('plain');
    store.put('a', 1);
    store.add('b', 1);
    const behind = store.put('c', 'behind');
    const outcome = resultOf(behind).catch((error: DOMException) => error.name);
    expect(await endOf(transaction)).toBe('abort');
    expect(await outcome).toBe('AbortError');
    const after = db.transaction('plain').objectStore('plain');
    expect(await resultOf(after.count('behind'))).toBe(0);
  });
});

describe('a transaction that waits for its turn', () => {
  it('decides nothing before it', async () => {
    const log: string[] = [];
    const other = await page.open('decided', 1, () => {});
    const [first, second] = [db, other].map((one) => one.transaction('plain', 'readwrite'));
    const put = (transaction: IDBTransaction | undefined, name: string) => {
      const request = transaction?.objectStore('plain').put(name, name);
      request?.addEventListener('success', () => log.push(name));
      transaction?.addEventListener('complete', () => log.push(`${name} complete`));
    };
    put(second, 'second');
    put(first, 'first');
    await endOf(second as IDBTransaction);
    expect(log).toEqual(['first', 'first complete', 'second', 'second complete']);
    other.close();
  });

  it('decides once it has got an answer', async () => {
    const reading = db.transaction('plain').objectStore('plain');
    const transaction = db.transaction('plain', 'readwrite');
    const store = transaction.objectStore('plain');
    void reading.get(1);
    const before = page.counts;
    await resultOf(store.get(1));
    for (let i = 0; i < 10; i++) await resultOf(store.put(i, i));
    await endOf(transaction);
    // What reads has two messages, and its answer; what writes asks once, puts, and commits.
    expect(page.counts.messagesReceived - before.messagesReceived).toBeLessThanOrEqual(4);
  });

  it('does not wait for those that are over', async () => {
    for (const end of ['commit', 'abort'] as const) {
      const transaction = db.transaction('plain', 'readwrite');
      transaction.objectStore('plain').put(1, 1);
      const ended = endOf(transaction);
      transaction[end]();
      await ended;
      // One goes; the word that the other one is aborted may still come.
      expect(await messagesOf('plain', (store) => store.put(1, 1))).toMatchObject({ 0: 1 });
    }
  });
});
