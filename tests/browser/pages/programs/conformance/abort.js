// Aborting: records, metadata, key generators, names and indexes are what they were before.
// https://w3c.github.io/IndexedDB/#abort-a-transaction and #abort-an-upgrade-transaction
import { checkError, equal, holds, same, throws } from './assertions.js';
import { aborted, completed, next, record, result } from './moments.js';

/** Runs an upgrade to version 2 and aborts it behind `change`. */
async function abortedUpgrade(name, change) {
  const request = indexedDB.open(name, 2);
  await next(request, 'upgradeneeded');
  const { result: db, transaction: tx } = request;
  const checks = change(db, tx);
  tx.abort();
  checks?.();
  (await next(request, 'error')).preventDefault();
  checks?.();
}

export const cases = {
  async 'pending requests fail with AbortError, in order, before abort'({ store }) {
    const db = await store([[1, 'a']]);
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    const log = [];
    const requests = [s.get(1), s.put(2, 2), s.clear(), s.openCursor()];
    requests.forEach((request, i) => record(log, `${i}`, request, 'success', 'error'));
    record(log, 'tx', tx, 'abort', 'complete');
    tx.abort();
    requests.forEach((request) => equal(request.readyState, 'pending'));
    equal(await aborted(tx), null);
    equal(log, ['0 error', '1 error', '2 error', '3 error', 'tx abort']);
    for (const request of requests) {
      checkError(request.error, 'AbortError');
      equal(request.result, undefined);
    }
    equal(await result(db.transaction('s').objectStore('s').getAllKeys()), [1]);
  },

  async 'the error events of an abort bubble and can be cancelled'({ store }) {
    const db = await store();
    const tx = db.transaction('s');
    const request = tx.objectStore('s').get(1);
    const heard = next(db, 'error');
    tx.abort();
    const event = await heard;
    same(event.target, request);
    equal([event.bubbles, event.cancelable], [true, true]);
  },

  async 'all writes are taken back'({ open }) {
    const db = await open(1, (fresh) => {
      const s = fresh.createObjectStore('s', { keyPath: 'id' });
      s.createIndex('x', 'x');
      for (let id = 1; id <= 3; id += 1) s.put({ id, x: -id });
    });
    const everything = async () => {
      const s = db.transaction('s').objectStore('s');
      return [await result(s.getAll()), await result(s.index('x').getAllKeys())];
    };
    const before = await everything();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    s.delete(1);
    s.put({ id: 2, x: 9 });
    s.add({ id: 4, x: 0 });
    await result(s.count());
    s.clear();
    s.put({ id: 5, x: 1 });
    equal(await result(s.index('x').getAllKeys()), [5]);
    tx.abort();
    await aborted(tx);
    equal(await everything(), before);
  },

  async 'a key generator goes back'({ open }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s', { autoIncrement: true }));
    const add = async (end) => {
      const tx = db.transaction('s', 'readwrite');
      const key = await result(tx.objectStore('s').add('x'));
      if (end === 'abort') tx.abort();
      await (end === 'abort' ? aborted(tx) : completed(tx));
      return key;
    };
    equal([await add('complete'), await add('abort'), await add('abort'), await add('complete')],
      [1, 2, 2, 2]);
    const far = db.transaction('s', 'readwrite');
    await result(far.objectStore('s').put('far', 1000));
    far.abort();
    await aborted(far);
    equal(await add('complete'), 3);
  },

  async 'an unhandled request error aborts with that error'({ store }) {
    const db = await store([[1, 'a']]);
    const tx = db.transaction('s', 'readwrite');
    tx.objectStore('s').put('b', 2);
    const request = tx.objectStore('s').add('again', 1);
    const error = await aborted(tx);
    checkError(error, 'ConstraintError');
    same(tx.error, error);
    checkError(request.error, 'ConstraintError');
    equal(await result(db.transaction('s').objectStore('s').getAllKeys()), [1]);
  },

  async 'a created store is gone, and its object refuses'({ name, open }) {
    (await open(1, (db) => db.createObjectStore('old'))).close();
    let store;
    let index;
    await abortedUpgrade(name, (db, tx) => {
      store = db.createObjectStore('new');
      index = store.createIndex('i', 'x');
      store.put({ x: 1 }, 1);
      return () => {
        equal([...db.objectStoreNames], ['old']);
        equal([...tx.objectStoreNames], ['old']);
        equal([...store.indexNames], []);
      };
    });
    throws('InvalidStateError', () => store.get(1));
    throws('InvalidStateError', () => index.get(1));
    equal([...(await open()).objectStoreNames], ['old']);
  },

  async 'a deleted store is back with its records and indexes'({ name, open }) {
    (await open(1, (db) => {
      const s = db.createObjectStore('s', { autoIncrement: true });
      s.createIndex('i', 'x');
      s.put({ x: 'kept' });
    })).close();
    await abortedUpgrade(name, (db, tx) => {
      const s = tx.objectStore('s');
      db.deleteObjectStore('s');
      equal([...s.indexNames], []);
      return () => equal([[...db.objectStoreNames], [...s.indexNames]], [['s'], ['i']]);
    });
    const db = await open();
    const tx = db.transaction('s', 'readwrite');
    equal(await result(tx.objectStore('s').index('i').get('kept')), { x: 'kept' });
    equal(await result(tx.objectStore('s').add({})), 2);
  },

  async 'created and deleted indexes go back'({ name, open }) {
    (await open(1, (db) => {
      const s = db.createObjectStore('s');
      s.createIndex('old', 'x');
      s.put({ x: 1, y: 2 }, 'k');
    })).close();
    await abortedUpgrade(name, (db, tx) => {
      const s = tx.objectStore('s');
      s.deleteIndex('old');
      s.createIndex('new', 'y');
      equal([...s.indexNames], ['new']);
      return () => equal([...s.indexNames], ['old']);
    });
    const s = (await open()).transaction('s').objectStore('s');
    equal([...s.indexNames], ['old']);
    equal(await result(s.index('old').getKey(1)), 'k');
  },

  async 'names go back'({ name, open }) {
    (await open(1, (db) => db.createObjectStore('s').createIndex('i', 'x'))).close();
    let store;
    let index;
    await abortedUpgrade(name, (db, tx) => {
      store = tx.objectStore('s');
      index = store.index('i');
      store.name = 't';
      index.name = 'j';
      equal([[...db.objectStoreNames], [...store.indexNames]], [['t'], ['j']]);
      return () => {
        equal([store.name, index.name], ['s', 'i']);
        equal([[...db.objectStoreNames], [...store.indexNames]], [['s'], ['i']]);
      };
    });
    const db = await open();
    equal([...db.transaction('s').objectStore('s').indexNames], ['i']);
  },

  async 'a unique index over stored duplicates aborts the upgrade'({ name, open }) {
    (await open(1, (db) => {
      const s = db.createObjectStore('s');
      s.put({ x: 1 }, 1);
      s.put({ x: 1 }, 2);
    })).close();
    const request = indexedDB.open(name, 2);
    await next(request, 'upgradeneeded');
    const tx = request.transaction;
    tx.objectStore('s').createIndex('i', 'x', { unique: true });
    tx.objectStore('s').put({ x: 3 }, 3);
    checkError(await aborted(tx), 'ConstraintError');
    (await next(request, 'error')).preventDefault();
    checkError(request.error, 'AbortError');
    const db = await open();
    equal([db.version, await result(db.transaction('s').objectStore('s').count())], [1, 2]);
  },

  async 'abort() in an event stops what follows'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    const log = [];
    const first = s.put(1, 1);
    first.onsuccess = () => {
      tx.abort();
      throws('TransactionInactiveError', () => s.get(1));
      log.push('aborted');
    };
    record(log, 'second', s.put(2, 2), 'success', 'error');
    await aborted(tx);
    equal(log, ['aborted', 'second error']);
    equal([first.result, first.error], [1, null]);
    holds(tx.error === null, 'no error');
  },
};
