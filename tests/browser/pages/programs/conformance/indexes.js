// IDBIndex and createIndex(): keys, uniqueness, multiEntry, queries, and their exceptions.
// https://w3c.github.io/IndexedDB/#index-interface
import { equal, holds, same, throws } from './assertions.js';
import { completed, fails, result } from './moments.js';

const people = [
  { id: 1, name: 'Cid', age: 30, tags: ['x', 'y'] },
  { id: 2, name: 'Ann', age: 30, tags: ['y', 'y', 5] },
  { id: 3, name: 'Bob', age: 20, tags: 'x' },
  { id: 4, name: null, age: NaN, tags: [true, 'z', {}] },
  { id: 5 },
];

function filled({ open }) {
  return open(1, (db) => {
    const s = db.createObjectStore('s', { keyPath: 'id' });
    s.createIndex('name', 'name', { unique: true });
    s.createIndex('age', 'age');
    s.createIndex('tags', 'tags', { multiEntry: true });
    s.createIndex('both', ['age', 'name']);
    for (const each of people) s.put(each);
  });
}

async function reading(world) {
  return (await filled(world)).transaction('s').objectStore('s');
}

export const cases = {
  async 'createIndex() takes its options'({ open }) {
    await open(1, (db) => {
      const s = db.createObjectStore('s');
      const expected = [
        ['a', undefined, 'a', false, false],
        ['', {}, '', false, false],
        ['a.b', { unique: true }, 'a.b', true, false],
        ['a', { multiEntry: 1 }, 'a', false, true],
        [['a', 'b'], { unique: 'yes' }, ['a', 'b'], true, false],
        [{ toString: () => 'made' }, null, 'made', false, false],
      ];
      for (const [i, [given, options, keyPath, unique, multiEntry]] of expected.entries()) {
        const index = s.createIndex(`${i}`, given, options);
        holds(index instanceof IDBIndex, 'an IDBIndex');
        equal([index.name, index.keyPath, index.unique, index.multiEntry],
          [`${i}`, keyPath, unique, multiEntry]);
        same(index.objectStore, s);
        same(s.index(`${i}`), index);
      }
      equal([...s.indexNames], ['0', '1', '2', '3', '4', '5']);
    });
  },

  async 'createIndex() throws in the order of its steps'({ open }) {
    const db = await open(1, (fresh) => {
      const s = fresh.createObjectStore('s');
      s.createIndex('i', 'x');
      throws('TypeError', () => s.createIndex('j'));
      throws('ConstraintError', () => s.createIndex('i', 'a b'));
      throws('SyntaxError', () => s.createIndex('j', 'a b'));
      throws('SyntaxError', () => s.createIndex('j', ['a b'], { multiEntry: true }));
      throws('InvalidAccessError', () => s.createIndex('j', ['a'], { multiEntry: true }));
      throws('NotFoundError', () => s.deleteIndex('j'));
      throws('TypeError', () => s.deleteIndex());
      throws('SyntaxError', () => s.createIndex('j', []));
      const gone = fresh.createObjectStore('gone');
      fresh.deleteObjectStore('gone');
      throws('InvalidStateError', () => gone.createIndex('i', 'a b'));
      throws('InvalidStateError', () => gone.deleteIndex('none'));
    });
    const s = db.transaction('s').objectStore('s');
    throws('InvalidStateError', () => s.createIndex('i', 'a b'));
    throws('InvalidStateError', () => s.deleteIndex('none'));
  },

  async 'an index over stored records has them'({ open }) {
    (await open(1, (db) => {
      const s = db.createObjectStore('s', { keyPath: 'id' });
      for (const each of people) s.put(each);
    })).close();
    const db = await open(2, (_, tx) => {
      tx.objectStore('s').createIndex('age', 'age');
      tx.objectStore('s').createIndex('tags', 'tags', { multiEntry: true });
    });
    const s = db.transaction('s').objectStore('s');
    equal(await result(s.index('age').getAllKeys()), [3, 1, 2]);
    equal(await result(s.index('tags').getAllKeys()), [2, 1, 3, 1, 2, 4]);
  },

  async 'entries are ordered by key, then by primary key'(world) {
    const s = await reading(world);
    equal(await result(s.index('age').getAllKeys()), [3, 1, 2]);
    equal(await result(s.index('name').getAllKeys()), [2, 3, 1]);
    equal(await result(s.index('both').getAllKeys()), [3, 2, 1]);
    equal((await result(s.index('age').getAll())).map(({ id }) => id), [3, 1, 2]);
  },

  async 'get(), getKey() and count() take the first of a key or range'(world) {
    const s = await reading(world);
    const age = s.index('age');
    equal((await result(age.get(30))).name, 'Cid');
    equal(await result(age.getKey(30)), 1);
    equal(await result(age.getKey(IDBKeyRange.upperBound(29))), 3);
    equal([await result(age.get(99)), await result(age.getKey(99))], [undefined, undefined]);
    equal([await result(age.count()), await result(age.count(30)), await result(age.count(1))],
      [3, 2, 0]);
    equal(await result(age.count(IDBKeyRange.lowerBound(20, true))), 2);
    equal(await result(s.index('both').getKey([30, 'Cid'])), 1);
    equal(await result(s.index('both').getAllKeys(IDBKeyRange.bound([30], [30, []]))), [2, 1]);
  },

  async 'multiEntry takes each valid element once'(world) {
    const s = await reading(world);
    const tags = s.index('tags');
    equal(await result(tags.getAllKeys('y')), [1, 2]);
    equal(await result(tags.getAllKeys('x')), [1, 3]);
    equal([await result(tags.getKey(5)), await result(tags.getKey('z'))], [2, 4]);
    equal(await result(tags.count()), 6);
  },

  async 'requests of an index have it as their source'(world) {
    const index = (await reading(world)).index('age');
    for (const request of [index.get(1), index.getKey(1), index.getAll(), index.getAllKeys(),
      index.count(), index.openCursor(), index.openKeyCursor()]) same(request.source, index);
  },

  async 'a unique index refuses a second record, and only that'(world) {
    const tx = (await filled(world)).transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    await fails('ConstraintError', s.put({ id: 9, name: 'Ann' }));
    await fails('ConstraintError', s.put({ id: 1, name: 'Ann' }));
    equal((await result(s.get(1))).name, 'Cid');
    s.put({ id: 2, name: 'Ann', age: 31 });
    s.delete(1);
    equal(await result(s.put({ id: 9, name: 'Cid' })), 9);
    s.put({ id: 10 });
    s.put({ id: 11 });
    await completed(tx);
  },

  async 'a unique multiEntry index compares elements'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s').createIndex('m', 'm', { unique: true, multiEntry: true });
    });
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    s.put({ m: [1, 2, 2] }, 'a');
    await fails('ConstraintError', s.put({ m: [3, 2] }, 'b'));
    equal(await result(s.index('m').getAllKeys()), ['a', 'a']);
    equal(await result(s.put({ m: [2, 3] }, 'a')), 'a');
    equal(await result(s.put({ m: [1] }, 'b')), 'b');
    await completed(tx);
  },

  async 'changes of records change the entries'(world) {
    const tx = (await filled(world)).transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    s.put({ id: 3, age: 40, tags: ['new'] });
    equal(await result(s.index('age').getAllKeys()), [1, 2, 3]);
    equal(await result(s.index('name').getKey('Bob')), undefined);
    equal(await result(s.index('tags').getAllKeys('x')), [1]);
    s.delete(IDBKeyRange.upperBound(2));
    equal(await result(s.index('age').getAllKeys()), [3]);
    s.clear();
    equal(await result(s.index('tags').count()), 0);
    await completed(tx);
  },

  async 'a deleted index refuses, its name is free'({ open }) {
    await open(1, (db) => {
      const s = db.createObjectStore('s');
      const index = s.createIndex('i', 'x');
      s.deleteIndex('i');
      equal([...s.indexNames], []);
      throws('NotFoundError', () => s.index('i'));
      for (const call of [() => index.get(1), () => index.getKey(1), () => index.getAll(),
        () => index.getAllKeys(), () => index.count(), () => index.openCursor(),
        () => index.openKeyCursor()]) throws('InvalidStateError', call);
      holds(s.createIndex('i', 'y') !== index, 'another index');
    });
  },

  async 'queries of an index refuse what is no key'(world) {
    const index = (await reading(world)).index('age');
    for (const name of ['get', 'getKey']) {
      throws('TypeError', () => index[name]());
      throws('DataError', () => index[name](undefined));
      throws('DataError', () => index[name](null));
    }
    for (const name of ['get', 'getKey', 'count', 'openCursor', 'openKeyCursor']) {
      throws('DataError', () => index[name]({}), name);
      throws('DataError', () => index[name](NaN), name);
    }
  },
};
