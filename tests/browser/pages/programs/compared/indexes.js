// Indexes: what stands in them, and what a change of a record does to its entries.
import { ended, outcome, result, thrown } from './steps.js';

const people = [
  { id: 1, name: 'Ada', city: 'London', tags: ['math', 'code'], born: 1815 },
  { id: 2, name: 'Blaise', city: 'Paris', tags: ['math', 'math', 'bet'], born: 1623 },
  { id: 3, name: 'Carl', city: 'Göttingen', tags: [], born: 1777 },
  { id: 4, name: 'Emmy', city: 'Göttingen', tags: 'math', born: 1882 },
  { id: 5, name: 'Évariste', city: 'Paris', tags: [null, 'group', {}], born: 1811 },
  { id: 6, name: 'Nobody' },
];

function filled({ open }) {
  return open(1, (db) => {
    const store = db.createObjectStore('s', { keyPath: 'id' });
    store.createIndex('name', 'name', { unique: true });
    store.createIndex('city', 'city');
    store.createIndex('tags', 'tags', { multiEntry: true });
    store.createIndex('city_born', ['city', 'born']);
    for (const person of people) store.put(person);
  });
}

async function contents(log, store) {
  for (const name of store.indexNames) {
    const index = store.index(name);
    const entries = [];
    await new Promise((resolve, reject) => {
      const request = index.openKeyCursor();
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor === null) return resolve();
        entries.push([cursor.key, cursor.primaryKey]);
        return cursor.continue();
      };
    });
    log(name, entries);
  }
}

export async function reads(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world);
  const store = db.transaction('s').objectStore('s');
  const asked = [
    ['name', 'Emmy'], ['name', 'None'], ['city', 'Göttingen'],
    ['city', IDBKeyRange.lowerBound('H')], ['tags', 'math'],
    ['tags', IDBKeyRange.bound('a', 'h')], ['city_born', ['Paris', 1811]],
    ['city_born', IDBKeyRange.bound(['Paris'], ['Paris', []])],
    ['city', IDBKeyRange.upperBound('A')], ['city', undefined], ['tags', null],
  ];
  for (const [name, query] of asked) {
    const index = store.index(name);
    log(name, query ?? 'everything', await result(index.count(query)),
      await result(index.getAllKeys(query)), await result(index.getAll(query)));
    log(await result(index.getAll(query, 2)), await result(index.getAllKeys(query, 1)));
    if (query === undefined || query === null) log(thrown(() => index.get(query)),
      thrown(() => index.getKey(query)));
    else log(await result(index.get(query)), await result(index.getKey(query)));
  }
  await contents(log, store);
  db.close();
}

export async function changesMoveEntries(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  store.put({ id: 1, name: 'Ada', city: 'Paris', tags: ['code', 'wit'], born: 1815 });
  store.put({ id: 2, name: 'Blaise' });
  store.put({ id: 6, name: 'Somebody', tags: ['late'], city: 'Aachen', born: 1 });
  store.delete(4);
  await contents(log, store);
  store.delete(IDBKeyRange.lowerBound(5));
  await contents(log, store);
  await ended(tx);
  await contents(log, db.transaction('s').objectStore('s'));
  const clearing = db.transaction('s', 'readwrite').objectStore('s');
  clearing.clear();
  await contents(log, clearing);
  clearing.put(people[0]);
  await contents(log, clearing);
  db.close();
}

export async function anAbortMovesThemBack(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  store.put({ id: 1, name: 'Changed', city: 'X', tags: ['x'] });
  store.delete(2);
  store.clear();
  store.put({ id: 9, name: 'New' }).onsuccess = () => tx.abort();
  log(await ended(tx));
  await contents(log, db.transaction('s').objectStore('s'));
  db.close();
}

export async function uniqueness(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  const calls = {
    sameRecord: store.put({ id: 1, name: 'Ada' }),
    taken: store.put({ id: 2, name: 'Ada' }),
    takenNew: store.add({ id: 10, name: 'Carl' }),
    both: store.add({ id: 1, name: 'Carl' }),
    freed: store.put({ id: 1, name: 'Lovelace' }),
    nowFree: store.put({ id: 2, name: 'Ada' }),
    noKey: store.put({ id: 11 }),
    noKeyEither: store.put({ id: 12, name: {} }),
    deleted: store.delete(3),
    freeAgain: store.add({ id: 13, name: 'Carl' }),
    kept: store.getAllKeys(),
  };
  for (const [label, request] of Object.entries(calls)) outcome(request).then((text) => log(label,
    text));
  log(await ended(tx));
  await contents(log, db.transaction('s').objectStore('s'));
  db.close();
}

