// Key generators: what number comes next, where it is put, and what an abort does to it.
import { ended, outcome, result, thrown } from './steps.js';

function withStore(open, options) {
  return open(1, (db) => db.createObjectStore('s', { autoIncrement: true, ...options }));
}

async function each(db, calls) {
  const tx = db.transaction('s', 'readwrite');
  const end = ended(tx);
  const outcomes = calls.map((call) => outcome(call(tx.objectStore('s'))));
  return [...(await Promise.all(outcomes)), await end];
}

export async function outOfLine({ open, log }) {
  const db = await withStore(open);
  log(await each(db, [(s) => s.add('a'), (s) => s.put('b'), (s) => s.put('c', 10),
    (s) => s.add('d'), (s) => s.put('e', 5), (s) => s.add('f')]));
  log(await each(db, [(s) => s.put('g', 'text'), (s) => s.put('h', new Date(100)),
    (s) => s.put('i', [500]), (s) => s.add('j')]));
  log(await each(db, [(s) => s.put('k', 20.7), (s) => s.add('l'), (s) => s.put('m', -5),
    (s) => s.add('n'), (s) => s.put('o', -Infinity), (s) => s.add('p')]));
  log(await each(db, [(s) => s.delete(22), (s) => s.add('q'), (s) => s.clear(), (s) => s.add('r'),
    (s) => s.add('s', undefined)]));
  log(await result(db.transaction('s').objectStore('s').getAllKeys()));
  db.close();
}

export async function inline({ open, log }) {
  const db = await withStore(open, { keyPath: 'id' });
  log(await each(db, [(s) => s.add({}), (s) => s.add({ id: 7 }), (s) => s.add({ x: 1 }),
    (s) => s.put({ id: 8, x: 2 }), (s) => s.put({ id: 'a' }), (s) => s.put([])]));
  log(await result(db.transaction('s').objectStore('s').getAll()));
  const s = db.transaction('s', 'readwrite').objectStore('s');
  for (const value of [1, 'text', null, undefined, true, { id: null }, { id: {} }, { id: NaN }]) {
    log(value, thrown(() => s.put(value)));
  }
  db.close();
}

export async function deepInline({ open, log }) {
  const db = await withStore(open, { keyPath: 'a.b.c' });
  const given = { x: 1 };
  log(await each(db, [(s) => s.add(given), (s) => s.add({ a: {} }),
    (s) => s.add({ a: { b: { d: 1 } } }), (s) => s.add({ a: { b: { c: 9 } } }),
    (s) => s.add({ a: { z: [] } })]));
  log(given, await result(db.transaction('s').objectStore('s').getAll()));
  const s = db.transaction('s', 'readwrite').objectStore('s');
  for (const value of [{ a: 1 }, { a: { b: 'text' } }, { a: { b: null } }, { a: [] },
      { a: { b: [] } }, { a: { b: new Date(0) } }]) {
    log(value, thrown(() => s.put(value)));
  }
  db.close();
}

export async function injectedBesideOtherTypes({ open, log }) {
  const db = await withStore(open, { keyPath: 'id' });
  const values = [{ when: new Date(1) }, { m: new Map([[1, { id: 2 }]]) }, { u: undefined },
    { '': 1, id2: 2 }, { z: 1, a: '"}\\' }, { text: 'ä\ud800' }, Object.assign([1, 2], { x: 1 })];
  log(await each(db, values.map((value) => (s) => s.add(value))));
  log(await result(db.transaction('s').objectStore('s').getAll()));
  db.close();
}

export async function indexesSeeTheNumber({ open, log }) {
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('s', { autoIncrement: true, keyPath: 'id' });
    store.createIndex('id', 'id', { unique: true });
    store.createIndex('pair', ['kind', 'id']);
  });
  log(await each(db, [(s) => s.add({ kind: 'b' }), (s) => s.add({ kind: 'a' }),
    (s) => s.add({ kind: 'a', id: 300 }), (s) => s.add({ kind: 'a' })]));
  const store = db.transaction('s').objectStore('s');
  for (const name of store.indexNames) log(name, await result(store.index(name).getAllKeys()),
    await result(store.index(name).getAll()));
  db.close();
}

export async function anAbortTakesNumbersBack({ open, log }) {
  const db = await withStore(open);
  log(await each(db, [(s) => s.add(1), (s) => s.add(2)]));
  const tx = db.transaction('s', 'readwrite');
  const lost = outcome(tx.objectStore('s').put('lost', 100));
  tx.objectStore('s').add('lost').onsuccess = ({ target }) => {
    log(target.result);
    tx.abort();
  };
  log(await lost, await ended(tx));
  log(await each(db, [(s) => s.add(3)]));
  db.close();
}

export async function aFailedAddTakesANumber({ open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s',
    { autoIncrement: true }).createIndex('u', 'u', { unique: true }));
  log(await each(db, [(s) => s.add({ u: 1 }), (s) => s.add({ u: 1 }), (s) => s.add({ u: 2 }),
    (s) => s.add({ u: 2 }, 50), (s) => s.add({ u: 3 })]));
  log(await each(db, [(s) => s.add({ u: 4 }, 1), (s) => s.add({ u: 5 })]));
  db.close();
}

export async function theEndOfTheNumbers({ open, log }) {
  const db = await withStore(open);
  log(await each(db, [(s) => s.put('a', 2 ** 53 - 2), (s) => s.add('b'), (s) => s.add('c'),
    (s) => s.add('d'), (s) => s.put('e', 3)]));
  log(await each(db, [(s) => s.add('f'), (s) => s.put('g', 'text')]));
  log(await result(db.transaction('s').objectStore('s').getAllKeys()));
  db.close();
}

export async function beyondTheEnd({ open, log }) {
  const db = await withStore(open);
  log(await each(db, [(s) => s.put('a', 1e300), (s) => s.add('b'), (s) => s.put('c', Infinity),
    (s) => s.add('d')]));
  db.close();
}

export async function numbersOutliveTheConnection({ open, log }) {
  let db = await withStore(open);
  log(await each(db, [(s) => s.add(1), (s) => s.put(2, 41.5), (s) => s.clear()]));
  db.close();
  db = await open();
  log(await each(db, [(s) => s.add(3)]));
  db.close();
  db = await open(2,
    (fresh, tx) => { tx.objectStore('s').name = 't'; tx.objectStore('t').name = 's'; });
  log(await each(db, [(s) => s.add(4)]));
  db.close();
}

export async function throughACursor({ open, log }) {
  const db = await withStore(open, { keyPath: 'id' });
  await each(db, [(s) => s.add({ n: 1 }), (s) => s.add({ n: 2 })]);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (cursor === null) return;
    log(cursor.key, thrown(() => cursor.update({ n: 5 })), thrown(() => cursor.update({ id: 70 })));
    cursor.update({ id: cursor.key, n: cursor.value.n * 10 });
    cursor.continue();
  };
  log(await ended(tx), await each(db, [(s) => s.add({ n: 3 })]));
  log(await result(db.transaction('s').objectStore('s').getAll()));
  db.close();
}
