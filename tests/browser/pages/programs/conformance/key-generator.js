// Key generators. https://w3c.github.io/IndexedDB/#key-generator-construct
import { equal, throws } from './assertions.js';
import { completed, fails, result } from './moments.js';

const last = 2 ** 53;

function autoStore({ open }, keyPath = null) {
  return open(1, (db) => db.createObjectStore('s', { autoIncrement: true, keyPath }));
}

function writer(db) {
  return db.transaction('s', 'readwrite').objectStore('s');
}

export const cases = {
  async 'it begins at 1 and counts'(world) {
    const s = writer(await autoStore(world));
    const keys = ['a', 'b', 'c'].map((value) => result(s.put(value)));
    equal(await Promise.all(keys), [1, 2, 3]);
    equal(await result(s.getAll()), ['a', 'b', 'c']);
  },

  async 'a given number moves it on, never back'(world) {
    const s = writer(await autoStore(world));
    const steps = [[undefined, 1], [10, 10], [undefined, 11], [5, 5], [undefined, 12], [20.9, 20.9],
      [undefined, 21], [-3, -3], [undefined, 22], [0, 0], [undefined, 23]];
    for (const [given, key] of steps) {
      equal(await result(given === undefined ? s.put('x') : s.put('x', given)), key);
    }
  },

  async 'other keys leave it alone'(world) {
    const s = writer(await autoStore(world));
    for (const key of ['100', new Date(100), [100], new Uint8Array([100])]) s.put('x', key);
    equal(await result(s.put('x')), 1);
  },

  async 'it puts the key where the key path says'(world) {
    const s = writer(await autoStore(world, 'meta.id'));
    const given = { name: 'a' };
    equal(await result(s.put(given)), 1);
    equal(given, { name: 'a' });
    equal(await result(s.get(1)), { name: 'a', meta: { id: 1 } });
    equal(await result(s.put({ meta: { other: true } })), 2);
    equal(await result(s.get(2)), { meta: { other: true, id: 2 } });
    equal(await result(s.put({ meta: { id: 7 } })), 7);
    equal(await result(s.put({})), 8);
  },

  async 'where the key can not be put it is a DataError'(world) {
    const s = writer(await autoStore(world, 'meta.id'));
    for (const value of [1, 'text', null, undefined, true, { meta: 1 }, { meta: 'text' },
      { meta: { id: null } }, { meta: { id: {} } }]) throws('DataError', () => s.put(value));
    equal(await result(s.put({})), 1);
  },

  async 'deleting and clearing do not turn it back'(world) {
    const s = writer(await autoStore(world));
    for (let i = 0; i < 3; i += 1) s.put('x');
    s.delete(3);
    equal(await result(s.put('x')), 4);
    s.clear();
    equal(await result(s.put('x')), 5);
  },

  async 'behind 2^53 it is a ConstraintError'(world) {
    const s = writer(await autoStore(world));
    s.put('x', last - 1);
    equal(await result(s.put('x')), last);
    await fails('ConstraintError', s.put('x'));
    await fails('ConstraintError', s.add('x'));
    equal(await result(s.put('x', 'text')), 'text');
    equal(await result(s.put('x', 3)), 3);
  },

  async 'numbers above 2^53 and Infinity end it'({ open }) {
    const db = await open(1, (fresh) => {
      for (const name of ['a', 'b', 'c']) fresh.createObjectStore(name, { autoIncrement: true });
    });
    const tx = db.transaction(['a', 'b', 'c'], 'readwrite');
    for (const [name, key] of [['a', last], ['b', 1e300], ['c', Infinity]]) {
      equal(await result(tx.objectStore(name).put('x', key)), key);
      await fails('ConstraintError', tx.objectStore(name).put('y'));
    }
    await completed(tx);
  },

  async 'a failed add() does not count on'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s', { autoIncrement: true })
        .createIndex('u', 'u', { unique: true });
    });
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    equal(await result(s.add({ u: 1 })), 1);
    await fails('ConstraintError', s.add({ u: 1 }));
    const next = await result(s.add({ u: 2 }));
    // The specification leaves the number that the failed request took used.
    equal(next === 2 || next === 3, true);
    await completed(tx);
  },

  async 'each store has its own, and it stays'({ open }) {
    (await open(1, (db) => {
      db.createObjectStore('a', { autoIncrement: true }).put('x');
      db.createObjectStore('b', { autoIncrement: true }).put('x', 9);
    })).close();
    const db = await open();
    const tx = db.transaction(['a', 'b'], 'readwrite');
    equal(await result(tx.objectStore('a').put('y')), 2);
    equal(await result(tx.objectStore('b').put('y')), 10);
    await completed(tx);
  },
};
