// The life of transactions: when they are active, when they commit by themselves, and what a
// transaction that is inactive or finished refuses.
// https://w3c.github.io/IndexedDB/#transaction-lifecycle
import { equal, holds, same, throws } from './assertions.js';
import { aborted, completed, next, record, result, task } from './moments.js';

const everyCall = (tx, store) => [
  () => store.put(1, 1), () => store.add(1, 1), () => store.delete(1), () => store.clear(),
  () => store.get(1), () => store.getKey(1), () => store.getAll(), () => store.getAllKeys(),
  () => store.count(), () => store.openCursor(), () => store.openKeyCursor(),
];

export const cases = {
  async 'a new transaction is active until its task is over'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    s.put(1, 1);
    await null;
    s.put(2, 2);
    await completed(tx);
    equal(await result(db.transaction('s').objectStore('s').getAllKeys()), [1, 2]);
  },

  async 'a transaction without requests completes'({ store }) {
    const db = await store();
    const log = [];
    const tx = db.transaction('s');
    record(log, 'tx', tx, 'complete', 'abort');
    const event = await next(tx, 'complete');
    equal([event.bubbles, event.cancelable, tx.error], [false, false, null]);
    equal(log, ['tx complete']);
  },

  async 'in another task it is inactive'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    let letGo = false;
    const spin = () => { if (!letGo) s.get(1).onsuccess = spin; };
    spin();
    await task();
    await task();
    for (const call of everyCall(tx, s)) throws('TransactionInactiveError', call);
    // To ask for a store needs no active transaction.
    same(tx.objectStore('s'), s);
    letGo = true;
    await completed(tx);
  },

  async 'it is active in the event and its microtasks, and not behind'({ store }) {
    const db = await store();
    const tx = db.transaction('s');
    const s = tx.objectStore('s');
    const log = [];
    const attempt = (label) => {
      try {
        s.get(1);
        log.push(`${label} active`);
      } catch (error) {
        log.push(`${label} ${error.name}`);
      }
    };
    const done = new Promise((resolve) => {
      s.get(1).onsuccess = () => {
        attempt('event');
        queueMicrotask(() => {
          attempt('microtask');
          Promise.resolve().then(() => attempt('its microtask'));
        });
        let isSpinning = true;
        const spin = () => { if (isSpinning) s.get(2).onsuccess = spin; };
        spin();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          attempt('task');
          isSpinning = false;
          port1.close();
          resolve();
        };
        port2.postMessage(null);
      };
    });
    await done;
    equal(log, ['event active', 'microtask active', 'its microtask active',
      'task TransactionInactiveError']);
    await completed(tx);
  },

  async 'another transaction is inactive in the event'({ store }) {
    const db = await store();
    const [one, two] = [db.transaction('s'), db.transaction('s')];
    const inOne = one.objectStore('s').get(1);
    two.objectStore('s').get(1);
    await new Promise((resolve, reject) => {
      inOne.onsuccess = () => {
        try {
          throws('TransactionInactiveError', () => two.objectStore('s').get(1));
          resolve();
        } catch (error) {
          reject(error);
        }
      };
    });
    await completed(two);
  },

  async 'a finished transaction refuses everything'({ store }) {
    const db = await store();
    for (const end of ['complete', 'abort']) {
      const tx = db.transaction('s', 'readwrite');
      const s = tx.objectStore('s');
      s.put(1, 1);
      if (end === 'abort') tx.abort();
      await next(tx, end);
      for (const call of everyCall(tx, s)) throws('TransactionInactiveError', call);
      throws('InvalidStateError', () => tx.objectStore('s'));
      throws('InvalidStateError', () => tx.abort());
      throws('InvalidStateError', () => tx.commit());
      throws('InvalidStateError', () => s.index('i'));
    }
  },

  async 'it is inactive in its own complete and abort events'({ store }) {
    const db = await store();
    for (const end of ['complete', 'abort']) {
      const tx = db.transaction('s');
      const s = tx.objectStore('s');
      if (end === 'abort') tx.abort();
      await new Promise((resolve, reject) => {
        tx.addEventListener(end, () => {
          try {
            throws('TransactionInactiveError', () => s.get(1));
            resolve();
          } catch (error) {
            reject(error);
          }
        });
      });
    }
  },

  async 'each request keeps the transaction alive'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const log = [];
    tx.addEventListener('complete', () => log.push('complete'));
    let left = 20;
    const more = () => {
      log.push(left);
      left -= 1;
      if (left > 0) tx.objectStore('s').put(left, left).onsuccess = more;
    };
    tx.objectStore('s').get(1).onsuccess = more;
    await completed(tx);
    equal([log.length, log.at(-1), left], [21, 'complete', 0]);
  },

  async 'an upgrade is active in upgradeneeded and its microtasks'({ name }) {
    const request = indexedDB.open(name, 1);
    await next(request, 'upgradeneeded');
    const store = request.result.createObjectStore('s');
    await null;
    store.put(1, 1);
    request.result.createObjectStore('t');
    await next(request.transaction, 'complete');
    throws('InvalidStateError', () => request.result.createObjectStore('u'));
    await next(request, 'success');
    equal([...request.result.objectStoreNames], ['s', 't']);
    request.result.close();
  },

  async 'abort() is refused only when it is over'({ store }) {
    const db = await store();
    const tx = db.transaction('s');
    tx.objectStore('s').get(1);
    await task();
    if (tx.error === null) {
      try {
        tx.abort();
        equal(await aborted(tx), null);
      } catch (error) {
        equal(error.name, 'InvalidStateError');
      }
    }
    throws('InvalidStateError', () => tx.abort());
  },

  async 'objectStore() and index() hand out the same objects'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s').createIndex('i', 'x');
      fresh.createObjectStore('t');
    });
    const tx = db.transaction('s');
    const s = tx.objectStore('s');
    same(tx.objectStore('s'), s);
    same(s.index('i'), s.index('i'));
    same(s.index('i').objectStore, s);
    same(s.transaction, tx);
    holds(db.transaction('s').objectStore('s') !== s, 'another transaction, another object');
    throws('NotFoundError', () => tx.objectStore('t'));
    throws('NotFoundError', () => tx.objectStore('none'));
    throws('NotFoundError', () => s.index('none'));
    throws('TypeError', () => tx.objectStore());
  },
};
