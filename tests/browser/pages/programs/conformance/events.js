// Events: their way over request, transaction and connection, what handlers may do, and what
// happens when they throw. https://w3c.github.io/IndexedDB/#fire-a-success-event and
// #fire-an-error-event
import { checkError, equal, holds, same, throws } from './assertions.js';
import { aborted, completed, fails, next, record, result } from './moments.js';

/** Takes what handlers throw from now on, instead of the browser's console. */
function reports() {
  const messages = [];
  const take = (event) => {
    event.preventDefault();
    messages.push(event.message);
  };
  self.addEventListener('error', take);
  return { messages, end: () => self.removeEventListener('error', take) };
}

const conflict = (tx) => tx.objectStore('s').add('again', 1);

export const cases = {
  async 'success neither bubbles nor can be cancelled, but is captured'({ store }) {
    const db = await store();
    const log = [];
    const tx = db.transaction('s');
    for (const [label, target] of Object.entries({ db, tx })) {
      target.addEventListener('success', ({ eventPhase, currentTarget }) => {
        log.push(`${label} ${eventPhase}`);
        same(currentTarget, target);
      }, true);
      target.addEventListener('success', () => log.push(`${label} bubbling`));
    }
    const request = tx.objectStore('s').get(1);
    request.addEventListener('success', (event) => {
      log.push(`request ${event.eventPhase}`);
      same(event.target, request);
      equal([event.bubbles, event.cancelable, event.composed], [false, false, false]);
      equal(event.constructor === Event, true);
    });
    await completed(tx);
    equal(log, ['db 1', 'tx 1', 'request 2']);
  },

  async 'error goes down and up'({ store }) {
    const db = await store([[1, 'a']]);
    const log = [];
    const tx = db.transaction('s', 'readwrite');
    const request = conflict(tx);
    for (const [label, target] of Object.entries({ db, tx, request })) {
      for (const capture of [true, false]) {
        target.addEventListener('error', (event) => {
          log.push(`${label} ${event.eventPhase} ${capture ? 'down' : 'up'}`);
          event.preventDefault();
        }, capture);
      }
    }
    await completed(tx);
    equal(log, ['db 1 down', 'tx 1 down', 'request 2 down', 'request 2 up', 'tx 3 up', 'db 3 up']);
    checkError(request.error, 'ConstraintError');
  },

  async 'preventDefault() saves the transaction'({ store }) {
    const db = await store([[1, 'a']]);
    for (const where of ['request', 'tx', 'db']) {
      const tx = db.transaction('s', 'readwrite');
      const request = conflict(tx);
      tx.objectStore('s').put(where, where);
      const target = { request, tx, db }[where];
      target.addEventListener('error', (event) => event.preventDefault(), { once: true });
      await completed(tx);
      equal([tx.error, request.error.name], [null, 'ConstraintError']);
    }
    equal(await result(db.transaction('s').objectStore('s').count()), 4);
  },

  async 'stopPropagation() does not save it'({ store }) {
    const db = await store([[1, 'a']]);
    const tx = db.transaction('s', 'readwrite');
    let heard = false;
    db.onerror = () => { heard = true; };
    conflict(tx).onerror = (event) => event.stopPropagation();
    await aborted(tx);
    equal(heard, false);
  },

  async 'within the error event the transaction is active'({ store }) {
    const db = await store([[1, 'a']]);
    const tx = db.transaction('s', 'readwrite');
    await fails('ConstraintError', conflict(tx));
    tx.objectStore('s').put('more', 2);
    await completed(tx);
    equal(await result(db.transaction('s').objectStore('s').get(2)), 'more');
  },

  async 'what a success handler throws is reported, and aborts'({ store }) {
    const db = await store([[1, 'a']]);
    const { messages, end } = reports();
    const tx = db.transaction('s', 'readwrite');
    tx.objectStore('s').put('b', 2).onsuccess = () => { throw new Error('thrown in success'); };
    const error = await aborted(tx);
    end();
    checkError(error, 'AbortError');
    same(tx.error, error);
    equal([messages.length, messages[0].includes('thrown in success')], [1, true]);
    equal(await result(db.transaction('s').objectStore('s').count()), 1);
  },

  async 'it aborts from listeners of transaction and connection, too'({ store }) {
    const db = await store();
    for (const where of ['tx', 'db']) {
      const { end } = reports();
      const tx = db.transaction('s');
      const target = { tx, db }[where];
      target.addEventListener('success', () => { throw new Error('captured'); },
        { once: true, capture: true });
      tx.objectStore('s').get(1);
      checkError(await aborted(tx), 'AbortError');
      end();
    }
  },

  async 'what an error handler throws aborts in spite of preventDefault()'({ store }) {
    const db = await store([[1, 'a']]);
    const { end } = reports();
    const tx = db.transaction('s', 'readwrite');
    conflict(tx).onerror = (event) => {
      event.preventDefault();
      throw new Error('thrown in error');
    };
    checkError(await aborted(tx), 'AbortError');
    end();
  },

  async 'later listeners are called in spite of an exception'({ store }) {
    const db = await store();
    const { end } = reports();
    const tx = db.transaction('s');
    const s = tx.objectStore('s');
    const request = s.get(1);
    const log = [];
    request.addEventListener('success', () => { throw new Error('first'); });
    request.addEventListener('success', () => {
      s.get(1);
      log.push('second, still active');
    });
    await aborted(tx);
    end();
    equal(log, ['second, still active']);
  },

  async 'what complete and abort handlers throw is only reported'({ store }) {
    const db = await store();
    const { messages, end } = reports();
    for (const type of ['complete', 'abort']) {
      const tx = db.transaction('s');
      if (type === 'abort') tx.abort();
      await new Promise((resolve) => {
        tx.addEventListener(type, () => { throw new Error(`in ${type}`); });
        tx.addEventListener(type, resolve);
      });
    }
    await result(db.transaction('s').objectStore('s').count());
    end();
    equal(messages.map((text) => /in (complete|abort)/.exec(text)?.[1]), ['complete', 'abort']);
  },

  async 'a rejected promise of an async handler aborts nothing'({ store }) {
    const db = await store();
    const rejected = next(self, 'unhandledrejection');
    const tx = db.transaction('s', 'readwrite');
    tx.objectStore('s').put(1, 1).onsuccess = async () => { throw new Error('in a promise'); };
    await completed(tx);
    (await rejected).preventDefault();
  },

  async 'complete does not bubble, abort does'({ store }) {
    const db = await store();
    const log = [];
    record(log, 'db', db, 'complete', 'abort');
    const tx = db.transaction('s');
    await completed(tx);
    const gone = db.transaction('s');
    gone.abort();
    const event = await next(db, 'abort');
    equal([log, event.bubbles, event.cancelable], [['db abort'], true, false]);
  },

  async 'errors bubble to the connection of an upgrade, not to its request'({ name }) {
    const log = [];
    const request = indexedDB.open(name, 1);
    record(log, 'open', request, 'error');
    await next(request, 'upgradeneeded');
    const { result: db, transaction: tx } = request;
    record(log, 'db', db, 'error', 'abort');
    record(log, 'tx', tx, 'error', 'abort');
    const s = db.createObjectStore('s');
    s.put(1, 1);
    record(log, 'add', s.add(1, 1), 'error');
    (await next(request, 'error')).preventDefault();
    equal(log, ['add error', 'tx error', 'db error', 'tx abort', 'db abort', 'open error']);
    checkError(request.error, 'AbortError');
  },

  async 'handlers are attributes, listeners go by the order of their adding'({ store }) {
    const db = await store();
    const tx = db.transaction('s');
    const request = tx.objectStore('s').get(1);
    const log = [];
    equal([request.onsuccess, request.onerror, tx.oncomplete, tx.onabort, tx.onerror], [null, null,
      null, null, null]);
    equal([db.onabort, db.onclose, db.onerror, db.onversionchange], [null, null, null, null]);
    request.onsuccess = () => log.push('never');
    request.addEventListener('success', () => log.push('listener'));
    const handler = function () { log.push(this === request ? 'handler' : 'wrong this'); };
    request.onsuccess = handler;
    same(request.onsuccess, handler);
    request.onerror = 'no function';
    equal(request.onerror, null);
    await completed(tx);
    equal(log, ['handler', 'listener']);
    request.onsuccess = null;
    equal(request.onsuccess, null);
  },

  async 'IDBVersionChangeEvent is constructed as other events are'() {
    const plain = new IDBVersionChangeEvent('x');
    holds(plain instanceof Event, 'an Event');
    equal([plain.type, plain.oldVersion, plain.newVersion], ['x', 0, null]);
    equal([plain.bubbles, plain.cancelable], [false, false]);
    const full = new IDBVersionChangeEvent('y', { oldVersion: 3.7, newVersion: '4' });
    equal([full.type, full.oldVersion, full.newVersion], ['y', 3, 4]);
    equal(new IDBVersionChangeEvent('z', { newVersion: undefined }).newVersion, null);
    throws('TypeError', () => new IDBVersionChangeEvent());
    throws('TypeError', () => new IDBVersionChangeEvent('x', 5));
    throws('TypeError', () => IDBVersionChangeEvent('x'));
  },

  async 'IDBVersionChangeEvent takes what every event takes'() {
    const event = new IDBVersionChangeEvent('x', { bubbles: true, cancelable: true });
    equal([event.bubbles, event.cancelable], [true, true]);
  },

  async 'scripts can dispatch events of their own'({ store }) {
    const db = await store();
    const request = db.transaction('s').objectStore('s').get(1);
    const log = [];
    request.addEventListener('own', ({ target }) => log.push(target === request));
    holds(request.dispatchEvent(new Event('own')), 'not cancelled');
    request.addEventListener('own', (event) => event.preventDefault());
    equal(request.dispatchEvent(new Event('own', { cancelable: true })), false);
    equal(log, [true, true]);
    equal(await result(request), undefined);
  },
};
