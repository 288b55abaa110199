// An offline store on localForage: several stores of one database, values of many types, walks,
// and what it does when something fails. It answers with what it saw.
import '/dist/auto.js';
import '/node_modules/localforage/dist/localforage.js';

const { localforage } = self;
const stores = ['pages', 'images'].map((storeName) =>
  localforage.createInstance({ name: 'offline', storeName, driver: localforage.INDEXEDDB }));
const [pages, images] = stores;

async function first() {
  await Promise.all(stores.map((store) => store.ready()));
  for (let i = 0; i < 20; i += 1) await pages.setItem(`page ${i}`, { i, tags: new Set([i]) });
  await images.setItem('logo', new Blob(['svg'], { type: 'image/svg+xml' }));
  await images.setItem('raw', new Uint8Array([1, 2, 3]));
  return {
    driver: pages.driver(),
    length: await pages.length(),
    key: await pages.key(1),
    keys: (await images.keys()).sort(),
    value: [...(await pages.getItem('page 7')).tags],
    missing: await pages.getItem('none'),
  };
}

async function again() {
  const logo = await images.getItem('logo');
  const seen = [];
  const found = await pages.iterate((value, key, number) => {
    seen.push(key);
    return number === 5 ? `stopped at ${key}` : undefined;
  });
  await pages.removeItem('page 0');
  return {
    logo: [logo.type, await logo.text()],
    raw: [...(await images.getItem('raw'))],
    found,
    seen: seen.length,
    stored: await pages.setItem('nothing', undefined),
    nothing: await pages.getItem('nothing'),
    length: await pages.length(),
    callback: await new Promise((resolve) =>
      pages.getItem('page 1', (error, value) => resolve([error, value.i]))),
  };
}

async function failures() {
  const uncloneable = await pages.setItem('f', () => 1).catch((error) => error.name);
  const late = localforage.createInstance({ name: 'offline', storeName: 'late' });
  // A store that is not there yet is made by an upgrade, for which the others reconnect.
  await late.setItem('a', 1);
  const beside = await pages.getItem('page 2');
  await late.clear();
  const cleared = await late.length();
  await late.dropInstance();
  const left = await pages.length();
  await localforage.dropInstance({ name: 'offline' });
  const names = (await indexedDB.databases()).map(({ name }) => name);
  const native = (await nativeIndexedDB.databases()).map(({ name }) => name);
  return {
    uncloneable,
    beside: beside.i,
    cleared,
    left,
    names: names.filter((name) => name === 'offline'),
    native: native.filter((name) => name === 'offline'),
  };
}

self.program = { first, again, failures };
self.underTest = self.indexedDB !== self.nativeIndexedDB;
