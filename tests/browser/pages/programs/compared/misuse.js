// Wrong use of every call: what is thrown, and which of several reasons comes first.
import { ended, opened, result, thrown } from './steps.js';

const badKey = { no: 'key' };
const badValue = () => 1;

function filled({ open }) {
  return open(1, (db) => {
    const s = db.createObjectStore('s');
    s.createIndex('i', 'x');
    s.put({ x: 1 }, 1);
    db.createObjectStore('inline', { keyPath: 'k' });
    db.createObjectStore('numbered', { keyPath: 'k.n', autoIncrement: true });
  });
}

/** Every call that makes a request, by name; each returns the request or throws. */
function calls(store, index) {
  return {
    'store.put': () => store.put({ x: 1 }, 1),
    'store.add': () => store.add({ x: 1 }, 9),
    'store.get': () => store.get(1),
    'store.getKey': () => store.getKey(1),
    'store.getAll': () => store.getAll(),
    'store.getAllKeys': () => store.getAllKeys(),
    'store.count': () => store.count(),
    'store.delete': () => store.delete(5),
    'store.clear': () => store.clear(),
    'store.openCursor': () => store.openCursor(),
    'store.openKeyCursor': () => store.openKeyCursor(),
    'store.index': () => store.index('i'),
    'store.createIndex': () => store.createIndex('new', 'x'),
    'store.deleteIndex': () => store.deleteIndex('none'),
    'index.get': () => index.get(1),
    'index.getKey': () => index.getKey(1),
    'index.getAll': () => index.getAll(),
    'index.getAllKeys': () => index.getAllKeys(),
    'index.count': () => index.count(),
    'index.openCursor': () => index.openCursor(),
    'index.openKeyCursor': () => index.openKeyCursor(),
  };
}

function logAll(log, label, store, index) {
  for (const [call, body] of Object.entries(calls(store, index))) log(label, call, thrown(body));
}

export async function readOnly(world) {
  const { log } = world;
  const db = await filled(world);
  const store = db.transaction('s').objectStore('s');
  logAll(log, 'readonly', store, store.index('i'));
  db.close();
}

export async function afterTheEnd(world) {
  const { log } = world;
  const db = await filled(world);
  for (const mode of ['readonly', 'readwrite']) {
    const tx = db.transaction('s', mode);
    const store = tx.objectStore('s');
    const index = store.index('i');
    const cursor = await result(store.openCursor());
    await ended(tx);
    logAll(log, mode, store, index);
    for (const move of ['continue', 'delete']) log(move, thrown(() => cursor[move]()));
    log(thrown(() => cursor.advance(1)), thrown(() => cursor.update(1)),
      thrown(() => cursor.advance(0)));
    log(cursor.key, cursor.value, cursor.primaryKey, store.name, index.keyPath, tx.mode,
      tx.db === db);
    log(thrown(() => { store.name = 'z'; }), thrown(() => { index.name = 'z'; }));
  }
  db.close();
}

export async function whileInactive(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  const index = store.index('i');
  // Requests keep it alive while a task comes in between.
  const { port1, port2 } = new MessageChannel();
  let isOver = false;
  const spin = () => {
    if (!isOver) store.get(1).onsuccess = spin;
  };
  spin();
  await new Promise((resolve) => {
    port1.onmessage = () => {
      logAll(log, 'inactive', store, index);
      log(thrown(() => tx.commit()), thrown(() => tx.objectStore('s')));
      isOver = true;
      resolve();
    };
    port2.postMessage(null);
  });
  log(await ended(tx));
  db.close();
}

export async function argumentsThatAreNone(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction(['s', 'inline', 'numbered'], 'readwrite');
  const end = ended(tx);
  const store = tx.objectStore('s');
  const index = store.index('i');
  for (const name of ['get', 'getKey', 'delete', 'count', 'getAll', 'getAllKeys', 'openCursor',
      'openKeyCursor']) {
    for (const source of [store, index]) {
      if (source[name] === undefined) continue;
      const label = `${source.constructor.name}.${name}`;
      log(label, [undefined, null, NaN, badKey, [badKey], new Date(NaN)].map((key) =>
        thrown(() => source[name](key))));
      if (['get', 'getKey', 'delete'].includes(name)) log(label, 'without any',
        thrown(() => source[name]()));
    }
  }
  for (const name of ['put', 'add']) {
    log(name, thrown(() => store[name]()), thrown(() => store[name](1)),
      thrown(() => store[name](1, badKey)), thrown(() => store[name](1, NaN)),
      thrown(() => store[name](1, undefined)), thrown(() => store[name](1, null)));
    const inline = tx.objectStore('inline');
    log(thrown(() => inline[name]({ k: 1 }, 1)), thrown(() => inline[name]({})),
      thrown(() => inline[name]({ k: badKey })), thrown(() => inline[name](null)));
    log(thrown(() => tx.objectStore('numbered')[name]({ k: 5 })),
      thrown(() => tx.objectStore('numbered')[name]({}, 1)),
      thrown(() => tx.objectStore('numbered')[name]('text')));
  }
  log(thrown(() => store.index()), thrown(() => store.createIndex('a')),
    thrown(() => store.deleteIndex()), thrown(() => tx.objectStore()));
  log(await end);
  db.close();
}

