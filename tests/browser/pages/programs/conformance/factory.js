// IDBFactory: arguments, request objects, versions, cmp() and databases().
// https://w3c.github.io/IndexedDB/#factory-interface
import { checkError, equal, holds, same, throws } from './assertions.js';
import { completed, next, result, task } from './moments.js';

export const cases = {
  async 'open() hands out a pending request without source and transaction'({ name }) {
    const request = indexedDB.open(name);
    holds(request instanceof IDBOpenDBRequest, 'an IDBOpenDBRequest');
    equal(request.readyState, 'pending');
    equal([request.source, request.transaction], [null, null]);
    throws('InvalidStateError', () => request.result);
    throws('InvalidStateError', () => request.error);
    const db = await result(request);
    equal(request.readyState, 'done');
    equal([request.source, request.transaction, request.error], [null, null, null]);
    same(request.result, db);
    db.close();
  },

  async 'each open() gives a request and a connection of its own'({ name }) {
    const [one, two] = [indexedDB.open(name), indexedDB.open(name)];
    holds(one !== two, 'two requests');
    const [first, second] = await Promise.all([result(one), result(two)]);
    holds(first !== second, 'two connections');
    first.close();
    second.close();
  },

  async 'open() converts the name'({ name }) {
    const db = await result(indexedDB.open({ toString: () => name }));
    equal(db.name, name);
    db.close();
    for (const value of [null, undefined, 5, true]) {
      const other = await result(indexedDB.open(value));
      equal(other.name, String(value));
      other.close();
      await result(indexedDB.deleteDatabase(value));
    }
  },

  async 'what a conversion throws passes through'() {
    const error = new RangeError('mine');
    const thrower = { toString: () => { throw error; }, valueOf: () => { throw error; } };
    for (const call of [
      () => indexedDB.open(thrower),
      () => indexedDB.open('x', thrower),
      () => indexedDB.deleteDatabase(thrower),
    ]) same(throws('RangeError', call), error);
  },

  async 'versions that are none are TypeErrors'({ name }) {
    const bad = [0, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 53, 'x', null, false, {}, -0.9, '0'];
    for (const version of bad) {
      throws('TypeError', () => indexedDB.open(name, version), `version ${String(version)}`);
    }
    throws('TypeError', () => indexedDB.open(name, Symbol('s')));
    throws('TypeError', () => indexedDB.open(name, 1n));
    throws('TypeError', () => indexedDB.open());
    throws('TypeError', () => indexedDB.deleteDatabase());
  },

  async 'versions are converted and cut'({ open }) {
    for (const [given, version] of [['2', 2], [3.99, 3], [[4], 4], [{ valueOf: () => 5 }, 5]]) {
      const db = await open(given);
      equal(db.version, version);
      db.close();
    }
    const largest = await open(Number.MAX_SAFE_INTEGER);
    equal(largest.version, Number.MAX_SAFE_INTEGER);
  },

  async 'without a version a new database has 1 and an old one keeps its own'({ open }) {
    const first = await open();
    equal(first.version, 1);
    first.close();
    (await open(7)).close();
    equal((await open()).version, 7);
    equal((await open(undefined)).version, 7);
  },

  async 'a version below the stored one is a VersionError'({ open, name }) {
    await open(3);
    const request = indexedDB.open(name, 2);
    const event = await next(request, 'error');
    event.preventDefault();
    equal([event.type, event.bubbles, event.cancelable], ['error', true, true]);
    checkError(request.error, 'VersionError');
    equal([request.readyState, request.result], ['done', undefined]);
    equal([request.source, request.transaction], [null, null]);
  },

  async 'deleteDatabase() of what is not there succeeds'({ name }) {
    const request = indexedDB.deleteDatabase(name);
    holds(request instanceof IDBOpenDBRequest, 'an IDBOpenDBRequest');
    equal(request.readyState, 'pending');
    const event = await next(request, 'success');
    holds(event instanceof IDBVersionChangeEvent, 'an IDBVersionChangeEvent');
    equal([event.oldVersion, event.newVersion], [0, null]);
    equal([event.bubbles, event.cancelable], [false, false]);
    equal([request.result, request.error], [undefined, null]);
    equal([request.source, request.transaction], [null, null]);
  },

  async 'deleteDatabase() tells the version and takes everything'({ name, open }) {
    const db = await open(5, (fresh) => fresh.createObjectStore('s').put(1, 1));
    db.close();
    const event = await next(indexedDB.deleteDatabase(name), 'success');
    equal([event.oldVersion, event.newVersion], [5, null]);
    const again = await open(2, (fresh, tx, { oldVersion }) => equal(oldVersion, 0));
    equal([...again.objectStoreNames], []);
  },

  async 'cmp() orders keys of all types'() {
    const ascending = [
      -Infinity, -1, 0, 0.5, 1, Infinity, new Date(-1), new Date(0), '', '\0', 'A', 'a', 'aa', 'é',
      '\ud800', '\ud83d\ude00', '\uffff', new Uint8Array(), new Uint8Array([0]),
      new Uint8Array([0, 0]), new Uint8Array([1]), new Uint8Array([255]), [], [0], [0, 0], ['a'],
      [[]], [[], []], [[0]],
    ];
    for (const [i, one] of ascending.entries()) {
      for (const [j, two] of ascending.entries()) {
        equal(indexedDB.cmp(one, two), Math.sign(i - j), `cmp of ${i} and ${j}`);
      }
    }
    equal(indexedDB.cmp(0, -0), 0);
    equal(indexedDB.cmp(new Uint8Array([1, 2]).buffer, new DataView(new ArrayBuffer(1))), 1);
  },

  async 'cmp() refuses what is no key'() {
    const cyclic = [];
    cyclic.push(cyclic);
    const bad = [undefined, null, NaN, true, {}, () => 1, /x/, new Date(NaN), cyclic, [undefined],
      [1, [NaN]], new Array(1), Object(1), Object('x'), 1n];
    for (const value of bad) {
      throws('DataError', () => indexedDB.cmp(value, 1), `cmp(${String(Object(value)[0])}, 1)`);
      throws('DataError', () => indexedDB.cmp(1, value));
    }
    throws('TypeError', () => indexedDB.cmp());
    throws('TypeError', () => indexedDB.cmp(1));
  },

  async 'databases() lists what is committed, with its version'({ name, open }) {
    const mine = async () => (await indexedDB.databases()).filter((each) => each.name === name);
    holds(indexedDB.databases() instanceof Promise, 'a promise');
    equal(await mine(), []);
    let during;
    const db = await open(3, () => { during = mine(); });
    equal(await during, []);
    equal(await mine(), [{ name, version: 3 }]);
    db.close();
    (await open(4, () => { during = mine(); })).close();
    equal(await during, [{ name, version: 3 }]);
    equal(await mine(), [{ name, version: 4 }]);
    await result(indexedDB.deleteDatabase(name));
    equal(await mine(), []);
  },

  async 'databases() does not list what was aborted'({ name }) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.transaction.abort();
    (await next(request, 'error')).preventDefault();
    const names = (await indexedDB.databases()).map((each) => each.name);
    holds(!names.includes(name), 'it is not there');
  },

  async 'databases() rejects for a wrong this, and throws nothing'() {
    const promise = IDBFactory.prototype.databases.call({});
    holds(promise instanceof Promise, 'a promise');
    const error = await promise.catch((reason) => reason);
    holds(error instanceof TypeError, 'a TypeError');
  },

  async 'indexedDB is the same object each time'() {
    same(self.indexedDB, self.indexedDB);
    holds(self.indexedDB instanceof IDBFactory, 'an IDBFactory');
    const before = self.indexedDB;
    try {
      self.indexedDB = 1;
    } catch (error) {
      equal(error.name, 'TypeError');
    }
    same(self.indexedDB, before);
  },

  async 'names may be anything, and are kept apart'() {
    const names = ['', ' ', '..', 'a/b', 'a\\b', '\0', 'é', 'e\u0301', 'x'.repeat(1000)];
    const dbs = [];
    for (const [i, each] of names.entries()) {
      const request = indexedDB.open(`${each}`, i + 1);
      request.onupgradeneeded = () => request.result.createObjectStore('s').put(each, 'name');
      dbs.push(await result(request));
    }
    for (const [i, db] of dbs.entries()) {
      equal([db.name, db.version], [names[i], i + 1]);
      const tx = db.transaction('s');
      equal(await result(tx.objectStore('s').get('name')), names[i]);
      await completed(tx);
      db.close();
      await result(indexedDB.deleteDatabase(names[i]));
    }
    await task();
  },
};
