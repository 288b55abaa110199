// Explicit commit() and durability hints.
// https://w3c.github.io/IndexedDB/#dom-idbtransaction-commit
import { equal, throws } from './assertions.js';
import { aborted, completed, next, record, result } from './moments.js';

export const cases = {
  async 'commit() ends the transaction without waiting for results'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    const log = [];
    record(log, 'put', s.put(1, 1), 'success');
    record(log, 'tx', tx, 'complete');
    equal(tx.commit(), undefined);
    throws('TransactionInactiveError', () => s.put(2, 2));
    throws('TransactionInactiveError', () => s.get(1));
    throws('InvalidStateError', () => tx.commit());
    await completed(tx);
    equal(log, ['put success', 'tx complete']);
    equal(await result(db.transaction('s').objectStore('s').getAllKeys()), [1]);
  },

  async 'behind commit() neither events nor abort() go on'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    const put = s.put(1, 1);
    tx.commit();
    throws('InvalidStateError', () => tx.abort());
    await new Promise((resolve, reject) => {
      put.onsuccess = () => {
        try {
          throws('TransactionInactiveError', () => s.get(1));
          resolve();
        } catch (error) {
          reject(error);
        }
      };
    });
    await completed(tx);
  },

  async 'commit() in an event'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    await result(tx.objectStore('s').put('a', 1));
    tx.objectStore('s').put('b', 2);
    tx.commit();
    await completed(tx);
    equal(await result(db.transaction('s').objectStore('s').getAll()), ['a', 'b']);
  },

  async 'commit() of an inactive transaction is an InvalidStateError'({ store }) {
    const db = await store();
    const tx = db.transaction('s');
    tx.objectStore('s').get(1);
    await next(tx, 'complete');
    throws('InvalidStateError', () => tx.commit());
    const gone = db.transaction('s');
    gone.abort();
    throws('InvalidStateError', () => gone.commit());
    await aborted(gone);
  },

  async 'commit() of an upgrade'({ name }) {
    const request = indexedDB.open(name, 1);
    await next(request, 'upgradeneeded');
    const { result: db, transaction: tx } = request;
    const store = db.createObjectStore('s');
    store.put(1, 1);
    tx.commit();
    throws('TransactionInactiveError', () => store.put(2, 2));
    throws('TransactionInactiveError', () => db.createObjectStore('t'));
    throws('TransactionInactiveError', () => store.createIndex('i', 'x'));
    await next(request, 'success');
    equal([...db.objectStoreNames], ['s']);
    db.close();
  },

  async 'a committed empty transaction completes, and lets the next one in'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const behind = db.transaction('s', 'readwrite');
    const put = behind.objectStore('s').put(1, 1);
    tx.commit();
    equal(await result(put), 1);
    await completed(behind);
  },

  async 'durability is what was asked for'({ store }) {
    const db = await store();
    for (const durability of ['default', 'relaxed', 'strict']) {
      const tx = db.transaction('s', 'readwrite', { durability });
      equal(tx.durability, durability);
      tx.objectStore('s').put(durability, durability);
      await completed(tx);
    }
    equal(db.transaction('s', 'readonly', { durability: undefined }).durability, 'default');
    equal(db.transaction('s', 'readonly', null).durability, 'default');
    throws('TypeError', () => db.transaction('s', 'readwrite', { durability: '' }));
    throws('TypeError', () => db.transaction('s', 'readwrite', 'strict'));
    equal(await result(db.transaction('s').objectStore('s').count()), 3);
  },

  async 'an upgrade has the default durability'({ open }) {
    await open(1, (_, tx) => equal(tx.durability, 'default'));
  },
};