export async function aViolationAborts(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('s', 'readwrite');
  tx.objectStore('s').delete(1);
  const request = tx.objectStore('s').put({ id: 20, name: 'Emmy' });
  tx.objectStore('s').put({ id: 21, name: 'Late' });
  log(await ended(tx), request.error.name, tx.error === request.error);
  log(await result(db.transaction('s').objectStore('s').getAllKeys()));
  db.close();
}

export async function uniqueMultiEntry({ open, log }) {
  const db = await open(1, (fresh) => {
    fresh.createObjectStore('s').createIndex('tags', 'tags', { unique: true, multiEntry: true });
  });
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  const requests = [
    store.put({ tags: [1, 2, 1, 2] }, 'a'), store.put({ tags: [3, 2] }, 'b'),
    store.put({ tags: [3, 4] }, 'b'), store.put({ tags: [2, 5] }, 'a'),
    store.put({ tags: [1] }, 'c'), store.put({ tags: 5 }, 'd'), store.put({ tags: ['x', NaN, 'x'] },
    'e'), store.put({ tags: [[6], [6]] }, 'f'),
  ];
  log(await Promise.all(requests.map(outcome)));
  await contents(log, store);
  db.close();
}

export async function keysOfAllKinds({ open, log }) {
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('s', { autoIncrement: true });
    store.createIndex('k', 'k');
    store.createIndex('multi', 'k', { multiEntry: true });
    store.createIndex('pair', ['k', 'length']);
    store.createIndex('whole', '');
    store.createIndex('blob', 'k.size');
    store.createIndex('text', 'k.length');
  });
  const kinds = [
    1, 0, 'text', '', new Date(3), new Uint8Array([1, 2]), new ArrayBuffer(2), [1, 'a', [2]], [],
    [[]], NaN, null, undefined, true, {}, 5n, /x/,
    new Map(), new Blob(['123']), [new Date(NaN), 1], '\ud800', { size: 4 }, new Number(4),
    Infinity,
  ];
  const tx = db.transaction('s', 'readwrite');
  for (const k of kinds) tx.objectStore('s').add({ k, length: 0 });
  for (const whole of [1, 'text', [1, 2], new Date(1), [{}]]) tx.objectStore('s').add(whole);
  await ended(tx);
  await contents(log, db.transaction('s').objectStore('s'));
  db.close();
}

export async function entriesInPrimaryKeyOrder({ open, log, IDBKeyRange }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s').createIndex('g', 'g'));
  const tx = db.transaction('s', 'readwrite');
  for (const key of ['b', 10, 'a', [1], 9, new Date(1), -1, new Uint8Array([7]), 'aa', [0, 5]]) {
    tx.objectStore('s').put({ g: 1 }, key);
    tx.objectStore('s').put({ g: 'x' }, [key, key]);
  }
  await ended(tx);
  const index = db.transaction('s').objectStore('s').index('g');
  log(await result(index.getAllKeys(1)), await result(index.getAllKeys('x')));
  log(await result(index.getKey(IDBKeyRange.lowerBound(1, true))), await result(index.get(1)));
  db.close();
}

export async function aPathOverPrototypes({ open, log }) {
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('s', { autoIncrement: true });
    store.createIndex('inherited', 'inherited');
    store.createIndex('constructor', 'constructor');
    store.createIndex('proto', '__proto__');
    store.createIndex('valueOf', 'a.valueOf');
  });
  class Point {
    constructor() { this.own = 1; }
    get inherited() { return 5; }
  }
  const store = db.transaction('s', 'readwrite').objectStore('s');
  store.add(new Point());
  store.add({ get inherited() { return 6; } });
  store.add({ constructor: 'mine', a: { valueOf: 2 } });
  store.add(JSON.parse('{"__proto__": 3, "inherited": 4}'));
  await contents(log, store);
  log(await result(store.getAll()));
  db.close();
}
