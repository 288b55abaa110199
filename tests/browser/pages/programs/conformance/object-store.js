// IDBObjectStore: put, add, delete, clear and the reading calls, and the order of exceptions.
// https://w3c.github.io/IndexedDB/#object-store-interface
import { equal, holds, same, throws } from './assertions.js';
import { completed, fails, next, result } from './moments.js';

const letters = [[1, 'a'], [2, 'b'], [3, 'c'], [4, 'd'], [5, 'e']];
const range = (...args) => IDBKeyRange.bound(...args);

export const cases = {
  async 'put() replaces, add() does not'({ store }) {
    const db = await store([[1, 'old']]);
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    equal(await result(s.put('new', 1)), 1);
    const request = s.add('newer', 1);
    await fails('ConstraintError', request);
    equal([request.result, request.readyState], [undefined, 'done']);
    equal(await result(s.get(1)), 'new');
    equal(await result(s.add('other', 2)), 2);
    await completed(tx);
  },

  async 'requests know their source and transaction'({ store }) {
    const db = await store(letters);
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    const all = [s.put(1, 9), s.add(1, 10), s.get(1), s.getKey(1), s.getAll(), s.getAllKeys(),
      s.count(), s.openCursor(), s.openKeyCursor(), s.delete(1), s.clear()];
    for (const request of all) {
      same(request.source, s);
      same(request.transaction, tx);
      equal(request.readyState, 'pending');
      throws('InvalidStateError', () => request.result);
      throws('InvalidStateError', () => request.error);
    }
    await completed(tx);
    for (const request of all) equal([request.readyState, request.error], ['done', null]);
  },

  async 'results of what is not there'({ store }) {
    const s = (await store()).transaction('s', 'readwrite').objectStore('s');
    equal(await result(s.get(1)), undefined);
    equal(await result(s.getKey(1)), undefined);
    equal(await result(s.delete(1)), undefined);
    equal(await result(s.clear()), undefined);
    equal(await result(s.count()), 0);
    equal(await result(s.getAll()), []);
    equal(await result(s.getAllKeys()), []);
    equal(await result(s.openCursor()), null);
    equal(await result(s.openKeyCursor()), null);
  },

  async 'get() and getKey() with a range take the first'({ store }) {
    const s = (await store(letters)).transaction('s').objectStore('s');
    equal(await result(s.get(range(2, 4))), 'b');
    equal(await result(s.getKey(range(2, 4, true))), 3);
    equal(await result(s.get(IDBKeyRange.upperBound(0))), undefined);
    equal(await result(s.getKey(IDBKeyRange.lowerBound(5))), 5);
    equal(await result(s.get(3)), 'c');
    equal(await result(s.getKey(3)), 3);
  },

  async 'delete() takes a key or a range'({ store }) {
    const s = (await store(letters)).transaction('s', 'readwrite').objectStore('s');
    s.delete(range(1, 4, true, true));
    equal(await result(s.getAllKeys()), [1, 4, 5]);
    s.delete(4);
    equal(await result(s.getAllKeys()), [1, 5]);
    s.delete(IDBKeyRange.lowerBound(2));
    equal(await result(s.getAllKeys()), [1]);
    s.delete('1');
    equal(await result(s.count()), 1);
  },

  async 'count() with keys and ranges'({ store }) {
    const s = (await store(letters)).transaction('s').objectStore('s');
    const counts = [undefined, null, 1, 9, range(2, 4), IDBKeyRange.lowerBound(3, true)]
      .map((query) => result(s.count(query)));
    equal(await Promise.all(counts), [5, 5, 1, 0, 3, 2]);
  },

  async 'put() and add() throw in the order of their steps'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('plain');
      fresh.createObjectStore('inline', { keyPath: 'id' });
      fresh.createObjectStore('made', { keyPath: 'id', autoIncrement: true });
    });
    const reading = db.transaction('plain').objectStore('plain');
    const tx = db.transaction(['plain', 'inline', 'made'], 'readwrite');
    const store = (name) => tx.objectStore(name);
    const uncloneable = { id: 1, f: () => 1 };
    for (const call of ['put', 'add']) {
      throws('TypeError', () => store('plain')[call]());
      throws('ReadOnlyError', () => reading[call](uncloneable));
      throws('DataError', () => store('inline')[call]({ id: 1 }, 1));
      throws('DataError', () => store('plain')[call](1));
      throws('DataError', () => store('plain')[call](1, {}));
      throws('DataCloneError', () => store('plain')[call](uncloneable, 1));
      throws('DataCloneError', () => store('inline')[call](uncloneable));
      throws('DataError', () => store('inline')[call]({}));
      throws('DataError', () => store('inline')[call]({ id: null }));
      throws('DataError', () => store('inline')[call]('text'));
      throws('DataError', () => store('made')[call]('text'));
      throws('DataError', () => store('made')[call]({ id: true }));
    }
    await completed(tx);
  },

  async 'put() and add() look at the key before they clone the value'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('plain');
      fresh.createObjectStore('inline', { keyPath: 'id' });
    });
    const tx = db.transaction(['plain', 'inline'], 'readwrite');
    for (const call of ['put', 'add']) {
      throws('DataError', () => tx.objectStore('inline')[call](() => 1, 1));
      throws('DataError', () => tx.objectStore('plain')[call](() => 1));
      throws('DataError', () => tx.objectStore('plain')[call](() => 1, {}));
    }
  },

  async 'queries throw in the order of their steps'({ open }) {
    const db = await open(1, (fresh) => {
      const gone = fresh.createObjectStore('gone');
      fresh.createObjectStore('s');
      fresh.deleteObjectStore('gone');
      for (const name of ['get', 'getKey', 'delete', 'count', 'openCursor', 'getAll']) {
        throws('InvalidStateError', () => gone[name]({}), name);
      }
    });
    const s = db.transaction('s').objectStore('s');
    throws('ReadOnlyError', () => s.delete({}));
    throws('ReadOnlyError', () => s.clear());
    const writing = db.transaction('s', 'readwrite').objectStore('s');
    for (const bad of [{}, true, NaN, new Date(NaN), /x/, [null]]) {
      for (const name of ['get', 'getKey', 'count', 'openCursor', 'openKeyCursor', 'delete']) {
        throws('DataError', () => writing[name](bad), `${name} of no key`);
      }
    }
    for (const name of ['get', 'getKey', 'delete']) {
      throws('DataError', () => writing[name](undefined), name);
      throws('DataError', () => writing[name](null), name);
      throws('TypeError', () => writing[name](), name);
    }
  },

  async 'a store of a finished transaction'({ store }) {
    const db = await store();
    const tx = db.transaction('s');
    const s = tx.objectStore('s');
    await next(tx, 'complete');
    throws('TransactionInactiveError', () => s.put(() => 1, {}));
    throws('TransactionInactiveError', () => s.delete({}));
    throws('TransactionInactiveError', () => s.clear());
    throws('TransactionInactiveError', () => s.get({}));
    throws('InvalidStateError', () => s.index('none'));
    throws('InvalidStateError', () => s.createIndex('i', 'a b'));
    throws('InvalidStateError', () => s.deleteIndex('none'));
    equal([s.name, s.keyPath, s.autoIncrement, [...s.indexNames]], ['s', null, false, []]);
  },

  async 'a key path that is a sequence is a new array once per object'({ open }) {
    await open(1, (db) => {
      const s = db.createObjectStore('s', { keyPath: ['a', 'b'] });
      same(s.keyPath, s.keyPath);
      const index = s.createIndex('i', ['c', 'd']);
      same(index.keyPath, index.keyPath);
      equal([s.keyPath, index.keyPath], [['a', 'b'], ['c', 'd']]);
      holds(Array.isArray(s.keyPath), 'an array');
    });
  },

  async 'all kinds of keys lead back to their values'({ store }) {
    const keys = [-1.5, 0, 1e300, Infinity, new Date(5), '', 'a\0b', '\ud800',
      new Uint8Array([1, 2]).buffer, [], [1, ['x']]];
    const db = await store(keys.map((key, i) => [key, i]));
    const s = db.transaction('s').objectStore('s');
    equal(await Promise.all(keys.map((key) => result(s.get(key)))), keys.map((_, i) => i));
    equal(await result(s.getAllKeys()), keys);
  },

  async 'a large value comes back whole'({ store }) {
    const bytes = new Uint8Array(700_000).map((_, i) => i % 251);
    const db = await store([[1, { bytes, text: 'ä'.repeat(300_000) }]]);
    const value = await result(db.transaction('s').objectStore('s').get(1));
    holds(value.bytes.every((byte, i) => byte === i % 251), 'the bytes');
    equal([value.bytes.length, value.text === 'ä'.repeat(300_000)], [700_000, true]);
  },
};
