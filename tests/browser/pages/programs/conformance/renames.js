// Renaming object stores and indexes within an upgrade.
// https://w3c.github.io/IndexedDB/#dom-idbobjectstore-name
import { equal, same, throws, throwsSame } from './assertions.js';
import { next, result } from './moments.js';

async function version1({ open }) {
  (await open(1, (db) => {
    for (const name of ['a', 'b']) {
      const store = db.createObjectStore(name);
      store.createIndex('x', 'x');
      store.createIndex('y', 'y');
      store.put({ x: name, y: 1 }, name);
    }
  })).close();
}

export const cases = {
  async 'a store keeps its records and indexes under its new name'(world) {
    await version1(world);
    const db = await world.open(2, (fresh, tx) => {
      const store = tx.objectStore('a');
      store.name = 'c';
      equal(store.name, 'c');
      equal([[...fresh.objectStoreNames], [...tx.objectStoreNames]], [['b', 'c'], ['b', 'c']]);
      same(tx.objectStore('c'), store);
      throws('NotFoundError', () => tx.objectStore('a'));
    });
    const store = db.transaction('c').objectStore('c');
    equal(await result(store.get('a')), { x: 'a', y: 1 });
    equal(await result(store.index('x').getKey('a')), 'a');
    throws('NotFoundError', () => db.transaction('a'));
  },

  async 'an index keeps its entries under its new name'(world) {
    await version1(world);
    const db = await world.open(2, (_, tx) => {
      const store = tx.objectStore('a');
      const index = store.index('x');
      index.name = 'z';
      equal([index.name, [...store.indexNames]], ['z', ['y', 'z']]);
      same(store.index('z'), index);
      throws('NotFoundError', () => store.index('x'));
    });
    equal(await result(db.transaction('a').objectStore('a').index('z').getKey('a')), 'a');
  },

  async 'names can be swapped'(world) {
    await version1(world);
    const db = await world.open(2, (_, tx) => {
      const [a, b] = [tx.objectStore('a'), tx.objectStore('b')];
      a.name = 'free';
      b.name = 'a';
      a.name = 'b';
      const [x, y] = [a.index('x'), a.index('y')];
      x.name = 'free';
      y.name = 'x';
      x.name = 'y';
    });
    const tx = db.transaction(['a', 'b']);
    equal(await result(tx.objectStore('a').getAllKeys()), ['b']);
    equal(await result(tx.objectStore('b').getAllKeys()), ['a']);
    equal([tx.objectStore('b').index('x').keyPath, tx.objectStore('b').index('y').keyPath],
      ['y', 'x']);
  },

  async 'the old name is free for another'(world) {
    await version1(world);
    const db = await world.open(2, (fresh, tx) => {
      tx.objectStore('a').name = 'c';
      fresh.createObjectStore('a').put('fresh', 1);
      fresh.deleteObjectStore('b');
      tx.objectStore('c').name = 'b';
    });
    const tx = db.transaction(['a', 'b']);
    equal(await result(tx.objectStore('a').getAll()), ['fresh']);
    equal(await result(tx.objectStore('b').getAllKeys()), ['a']);
  },

  async 'its own name again changes nothing, another one is a ConstraintError'(world) {
    await version1(world);
    await world.open(2, (fresh, tx) => {
      const store = tx.objectStore('a');
      store.name = 'a';
      throws('ConstraintError', () => { store.name = 'b'; });
      equal(store.name, 'a');
      const index = store.index('x');
      index.name = 'x';
      throws('ConstraintError', () => { index.name = 'y'; });
      equal([index.name, [...fresh.objectStoreNames]], ['x', ['a', 'b']]);
    });
  },

  async 'names are converted'(world) {
    await version1(world);
    const error = new RangeError('mine');
    await world.open(2, (_, tx) => {
      const store = tx.objectStore('a');
      for (const [given, name] of [[5, '5'], [null, 'null'], [undefined, 'undefined'], ['', ''],
        [{ toString: () => 'made' }, 'made']]) {
        store.name = given;
        equal(store.name, name);
        store.index('y').name = given;
        equal(store.index(name).name, name);
        store.index(name).name = 'y';
      }
      throwsSame(error, () => { store.name = { toString() { throw error; } }; });
      throws('TypeError', () => { store.name = Symbol('s'); });
    });
  },

  async 'outside of an upgrade it is an InvalidStateError'(world) {
    await version1(world);
    const db = await world.open();
    const store = db.transaction('a', 'readwrite').objectStore('a');
    for (const target of [store, store.index('x')]) {
      const { name } = target;
      throws('InvalidStateError', () => { target.name = name; });
      throws('InvalidStateError', () => { target.name = 'other'; });
      equal(target.name, name);
    }
  },

  async 'deleted stores and indexes refuse names'(world) {
    await version1(world);
    await world.open(2, (db, tx) => {
      const store = tx.objectStore('a');
      const index = store.index('x');
      store.deleteIndex('x');
      throws('InvalidStateError', () => { index.name = 'z'; });
      db.deleteObjectStore('a');
      throws('InvalidStateError', () => { store.name = 'z'; });
    });
  },

  async 'behind the upgrade it is inactive or over'({ name }) {
    const request = indexedDB.open(name, 1);
    await next(request, 'upgradeneeded');
    const store = request.result.createObjectStore('s');
    const index = store.createIndex('i', 'x');
    await next(request.transaction, 'complete');
    for (const target of [store, index]) {
      const thrown = throwsOneOf(() => { target.name = 'late'; });
      equal(['TransactionInactiveError', 'InvalidStateError'].includes(thrown), true);
    }
    await next(request, 'success');
    equal([...request.result.objectStoreNames], ['s']);
    request.result.close();
  },
};

function throwsOneOf(call) {
  try {
    call();
  } catch (error) {
    return error.name;
  }
  return 'nothing';
}
