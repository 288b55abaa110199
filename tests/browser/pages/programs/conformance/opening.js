// Opening and deleting: upgrades, versionchange, blocked, and their order.
// https://w3c.github.io/IndexedDB/#opening and #deleting-a-database
import { checkError, equal, holds, same, throws } from './assertions.js';
import { completed, next, record, result } from './moments.js';

export const cases = {
  async 'an upgrade has its event, then complete, then success'({ name }) {
    const log = [];
    const request = indexedDB.open(name, 4);
    record(log, 'request', request, 'upgradeneeded', 'success', 'error', 'blocked');
    const event = await next(request, 'upgradeneeded');
    holds(event instanceof IDBVersionChangeEvent, 'an IDBVersionChangeEvent');
    equal([event.oldVersion, event.newVersion], [0, 4]);
    equal([event.bubbles, event.cancelable], [false, false]);
    same(event.target, request);
    equal([request.readyState, request.error, request.source], ['done', null, null]);
    const { result: db, transaction: tx } = request;
    equal([db.version, tx.mode], [4, 'versionchange']);
    same(tx.db, db);
    record(log, 'transaction', tx, 'complete', 'abort');
    await next(request, 'success');
    equal(log, ['request upgradeneeded', 'transaction complete', 'request success']);
    same(request.result, db);
    equal(request.transaction, null);
    db.close();
  },

  async 'during the upgrade the request is pending again'({ name }) {
    const request = indexedDB.open(name, 1);
    await next(request, 'upgradeneeded');
    const put = request.result.createObjectStore('s').put(1, 1);
    await next(put, 'success');
    holds(request.transaction !== null, 'the transaction is there');
    await next(request.transaction, 'complete');
    await next(request, 'success');
    request.result.close();
  },

  async 'an aborted first upgrade leaves nothing'({ name }) {
    const log = [];
    const request = indexedDB.open(name, 2);
    await next(request, 'upgradeneeded');
    const { result: db, transaction: tx } = request;
    db.createObjectStore('s');
    record(log, 'transaction', tx, 'abort', 'complete');
    record(log, 'request', request, 'success', 'error');
    tx.abort();
    equal([db.version, [...db.objectStoreNames]], [0, []]);
    const event = await next(request, 'error');
    event.preventDefault();
    checkError(request.error, 'AbortError');
    equal([request.result, request.transaction, request.readyState], [undefined, null, 'done']);
    equal(log, ['transaction abort', 'request error']);
    const again = indexedDB.open(name);
    equal((await next(again, 'upgradeneeded')).oldVersion, 0);
    (await result(again)).close();
  },

  async 'an aborted later upgrade leaves the version before'({ name, open }) {
    (await open(2)).close();
    const request = indexedDB.open(name, 5);
    await next(request, 'upgradeneeded');
    const db = request.result;
    equal(db.version, 5);
    request.transaction.abort();
    (await next(request, 'error')).preventDefault();
    equal(db.version, 2);
    throws('InvalidStateError', () => db.transaction('s'));
    equal((await open()).version, 2);
  },

  async 'what upgradeneeded throws aborts the upgrade'({ name }) {
    const request = indexedDB.open(name, 1);
    const reported = next(self, 'error').then((event) => {
      event.preventDefault();
      return event.message;
    });
    request.onupgradeneeded = () => { throw new Error('in the upgrade'); };
    (await next(request, 'error')).preventDefault();
    checkError(request.error, 'AbortError');
    holds((await reported).includes('in the upgrade'), 'it was reported');
  },

  async 'close() in the upgrade lets it commit and then fails the request'({ name, open }) {
    const log = [];
    const request = indexedDB.open(name, 1);
    await next(request, 'upgradeneeded');
    const { result: db, transaction: tx } = request;
    db.createObjectStore('s');
    record(log, 'transaction', tx, 'complete', 'abort');
    record(log, 'request', request, 'success', 'error');
    db.close();
    (await next(request, 'error')).preventDefault();
    checkError(request.error, 'AbortError');
    equal(log, ['transaction complete', 'request error']);
    const again = await open();
    equal([again.version, [...again.objectStoreNames]], [1, ['s']]);
  },

  async 'an upgrade tells other connections, and needs no blocked if they close'({ open, name }) {
    const log = [];
    const db = await open(1);
    db.onversionchange = (event) => {
      log.push(`versionchange ${event.oldVersion} ${event.newVersion}`);
      holds(event instanceof IDBVersionChangeEvent, 'an IDBVersionChangeEvent');
      equal([event.bubbles, event.cancelable], [false, false]);
      same(event.target, db);
      db.close();
    };
    const request = indexedDB.open(name, 3);
    record(log, 'request', request, 'blocked', 'upgradeneeded', 'success');
    (await result(request)).close();
    equal(log, ['versionchange 1 3', 'request upgradeneeded', 'request success']);
  },

  async 'an upgrade is blocked until the last connection is closed'({ open, name }) {
    const log = [];
    const all = [await open(1), await open(1)];
    for (const [i, db] of all.entries()) record(log, `${i}`, db, 'versionchange');
    const request = indexedDB.open(name, 2);
    record(log, 'request', request, 'upgradeneeded', 'success');
    const event = await next(request, 'blocked');
    holds(event instanceof IDBVersionChangeEvent, 'an IDBVersionChangeEvent');
    equal([event.oldVersion, event.newVersion], [1, 2]);
    equal([event.bubbles, event.cancelable, request.readyState], [false, false, 'pending']);
    equal(log.slice().sort(), ['0 versionchange', '1 versionchange']);
    all[0].close();
    all[1].close();
    (await result(request)).close();
    equal(log.slice(2), ['request upgradeneeded', 'request success']);
  },

  async 'a deletion is blocked by what does not close'({ open, name }) {
    const db = await open(3);
    const log = [];
    db.onversionchange = (event) => log.push(event.oldVersion, event.newVersion);
    const request = indexedDB.deleteDatabase(name);
    const blocked = await next(request, 'blocked');
    equal([blocked.oldVersion, blocked.newVersion], [3, null]);
    equal(log, [3, null]);
    db.close();
    const success = await next(request, 'success');
    equal([success.oldVersion, success.newVersion], [3, null]);
  },

  async 'a running transaction keeps its closed connection in the way'({ open, name }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s'));
    const log = [];
    const tx = db.transaction('s', 'readwrite');
    record(log, 'transaction', tx, 'complete');
    tx.objectStore('s').put(1, 1);
    db.close();
    const request = indexedDB.open(name, 2);
    record(log, 'request', request, 'upgradeneeded');
    (await result(request)).close();
    equal(log, ['transaction complete', 'request upgradeneeded']);
  },

  async 'a connection that is closing hears no versionchange'({ open, name }) {
    const db = await open(1);
    let heard = false;
    db.onversionchange = () => { heard = true; };
    db.close();
    (await result(indexedDB.open(name, 2))).close();
    equal(heard, false);
  },

  async 'within the event the upgrade may be anything the API has'({ open }) {
    const db = await open(1, (fresh, tx) => {
      const store = fresh.createObjectStore('s', { keyPath: 'id' });
      store.createIndex('i', 'v');
      store.put({ id: 1, v: 'a' });
      same(tx.objectStore('s'), store);
      throws('InvalidStateError', () => fresh.transaction('s'));
    });
    const tx = db.transaction('s');
    equal(await result(tx.objectStore('s').index('i').getKey('a')), 1);
    await completed(tx);
  },
};
