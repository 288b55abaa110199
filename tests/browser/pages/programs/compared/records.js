// What goes into a store and what comes out of it: every call, with every kind of key and range.
import { ended, outcome, result, thrown } from './steps.js';

const keys = [
  -Infinity, -1e300, -1, 0, 5e-324, 1, 1.5, 2 ** 53, Infinity, new Date(-1), new Date(0),
  new Date(8.64e15), '', '\0', '\0\0',
  '\x01', 'A', 'a', 'a\0', 'aa', 'b', 'ä', '\ud800', '\ud800\udc00', '\uffff', new Uint8Array([]),
  new Uint8Array([0]),
  new Uint8Array([0, 0]), new Uint8Array([1]), new Uint8Array([255]), [], [[]], [1], [1, 'a'],
  ['a'], [['a'], 1], [[], []],
];

function filled(world, list = keys) {
  return world.open(1, (db) => {
    const store = db.createObjectStore('s');
    for (const [i, key] of list.entries()) store.put(i, key);
  });
}

function store(db, mode) {
  return db.transaction('s', mode).objectStore('s');
}

export async function everyKindOfKey(world) {
  const { log } = world;
  const shuffled = keys.map((key, i) => [((i * 7919) % 101) + i / 1000, key]).sort((a, b) =>
    a[0] - b[0]);
  const db = await filled(world, shuffled.map(([, key]) => key));
  log(await result(store(db).getAllKeys()));
  for (const key of keys) log(key, await result(store(db).get(key)),
    await result(store(db).getKey(key)));
  const tx = db.transaction('s', 'readwrite');
  for (const key of keys) outcome(tx.objectStore('s').add('again', key)).then((text) => log('add',
    key, text));
  log(await ended(tx));
  db.close();
}

export async function keysThatAreTheSame(world) {
  const { log } = world;
  const db = await filled(world, [-0, 0, new Uint8Array([1, 2]), new Uint8Array([1, 2]).buffer,
    new DataView(new ArrayBuffer(1))]);
  log(await result(store(db).getAllKeys()), await result(store(db).getAll()));
  log(await result(store(db).get(new Int16Array([513]))),
    await result(store(db).get(new Uint8Array([9, 1, 2]).subarray(1))));
  db.close();
}

export async function ranges(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world);
  const all = [
    undefined, null, IDBKeyRange.only(1), IDBKeyRange.only('none'), IDBKeyRange.lowerBound(1),
    IDBKeyRange.lowerBound(1, true),
    IDBKeyRange.upperBound('a'), IDBKeyRange.upperBound('a', true), IDBKeyRange.bound(-1, 'a'),
    IDBKeyRange.bound(-1, 'a', true, true),
    IDBKeyRange.bound(0.5, 0.6), IDBKeyRange.bound('', []), IDBKeyRange.bound('', [], true, true),
    IDBKeyRange.lowerBound([]),
    IDBKeyRange.bound(new Date(0), new Date(0)), IDBKeyRange.upperBound(new Uint8Array([0])),
    IDBKeyRange.lowerBound([[], [[]]]),
    IDBKeyRange.bound('a', 'a\uffff', false, true), [1], 'a',
  ];
  for (const [i, range] of all.entries()) {
    const s = store(db);
    log(i, await result(s.count(range)), await result(s.getAllKeys(range)),
      await result(s.getAll(range)));
    if (range !== undefined && range !== null) log(await result(s.get(range)),
      await result(s.getKey(range)));
  }
  db.close();
}

export async function deletionByRange(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world, Array.from({ length: 40 }, (_, i) => i));
  const s = store(db, 'readwrite');
  for (const range of [3, 3, 'none', IDBKeyRange.bound(10, 12), IDBKeyRange.bound(20, 22, true,
      true), IDBKeyRange.lowerBound(38, true)]) {
    log(await result(s.delete(range)), await result(s.count()));
  }
  log(await result(s.getAllKeys()));
  log(await result(s.delete(IDBKeyRange.upperBound(5))), await result(s.getAllKeys(null, 3)));
  log(await result(s.clear()), await result(s.count()), await result(s.getAll()),
    await result(s.get(7)));
  log(await result(s.put('after', 1)), await result(s.getAll()));
  db.close();
}

export async function limits(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world, Array.from({ length: 30 }, (_, i) => i));
  const range = IDBKeyRange.lowerBound(25);
  for (const count of [undefined, 0, 1, 2, 7, 1000, 2 ** 32 - 1, '3', 2.9, null]) {
    const s = store(db);
    log(count, await result(s.getAllKeys(null, count)), await result(s.getAll(range, count)));
  }
  for (const count of [-1, 2 ** 32, NaN, Infinity, 'x']) log(count,
    thrown(() => store(db).getAll(null, count)));
  db.close();
}

