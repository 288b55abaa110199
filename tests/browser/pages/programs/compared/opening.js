// Opening, upgrading and deleting databases: versions, and who waits for whom.
import { ended, opened, result, thrown, watch } from './steps.js';

const openEvents = ['upgradeneeded', 'blocked', 'success', 'error'];

export async function theFirstOpen({ indexedDB, name, log }) {
  const request = indexedDB.open(name);
  log(request.readyState, request.source, request.transaction);
  log('result', thrown(() => request.result), 'error', thrown(() => request.error));
  watch(log, 'request', request, openEvents);
  request.onupgradeneeded = (event) => {
    const db = request.result;
    const tx = request.transaction;
    log(event.constructor.name, event.bubbles, event.cancelable, event.target === request);
    log(request.readyState, request.error, request.source, db.version, db.objectStoreNames);
    log(tx.mode, tx.db === db, tx.error, tx.objectStoreNames, tx.durability);
    db.createObjectStore('b');
    db.createObjectStore('a');
    log(db.objectStoreNames, tx.objectStoreNames);
    watch(log, 'transaction', tx, ['complete', 'abort', 'error']);
  };
  const db = await result(request);
  log(request.transaction, request.result === db, db.name === name, db.version,
    db.objectStoreNames);
  db.close();
}

export async function withoutAVersion({ open, log }) {
  (await open(7)).close();
  const db = await open(undefined, () => log('upgraded'));
  log(db.version);
  db.close();
}

export async function higherAndLower({ indexedDB, name, open, log }) {
  (await open(3, (db, tx, event) => log(event.oldVersion, event.newVersion))).close();
  (await open(5, (db, tx, event) => log(event.oldVersion, event.newVersion, db.version))).close();
  const lower = indexedDB.open(name, 4);
  watch(log, 'lower', lower, openEvents);
  log(await opened(lower), lower.readyState, 'result', thrown(() => lower.result),
    lower.transaction);
  const same = await open(5, () => log('upgraded'));
  log(same.version);
  same.close();
}

export async function versionsThatAreNone({ indexedDB, name, log }) {
  for (const version of [0, -1, NaN, Infinity, 2 ** 53, 'x', null, {}, 0.9, -0]) {
    log(version, thrown(() => indexedDB.open(name, version)));
  }
  log(thrown(() => indexedDB.open()), thrown(() => indexedDB.deleteDatabase()));
  for (const version of [1.9, '2', true, 2 ** 53 - 1]) {
    const db = await result(indexedDB.open(`${name} ${version}`, version));
    log(version, db.version);
    db.close();
  }
}

export async function namesOfAllKinds({ indexedDB, name, log }) {
  const names = ['', '/', '..', 'a/b', '\0', 'ü', 'u\u0308', '😀', 'x'.repeat(500)];
  for (const [i, part] of names.entries()) {
    const request = indexedDB.open(name + part, i + 1);
    request.onupgradeneeded = (event) => log('new', event.oldVersion);
    const db = await result(request);
    log(db.name === name + part, db.version);
    db.close();
  }
  const listed = (await indexedDB.databases()).filter((each) => each.name.startsWith(name));
  log(listed.map((each) => [each.name.slice(name.length), each.version]).sort((a, b) =>
    a[1] - b[1]));
  for (const [i, part] of names.entries()) {
    const request = indexedDB.deleteDatabase(name + part);
    request.onsuccess = (event) => log('deleted', event.oldVersion, event.oldVersion === i + 1);
    await result(request);
  }
  log((await indexedDB.databases()).filter((each) => each.name.startsWith(name)).length);
}

export async function otherTypesOfNames({ indexedDB, name, log }) {
  const db = await result(indexedDB.open({ toString: () => `${name} object` }, '3'));
  log(db.name === `${name} object`, db.version);
  db.close();
  log(thrown(() => indexedDB.open(Symbol('s'))));
}

export async function anotherConnectionInTheWay({ indexedDB, name, open, log }) {
  const first = await open(1, (db) => db.createObjectStore('s'));
  watch(log, 'first', first, ['versionchange', 'close']);
  const request = indexedDB.open(name, 2);
  watch(log, 'second', request, openEvents);
  await new Promise((resolve) => request.addEventListener('blocked', resolve));
  log('first still', first.version, thrown(() => first.transaction('s')));
  first.close();
  const second = await result(request);
  log(second.version);
  second.close();
}

export async function closedInItsVersionchange({ indexedDB, name, open, log }) {
  const first = await open(1);
  first.onversionchange = (event) => {
    log(event.constructor.name, event.target === first, event.oldVersion, event.newVersion);
    first.close();
  };
  const request = indexedDB.open(name, 2);
  watch(log, 'second', request, openEvents);
  (await result(request)).close();
}

