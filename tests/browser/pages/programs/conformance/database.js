// IDBDatabase: stores, transactions, closing, and the order of their exceptions.
// https://w3c.github.io/IndexedDB/#database-interface
import { equal, holds, same, throws } from './assertions.js';
import { aborted, completed, next, result } from './moments.js';

export const cases = {
  async 'createObjectStore() takes its options'({ open }) {
    await open(1, (db, tx) => {
      const expected = [
        [undefined, null, false],
        [{}, null, false],
        [null, null, false],
        [{ keyPath: null }, null, false],
        [{ keyPath: undefined, autoIncrement: 1 }, null, true],
        [{ keyPath: '' }, '', false],
        [{ keyPath: 'a.b', autoIncrement: true }, 'a.b', true],
        [{ keyPath: ['a', 'b.c'] }, ['a', 'b.c'], false],
      ];
      for (const [i, [options, keyPath, autoIncrement]] of expected.entries()) {
        const store = db.createObjectStore(`${i}`, options);
        holds(store instanceof IDBObjectStore, 'an IDBObjectStore');
        equal([store.name, store.keyPath, store.autoIncrement], [`${i}`, keyPath, autoIncrement]);
        equal([...store.indexNames], []);
        same(store.transaction, tx);
        same(tx.objectStore(`${i}`), store);
      }
    });
  },

  async 'createObjectStore() converts names and key paths'({ open }) {
    const db = await open(1, (fresh) => {
      equal(fresh.createObjectStore(null).name, 'null');
      equal(fresh.createObjectStore(undefined).name, 'undefined');
      equal(fresh.createObjectStore('').name, '');
      equal(fresh.createObjectStore({ toString: () => 'made' }).name, 'made');
      equal(fresh.createObjectStore('p', { keyPath: { toString: () => 'a.b' } }).keyPath, 'a.b');
      equal(fresh.createObjectStore('q', { keyPath: new Set(['x', 'y']) }).keyPath, ['x', 'y']);
    });
    equal([...db.objectStoreNames], ['', 'made', 'null', 'p', 'q', 'undefined']);
  },

  async 'createObjectStore() throws in the order of its steps'({ open }) {
    let late;
    const db = await open(1, (fresh, tx) => {
      late = fresh;
      fresh.createObjectStore('s');
      throws('SyntaxError', () => fresh.createObjectStore('s', { keyPath: 'a b' }));
      throws('SyntaxError', () => fresh.createObjectStore('t', { keyPath: [] }));
      throws('SyntaxError', () => fresh.createObjectStore('t', { keyPath: ['a', '-'] }));
      const both = { autoIncrement: true, keyPath: '' };
      throws('ConstraintError', () => fresh.createObjectStore('s', both));
      throws('InvalidAccessError', () => fresh.createObjectStore('t', both));
      throws('InvalidAccessError',
        () => fresh.createObjectStore('t', { autoIncrement: true, keyPath: ['a'] }));
      throws('TypeError', () => fresh.createObjectStore());
      throws('TypeError', () => fresh.createObjectStore('t', 5));
      equal([...tx.objectStoreNames], ['s']);
    });
    throws('InvalidStateError', () => db.createObjectStore('s', { keyPath: 'a b' }));
    throws('InvalidStateError', () => late.createObjectStore('t'));
  },

  async 'outside of an event of the upgrade it is inactive'({ open }) {
    let db;
    const opening = open(1, (fresh) => {
      db = fresh;
      const store = fresh.createObjectStore('s');
      const put = store.put(1, 1);
      setTimeout(() => {
        if (put.readyState === 'done') return;
        throws('TransactionInactiveError', () => fresh.createObjectStore('s'));
        throws('TransactionInactiveError', () => fresh.deleteObjectStore('none'));
      });
    });
    await opening;
    equal([...db.objectStoreNames], ['s']);
  },

  async 'deleteObjectStore() takes the store and all that is in it'({ open }) {
    (await open(1, (db, tx) => {
      const store = db.createObjectStore('s');
      store.createIndex('i', 'x');
      store.put({ x: 1 }, 1);
      db.createObjectStore('t');
      throws('NotFoundError', () => db.deleteObjectStore('S'));
      throws('TypeError', () => db.deleteObjectStore());
      db.deleteObjectStore('s');
      equal([[...db.objectStoreNames], [...tx.objectStoreNames]], [['t'], ['t']]);
      throws('NotFoundError', () => tx.objectStore('s'));
      throws('NotFoundError', () => db.deleteObjectStore('s'));
      for (const call of [
        () => store.put({}, 1), () => store.get(1), () => store.index('i'), () => store.clear(),
        () => store.createIndex('j', 'y'), () => store.openCursor(), () => store.getAll(),
      ]) throws('InvalidStateError', call);
      const again = db.createObjectStore('s');
      holds(again !== store, 'another store of the same name');
      again.count().onsuccess = ({ target }) => equal(target.result, 0);
      equal([...again.indexNames], []);
    })).close();
    const db = await open();
    equal(await result(db.transaction('s').objectStore('s').count()), 0);
    throws('InvalidStateError', () => db.deleteObjectStore('s'));
  },

  async 'objectStoreNames is sorted by code units and a new list when it changed'({ open }) {
    const names = ['b', 'a', '', '\uffff', '\ud83d\ude00', 'B', '1', '10', '2'];
    const db = await open(1, (fresh) => {
      const before = fresh.objectStoreNames;
      for (const name of names) fresh.createObjectStore(name);
      equal(before.length, 0);
    });
    const list = db.objectStoreNames;
    holds(list instanceof DOMStringList, 'a DOMStringList');
    equal([...list], names.slice().sort());
    equal([list.length, list.item(0), list.item(99), list[1]], [9, '', null, '1']);
    equal([list.contains('a'), list.contains('c'), list[99]], [true, false, undefined]);
    same(list.item(2 ** 32), list.item(0));
  },

  async 'transaction() takes a name, a sequence, and sorts without repeats'({ open }) {
    const db = await open(1, (fresh) => ['a', 'b', 'c'].forEach((n) => fresh.createObjectStore(n)));
    const scope = (names) => [...db.transaction(names).objectStoreNames];
    equal(scope('b'), ['b']);
    equal(scope(['c', 'a', 'c', 'a']), ['a', 'c']);
    equal(scope(new Set(['b', 'a'])), ['a', 'b']);
    equal(scope(db.objectStoreNames), ['a', 'b', 'c']);
    equal(scope({ toString: () => 'c' }), ['c']);
    const tx = db.transaction('a');
    equal([tx.mode, tx.durability, tx.error], ['readonly', 'default', null]);
    same(tx.db, db);
    equal(db.transaction('a', undefined).mode, 'readonly');
    equal(db.transaction('a', 'readwrite').mode, 'readwrite');
  },

  async 'transaction() throws in the order of its steps'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s');
      throws('InvalidStateError', () => fresh.transaction('none'));
      throws('InvalidStateError', () => fresh.transaction([]));
    });
    throws('TypeError', () => db.transaction());
    throws('TypeError', () => db.transaction('none', 'write'));
    throws('TypeError', () => db.transaction('none', 'readonly', { durability: 'hard' }));
    throws('NotFoundError', () => db.transaction('none', 'versionchange'));
    throws('NotFoundError', () => db.transaction(['s', 'none']));
    throws('NotFoundError', () => db.transaction(''));
    throws('InvalidAccessError', () => db.transaction([], 'versionchange'));
    throws('TypeError', () => db.transaction('s', 'versionchange'));
    throws('TypeError', () => db.transaction('s', null));
    db.close();
    throws('InvalidStateError', () => db.transaction('none'));
    throws('InvalidStateError', () => db.transaction([]));
  },

  async 'close() lets transactions end and may be repeated'({ open }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s'));
    const tx = db.transaction('s', 'readwrite');
    const put = tx.objectStore('s').put('kept', 1);
    equal([db.close(), db.close()], [undefined, undefined]);
    equal(await result(put), 1);
    equal(await result(tx.objectStore('s').get(1)), 'kept');
    await completed(tx);
    equal([db.name.endsWith('repeated'), db.version, [...db.objectStoreNames]], [true, 1, ['s']]);
    equal(await result((await open()).transaction('s').objectStore('s').get(1)), 'kept');
  },

  async 'abort events of transactions bubble to the connection'({ open }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s'));
    const heard = next(db, 'abort');
    const tx = db.transaction('s');
    tx.abort();
    await aborted(tx);
    const event = await heard;
    same(event.target, tx);
    equal([event.bubbles, event.cancelable], [true, false]);
  },
};
