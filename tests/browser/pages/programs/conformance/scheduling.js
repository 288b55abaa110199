// Transaction scheduling: which transactions run beside each other, and which wait.
// https://w3c.github.io/IndexedDB/#transaction-scheduling
import { equal, holds } from './assertions.js';
import { completed, record, result } from './moments.js';

const twoStores = (db) => ['a', 'b'].forEach((name) => db.createObjectStore(name).put(0, 'n'));

/** Holds a transaction open with one request after the other, until the returned call. */
function hold(tx) {
  const store = tx.objectStore(tx.objectStoreNames[0]);
  let isHeld = true;
  const spin = () => {
    if (isHeld) store.get('n').onsuccess = spin;
  };
  spin();
  return () => { isHeld = false; };
}

export const cases = {
  async 'writers of one store run one behind the other, in order'({ open }) {
    const db = await open(1, twoStores);
    const log = [];
    const all = [0, 1, 2, 3].map((i) => {
      const tx = db.transaction('a', 'readwrite');
      record(log, `${i}`, tx, 'complete');
      const get = tx.objectStore('a').get('n');
      get.onsuccess = () => {
        log.push(`${i} saw ${get.result}`);
        tx.objectStore('a').put(get.result + 1, 'n');
      };
      return completed(tx);
    });
    await Promise.all(all);
    equal(log, [0, 1, 2, 3].flatMap((i) => [`${i} saw ${i}`, `${i} complete`]));
  },

  async 'readers of one store run at the same time'({ open }) {
    const db = await open(1, twoStores);
    const one = db.transaction('a');
    const letGo = hold(one);
    const two = db.transaction(['a', 'b']);
    equal(await result(two.objectStore('a').get('n')), 0);
    await completed(two);
    letGo();
    await completed(one);
  },

  async 'a reader waits for the writer before it, and sees what it wrote'({ open }) {
    const db = await open(1, twoStores);
    const log = [];
    const writer = db.transaction('a', 'readwrite');
    const reader = db.transaction('a');
    record(log, 'writer', writer, 'complete');
    const get = reader.objectStore('a').get('n');
    get.onsuccess = () => log.push(`read ${get.result}`);
    writer.objectStore('a').put(1, 'n').onsuccess = () => writer.objectStore('a').put(2, 'n');
    await completed(reader);
    equal(log, ['writer complete', 'read 2']);
  },

  async 'a writer waits for the reader before it'({ open }) {
    const db = await open(1, twoStores);
    const reader = db.transaction('a');
    const letGo = hold(reader);
    const writer = db.transaction('a', 'readwrite');
    const log = [];
    record(log, 'reader', reader, 'complete');
    const put = writer.objectStore('a').put(1, 'n');
    record(log, 'put', put, 'success');
    const other = db.transaction('b', 'readonly');
    await result(other.objectStore('b').get('n'));
    equal(log, []);
    letGo();
    await completed(writer);
    equal(log, ['reader complete', 'put success']);
  },

  async 'a reader behind a waiting writer does not overtake it'({ open }) {
    const db = await open(1, twoStores);
    const first = db.transaction('a');
    const letGo = hold(first);
    const writer = db.transaction('a', 'readwrite');
    writer.objectStore('a').put('new', 'n');
    const second = db.transaction('a');
    const get = second.objectStore('a').get('n');
    letGo();
    equal(await result(get), 'new');
  },

  async 'readers of other stores do not wait for a writer'({ open }) {
    const db = await open(1, twoStores);
    const writer = db.transaction('a', 'readwrite');
    const letGo = hold(writer);
    const reader = db.transaction('b');
    equal(await result(reader.objectStore('b').get('n')), 0);
    await completed(reader);
    letGo();
    await completed(writer);
  },

  async 'overlapping scopes are taken in the order of creation'({ open }) {
    const db = await open(1, (fresh) => {
      for (const name of ['a', 'b', 'c']) fresh.createObjectStore(name);
    });
    const log = [];
    const scopes = [['a', 'b'], ['b', 'c'], ['c', 'a']];
    await Promise.all(scopes.map((scope, i) => {
      const tx = db.transaction(scope, 'readwrite');
      record(log, `${i}`, tx, 'complete');
      tx.objectStore(scope[0]).put(1, 1).onsuccess = () => log.push(`${i} began`);
      return completed(tx);
    }));
    equal(log, ['0 began', '0 complete', '1 began', '1 complete', '2 began', '2 complete']);
  },

  async 'connections to one database share the order'({ open }) {
    const one = await open(1, twoStores);
    const two = await open();
    const log = [];
    const first = one.transaction('a', 'readwrite');
    const second = two.transaction('a', 'readwrite');
    const third = one.transaction('a');
    for (const [label, tx] of Object.entries({ first, second, third })) {
      record(log, label, tx, 'complete');
    }
    const get = third.objectStore('a').get('n');
    second.objectStore('a').put('second', 'n');
    first.objectStore('a').put('first', 'n');
    await completed(third);
    equal([log, get.result], [['first complete', 'second complete', 'third complete'], 'second']);
  },

  async 'databases do not wait for each other'({ open, name }) {
    const db = await open(1, twoStores);
    const request = indexedDB.open(`${name} other`, 1);
    request.onupgradeneeded = () => twoStores(request.result);
    const other = await result(request);
    const held = db.transaction('a', 'readwrite');
    const letGo = hold(held);
    const free = other.transaction('a', 'readwrite');
    free.objectStore('a').put(1, 'n');
    await completed(free);
    letGo();
    await completed(held);
    other.close();
  },

  async 'an empty transaction keeps its place'({ open }) {
    const db = await open(1, twoStores);
    const log = [];
    for (const [i, mode] of ['readwrite', 'readwrite', 'readonly', 'readwrite'].entries()) {
      const tx = db.transaction('a', mode);
      record(log, `${i}`, tx, 'complete');
      if (i === 0) tx.objectStore('a').put(1, 'n');
    }
    await completed(db.transaction('a', 'readwrite'));
    equal(log.filter((line) => line !== '2 complete'), ['0 complete', '1 complete', '3 complete']);
    holds(log.includes('2 complete'), 'the reader ended, too');
  },

  async 'results arrive in the order of requests, over all stores'({ open }) {
    const db = await open(1, twoStores);
    const tx = db.transaction(['a', 'b'], 'readwrite');
    const [a, b] = [tx.objectStore('a'), tx.objectStore('b')];
    const log = [];
    const large = 'x'.repeat(100_000);
    const requests = [a.put(large, 1), b.get('n'), a.getAll(), b.put(1, 1), a.get(1), b.count(),
      a.openCursor(), a.delete(1), b.clear(), a.getAllKeys()];
    requests.forEach((request, i) => { request.onsuccess = () => log.push(i); });
    await completed(tx);
    equal(log, requests.map((_, i) => i));
  },
};