export async function deletion({ indexedDB, name, open, log }) {
  (await open(9, (db) => db.createObjectStore('s'))).close();
  for (let i = 0; i < 2; i += 1) {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener('success', (event) => {
      log(event.constructor.name, event.bubbles, event.cancelable, event.oldVersion,
        event.newVersion);
      log(request.result, request.error, request.source, request.transaction, request.readyState);
    });
    await result(request);
  }
  const db = await open(2, (fresh, tx, event) => log('new', event.oldVersion,
    fresh.objectStoreNames));
  db.close();
}

export async function anAbortedFirstUpgrade({ indexedDB, name, log }) {
  const request = indexedDB.open(name, 4);
  watch(log, 'request', request, openEvents);
  let db;
  request.onupgradeneeded = () => {
    db = request.result;
    const store = db.createObjectStore('s');
    watch(log, 'transaction', request.transaction, ['complete', 'abort', 'error']);
    watch(log, 'connection', db, ['abort']);
    request.transaction.abort();
    log('create', thrown(() => db.createObjectStore('t')), 'put', thrown(() => store.put(1, 1)));
  };
  log(await opened(request), request.error.constructor.name, request.transaction);
  log(db.version, db.objectStoreNames, 'transaction', thrown(() => db.transaction('s')));
  const listed = (await indexedDB.databases()).some((each) => each.name === name);
  log('listed', listed);
}

export async function anAbortedLaterUpgrade({ indexedDB, name, open, log }) {
  (await open(2, (db) => db.createObjectStore('kept').put('value', 1))).close();
  const request = indexedDB.open(name, 3);
  let db;
  request.onupgradeneeded = () => {
    db = request.result;
    db.deleteObjectStore('kept');
    db.createObjectStore('never');
    request.transaction.abort();
  };
  log(await opened(request), db.version, db.objectStoreNames);
  const again = await open(undefined, () => log('upgraded'));
  log(again.version, again.objectStoreNames);
  log(await result(again.transaction('kept').objectStore('kept').get(1)));
  again.close();
}

export async function anUpgradeThatThrows({ indexedDB, name, log }) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('s');
    throw new RangeError('thrown in an upgrade on purpose');
  };
  log(await opened(request));
  const db = await result(indexedDB.open(name));
  log(db.version, db.objectStoreNames);
  db.close();
}

export async function aCloseWithinTheUpgrade({ indexedDB, name, open, log }) {
  const request = indexedDB.open(name, 2);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('s').put(1, 1);
    watch(log, 'transaction', request.transaction, ['complete', 'abort']);
    request.result.close();
    log('transaction', thrown(() => request.result.transaction('s')));
  };
  log(await opened(request));
  const db = await open(undefined, () => log('upgraded'));
  log(db.version, db.objectStoreNames);
  db.close();
}

export async function requestsInOrder({ indexedDB, name, log }) {
  const requests = {
    one: indexedDB.open(name, 1),
    two: indexedDB.open(name, 2),
    gone: indexedDB.deleteDatabase(name),
    three: indexedDB.open(name, 3),
    low: indexedDB.open(name, 1),
  };
  for (const [label, request] of Object.entries(requests)) {
    watch(log, label, request, openEvents);
    request.addEventListener('success', () => request.result?.addEventListener('versionchange',
      ({ target }) => target.close()));
  }
  await Promise.all(Object.values(requests).map(opened));
  requests.three.result.close();
}

export async function aCloseWaitsForTransactions({ indexedDB, name, open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  const tx = db.transaction('s', 'readwrite');
  watch(log, 'transaction', tx, ['complete', 'abort']);
  for (let i = 0; i < 20; i += 1) tx.objectStore('s').put(i, i);
  db.close();
  log('new transaction', thrown(() => db.transaction('s')), 'put',
    thrown(() => tx.objectStore('s').put(20, 20)));
  db.close();
  const next = indexedDB.open(name, 2);
  watch(log, 'next', next, ['upgradeneeded', 'success', 'error']);
  const [, after] = await Promise.all([ended(tx), result(next)]);
  log(await result(after.transaction('s').objectStore('s').count()));
  after.close();
}

export async function theList({ indexedDB, name, open, log }) {
  const mine = async () => (await indexedDB.databases()).filter((each) => each.name === name);
  log(await mine());
  const db = await open(3);
  log(await mine());
  db.close();
  (await open(4)).close();
  log(await mine());
  await result(indexedDB.deleteDatabase(name));
  log(await mine());
}