export async function inlineKeys({ open, log }) {
  const db = await open(1, (fresh) => {
    fresh.createObjectStore('a', { keyPath: 'a' });
    fresh.createObjectStore('a.b', { keyPath: 'a.b' });
    fresh.createObjectStore('list', { keyPath: ['a', 'b'] });
    fresh.createObjectStore('whole', { keyPath: '' });
    fresh.createObjectStore('length', { keyPath: 'length' });
    fresh.createObjectStore('blob', { keyPath: 'size' });
    fresh.createObjectStore('file', { keyPath: ['name', 'type', 'lastModified'] });
  });
  const names = [...db.objectStoreNames];
  const values = [
    { a: 1 }, { a: { b: 'x' } }, { a: 1, b: 2 }, { a: [1, 2] }, 'text', ['x', 'y', 'z'], 5, {},
    { a: null }, { a: undefined }, null,
    { a: NaN }, new Date(7), [], { length: 'own' }, { size: 3 },
    new Blob(['1234'], { type: 'text/plain' }),
    new File(['12'], 'n', { type: 'a/b', lastModified: 9 }), { a: true }, { a: new Date(NaN) },
    Object.create({ a: 1 }), undefined, true,
  ];
  const tx = db.transaction(names, 'readwrite');
  for (const name of names) {
    for (const [i, value] of values.entries()) {
      const threw = thrown(() => outcome(tx.objectStore(name).put(value)).then((text) => log(name,
        i, text)));
      if (threw !== 'returned Promise') log(name, i, threw);
    }
  }
  log(await ended(tx));
  log(thrown(() => db.transaction('a', 'readwrite').objectStore('a').put({ a: 1 }, 2)));
  log(await result(db.transaction('whole').objectStore('whole').getAll()));
  db.close();
}

export async function addAgain({ open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  const tx = db.transaction('s', 'readwrite');
  const s = tx.objectStore('s');
  const seen = [s.add('first', 1), s.add('second', 1), s.put('third', 1), s.delete(1),
    s.add('fourth', 1), s.get(1)].map(outcome);
  log(await Promise.all(seen), await ended(tx));
  const failing = db.transaction('s', 'readwrite');
  failing.objectStore('s').put('lost', 2);
  failing.objectStore('s').add('fifth', 1);
  log(await ended(failing));
  log(await result(store(db).getAll()));
  db.close();
}

export async function manyOfThem({ open, log, IDBKeyRange }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s',
    { keyPath: 'id' }).createIndex('group', 'group'));
  const tx = db.transaction('s', 'readwrite');
  for (let i = 0; i < 3000; i += 1) tx.objectStore('s').put({ id: i, group: i % 7,
    text: 'x'.repeat(i % 50) });
  log(await ended(tx));
  const s = store(db);
  log(await result(s.count()), (await result(s.getAll(IDBKeyRange.bound(1000, 1999)))).length);
  log((await result(s.index('group').getAllKeys(3))).length,
    (await result(s.get(2999))).text.length);
  log((await result(s.index('group').getAll(IDBKeyRange.lowerBound(5), 500))).at(-1));
  db.close();
}

export async function largeOnes({ open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  const bytes = new Uint8Array(3_000_000).map((_, i) => (i * 31) ^ (i >> 8));
  const text = Array.from({ length: 400_000 },
    (_, i) => String.fromCharCode(32 + (i % 5000))).join('');
  const key = 'k'.repeat(20_000);
  log(await Promise.all([result(store(db, 'readwrite').put(bytes, 1)),
    result(store(db, 'readwrite').put({ text }, key))].map(async (p) => String(await p).length)));
  const back = await result(store(db).get(1));
  log(back.length, back.every((byte, i) => byte === bytes[i]),
    (await result(store(db).get(key))).text === text);
  db.close();
}

export async function recordsAndOptions({ open, log, IDBKeyRange }) {
  const db = await open(1, (fresh) => {
    const s = fresh.createObjectStore('s');
    s.createIndex('g', 'g');
    for (let i = 0; i < 9; i += 1) s.put({ g: i % 3, i }, i);
  });
  const query = IDBKeyRange.bound(1, 7, true);
  const options = [
    undefined, {}, { count: 2 }, { query }, { query, count: 3, direction: 'prev' },
    { direction: 'nextunique' },
    { direction: 'prevunique', query: IDBKeyRange.lowerBound(1) }, { query: 2 },
    { query: null, count: 0 },
  ];
  for (const sourceOf of [() => store(db), () => store(db).index('g')]) {
    const source = sourceOf();
    for (const [i, each] of options.entries()) {
      log(i, await result(source.getAllRecords(each)));
      log(await result(source.getAll(each)), await result(source.getAllKeys(each)));
    }
    for (const each of [{ direction: 'x' }, { count: -1 }, { query: {} }, { query: NaN }]) {
      log(thrown(() => source.getAllRecords(each)), thrown(() => source.getAll(each)),
        thrown(() => source.getAllKeys(each)));
    }
  }
  db.close();
}