export async function whichReasonComesFirst(world) {
  const { log } = world;
  const db = await filled(world);
  const readonly = db.transaction('s').objectStore('s');
  log(thrown(() => readonly.put(badValue, badKey)), thrown(() => readonly.delete(badKey)),
    thrown(() => readonly.createIndex('i', '1')));
  const writable = db.transaction(['s', 'inline'], 'readwrite');
  const store = writable.objectStore('s');
  log(thrown(() => store.put(badValue, 1)),
    thrown(() => writable.objectStore('inline').put({ k: badKey, f: badValue })));
  log(thrown(() => store.openCursor(badKey, 'sideways')), thrown(() => store.getAll(badKey, -1)),
    thrown(() => store.deleteIndex('none')));
  const cursor = await result(store.openCursor());
  writable.abort();
  log(thrown(() => cursor.update(badValue)), thrown(() => cursor.continue(badKey)),
    thrown(() => cursor.advance(0)), thrown(() => cursor.delete()));
  log(thrown(() => store.put(badValue, badKey)), thrown(() => store.get(badKey)),
    thrown(() => store.clear()));
  await ended(writable);
  log(thrown(() => store.put(badValue, badKey)), thrown(() => store.get(badKey)),
    thrown(() => store.index('none')), thrown(() => store.index('i')));
  db.close();
  log(thrown(() => db.transaction([], 'x')), thrown(() => db.transaction([])),
    thrown(() => db.transaction('none')),
    thrown(() => db.createObjectStore('s', { keyPath: '1' })));
}

export async function inAnUpgrade(world) {
  const { log, indexedDB, name } = world;
  const request = indexedDB.open(name, 1);
  let late;
  request.onupgradeneeded = () => {
    const { result: db, transaction: tx } = request;
    const store = db.createObjectStore('s', { keyPath: 'k' });
    const index = store.createIndex('i', 'x');
    log(thrown(() => db.transaction('s')), thrown(() => db.createObjectStore()),
      thrown(() => db.createObjectStore('s', { keyPath: 'a b' })));
    log(thrown(() => db.createObjectStore('t', { keyPath: [], autoIncrement: true })),
      thrown(() => db.createObjectStore('s', { keyPath: '', autoIncrement: true })));
    log(thrown(() => store.createIndex('i', 'a b')),
      thrown(() => store.createIndex('j', ['x'], { multiEntry: true })),
      thrown(() => store.createIndex('j', ['a b'], { multiEntry: true })));
    late = () => {
      log('late', thrown(() => db.createObjectStore('t')),
        thrown(() => db.deleteObjectStore('none')), thrown(() => store.createIndex('j', 'x')));
      log(thrown(() => store.deleteIndex('i')), thrown(() => { store.name = 't'; }),
        thrown(() => { index.name = 't'; }), thrown(() => tx.objectStore('s')));
    };
    tx.addEventListener('complete', late);
  };
  log(await opened(request));
  late();
  request.result.close();
  late();
}

export async function receivers({ indexedDB, IDBKeyRange, log, open }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  const store = db.transaction('s').objectStore('s');
  const { open: unboundOpen } = indexedDB;
  log(thrown(() => unboundOpen('x')), thrown(() => store.get.call({}, 1)),
    thrown(() => db.transaction.call(store, 's')));
  log(thrown(() => Object.getPrototypeOf(db).name), thrown(() => new db.constructor()),
    thrown(() => new store.constructor()), thrown(() => IDBKeyRange()));
  for (const each of [indexedDB, db, store, store.transaction, store.get(1), IDBKeyRange.only(1)]) {
    log(Object.prototype.toString.call(each), Object.keys(each), each instanceof EventTarget);
  }
  log(thrown(() => { db.name = 'x'; }), thrown(() => { store.keyPath = 'x'; }),
    thrown(() => { db.version = 5; }), db.version);
  db.close();
}

export async function shapes({ indexedDB, IDBKeyRange, log, open }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s').createIndex('i', 'x'));
  const tx = db.transaction('s');
  const store = tx.objectStore('s');
  const request = store.openCursor();
  const all = { indexedDB, db, tx, store, index: store.index('i'), request,
    range: IDBKeyRange.only(1) };
  const wanted = {
    indexedDB: { open: 1, deleteDatabase: 1, databases: 0, cmp: 2 },
    db: { transaction: 1, close: 0, createObjectStore: 1, deleteObjectStore: 1 },
    tx: { objectStore: 1, commit: 0, abort: 0 },
    store: { put: 1, add: 1, delete: 1, clear: 0, get: 1, getKey: 1, getAll: 0, getAllKeys: 0,
    count: 0, openCursor: 0, openKeyCursor: 0, index: 1, createIndex: 2, deleteIndex: 1 },
    index: { get: 1, getKey: 1, getAll: 0, getAllKeys: 0, count: 0, openCursor: 0,
    openKeyCursor: 0 },
    range: { includes: 1 },
  };
  for (const [label, methods] of Object.entries(wanted)) {
    const prototype = Object.getPrototypeOf(all[label]);
    log(label, Object.keys(methods).map((method) => [method, prototype[method].length,
      prototype[method].name]));
  }
  log('onupgradeneeded' in request, 'onblocked' in request, 'onclose' in db, 'onabort' in db,
    'oncomplete' in tx);
  db.close();
}
