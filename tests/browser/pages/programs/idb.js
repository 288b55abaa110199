// A small address book on idb: upgrades with data, transactions, index queries, cursors as async iterators, blocked
// and failing opens. It answers with what it saw; the test knows what that should be.
import '/dist/auto.js';
import { deleteDB, openDB, unwrap } from '/node_modules/idb/build/index.js';

const people = [
  { name: 'Ada', city: 'London', born: 1815 },
  { name: 'Blaise', city: 'Paris', born: 1623 },
  { name: 'Carl', city: 'Göttingen', born: 1777 },
  { name: 'Emmy', city: 'Göttingen', born: 1882 },
  { name: 'Évariste', city: 'Paris', born: 1811 },
];

function open(version) {
  return openDB('people', version, {
    async upgrade(db, oldVersion, newVersion, tx) {
      if (oldVersion < 1) {
        const store = db.createObjectStore('people', { keyPath: 'id', autoIncrement: true });
        store.createIndex('name', 'name', { unique: true });
        for (const person of people) store.add(person);
      }
      if (oldVersion < 2 && newVersion >= 2) {
        const store = tx.objectStore('people');
        store.createIndex('city_born', ['city', 'born']);
        store.name = 'persons';
        for await (const cursor of store) await cursor.update({ ...cursor.value, seen: cursor.key * 10 });
        db.createObjectStore('log', { autoIncrement: true });
      }
    },
  });
}

async function firstVersion() {
  const db = await open(1);
  const all = await db.getAll('people');
  const result = {
    version: db.version,
    stores: [...db.objectStoreNames],
    ids: all.map((p) => p.id),
    byName: await db.getFromIndex('people', 'name', 'Emmy'),
  };
  db.close();
  return result;
}

async function upgraded() {
  const db = await open(2);
  const result = {
    stores: [...db.objectStoreNames],
    indexes: [...db.transaction('persons').store.indexNames],
    seen: (await db.getAll('persons')).map((p) => p.seen),
    göttingen: await db.getAllKeysFromIndex('persons', 'city_born', IDBKeyRange.bound(['Göttingen'], ['Göttingen', []])),
    count: await db.countFromIndex('persons', 'name', IDBKeyRange.lowerBound('C')),
    backwards: [],
    cities: [],
    from: [],
  };
  for await (const cursor of db.transaction('persons').store.index('name').iterate(null, 'prev')) {
    result.backwards.push(cursor.key);
  }
  let city = await db.transaction('persons').store.index('city_born').openKeyCursor(null, 'nextunique');
  while (city) {
    result.cities.push([city.key, city.primaryKey]);
    city = await city.continue();
  }
  let cursor = await db.transaction('persons').store.openCursor();
  cursor = await cursor.advance(2);
  result.from.push(cursor.value.name);
  cursor = await cursor.continue(5);
  result.from.push(cursor.value.name);
  db.close();
  return result;
}

async function transactions() {
  const db = await open(2);
  const tx = db.transaction(['persons', 'log'], 'readwrite');
  const persons = tx.objectStore('persons');
  const id = await persons.add({ name: 'Sofja', city: 'Stockholm', born: 1850 });
  await tx.objectStore('log').add(`added ${id}`);
  await persons.delete(1);
  await tx.done;

  const failing = db.transaction('persons', 'readwrite');
  const outcomes = await Promise.allSettled([
    failing.store.put({ name: 'Nobody', city: 'Nowhere', born: 0 }),
    failing.store.add({ name: 'Emmy', city: 'Erlangen', born: 1882 }),
    failing.done,
  ]);

  const aborted = db.transaction('log', 'readwrite');
  const cleared = aborted.store.clear().catch((error) => error.name);
  aborted.abort();
  const abort = [await cleared, await aborted.done.catch((error) => error.name)];

  const walk = db.transaction('persons', 'readwrite');
  for await (const cursor of walk.store.index('city_born')) {
    if (cursor.value.city === 'Paris') await cursor.delete();
    else await cursor.update({ ...cursor.value, city: cursor.value.city.toUpperCase() });
  }
  await walk.done;

  const result = {
    id,
    outcomes: outcomes.map((o) => o.reason?.name ?? o.status),
    abort,
    log: await db.getAll('log'),
    names: (await db.getAll('persons')).map((p) => p.name),
    cities: (await db.getAllFromIndex('persons', 'city_born')).map((p) => p.city),
    finished: thrownBy(() => walk.store.get(1)),
    noStore: thrownBy(() => db.transaction('nothing')),
    noKey: await db.put('log', 'x', { bad: 'key' }).catch((error) => error.name),
    noClone: await db.put('log', () => 1).catch((error) => error.name),
    unwrapped: unwrap(db) instanceof IDBDatabase,
  };
  db.close();
  return result;
}

function thrownBy(call) {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return error.name;
  }
}

async function versions() {
  const db = await openDB('people', undefined);
  const lower = await open(1).catch((error) => error.name);
  const events = [];
  db.addEventListener('versionchange', () => {
    events.push('versionchange');
    db.close();
  });
  await deleteDB('people', { blocked: () => events.push('blocked') });
  return { version: db.version, lower, events, left: (await indexedDB.databases()).map((d) => d.name) };
}

self.program = { firstVersion, upgraded, transactions, versions };
self.underTest = self.indexedDB !== self.nativeIndexedDB;
