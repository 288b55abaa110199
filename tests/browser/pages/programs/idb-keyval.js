// Settings and drafts on idb-keyval: single and many entries, atomic updates, a store of its own,
// and what it does when something fails. It answers with what it saw.
import '/dist/auto.js';
import {
  clear, createStore, del, delMany, entries, get, getMany, keys, promisifyRequest, set, setMany,
  update, values,
} from '/node_modules/idb-keyval/dist/index.js';

async function first() {
  await set('theme', 'dark');
  await setMany([['size', 12], [['draft', 1], { text: 'one' }], ['at', new Date(5)]]);
  await set('photo', new Blob(['pixels'], { type: 'image/x' }));
  return {
    theme: await get('theme'),
    many: await getMany(['size', 'none', ['draft', 1]]),
    keys: await keys(),
    missing: await get('missing'),
  };
}

async function again() {
  const photo = await get('photo');
  await Promise.all(Array.from({ length: 50 }, () => update('count', (old = 0) => old + 1)));
  await del('theme');
  await delMany(['size', 'none']);
  return {
    photo: [photo.type, await photo.text()],
    count: await get('count'),
    at: (await get('at')).getTime(),
    entries: (await entries()).map(([key]) => key),
    values: (await values()).length,
  };
}

async function failures() {
  const store = createStore('own', 'drafts');
  await set('a', 1, store);
  const outcomes = await Promise.allSettled([
    set('b', () => 1, store),
    set({}, 1, store),
    // What was put before the one that can't be stored stays.
    setMany([['c', 1], ['d', Symbol('s')]], store),
  ]);
  const aborted = await store('readwrite', (drafts) => {
    drafts.put(2, 'a');
    drafts.transaction.abort();
    return promisifyRequest(drafts.transaction);
  }).catch((error) => error?.name ?? 'aborted');
  const noStore = await set('a', 1, createStore('own', 'missing')).catch((error) => error.name);
  const left = await entries(store);
  await clear(store);
  return {
    outcomes: outcomes.map(({ reason }) => reason?.name),
    aborted,
    noStore,
    left,
    cleared: await keys(store),
    native: (await nativeIndexedDB.databases()).map(({ name }) => name).filter((name) =>
      ['keyval-store', 'own'].includes(name)),
  };
}

self.program = { first, again, failures };
self.underTest = self.indexedDB !== self.nativeIndexedDB;
