// Getters of a key run within the call that was given the key, and may do anything: end the
// transaction, move the cursor, delete the store. Chromium's own IndexedDB crashes at this, and the
// others go ways of their own.
import { ended, result, thrown } from './steps.js';

/** An array key whose one element is a getter that does something first. */
function keyThat(act) {
  const key = [];
  Object.defineProperty(key, 0, {
    enumerable: true,
    get() {
      act();
      return 1;
    },
  });
  return key;
}

const calls = {
  put: (store, key) => store.put('new', key),
  add: (store, key) => store.add('new', key),
  delete: (store, key) => store.delete(key),
  get: (store, key) => store.get(key),
  getKey: (store, key) => store.getKey(key),
  getAll: (store, key) => store.getAll(key),
  'getAll of options': (store, key) => store.getAll({ query: key }),
  getAllKeys: (store, key) => store.getAllKeys(key),
  count: (store, key) => store.count(key),
  openCursor: (store, key) => store.openCursor(key),
  'index.get': (store, key) => store.index('i').get(key),
  'index.openKeyCursor': (store, key) => store.index('i').openKeyCursor(key),
};

function filled({ open }) {
  return open(1, (db) => {
    const store = db.createObjectStore('s');
    store.createIndex('i', 'x');
    for (let i = 0; i < 5; i += 1) store.put({ x: [i] }, [i]);
  });
}

export const aKeyThatEndsTheTransaction = {
  expected: Object.keys(calls).flatMap((call) => [
    `${call} abort TransactionInactiveError abort without an error`,
    `${call} commit TransactionInactiveError complete`,
  ]).concat('5'),
  async body(world) {
    const { log } = world;
    const db = await filled(world);
    for (const [name, call] of Object.entries(calls)) {
      for (const deed of ['abort', 'commit']) {
        const tx = db.transaction('s', 'readwrite');
        const end = ended(tx);
        const key = keyThat(() => tx[deed]());
        log(name, deed, thrown(() => call(tx.objectStore('s'), key)), await end);
      }
    }
    log(await result(db.transaction('s').objectStore('s').count()));
    db.close();
  },
};

export const aKeyThatMovesTheCursor = {
  expected: ['InvalidStateError [[0], [1], [2], [3], [4]]',
  'InvalidStateError [[0], [1], [2], [3], [4]]', 'TransactionInactiveError [[0]]'],
  async body(world) {
    const { log } = world;
    const db = await filled(world);
    const moves = [
      (cursor) => cursor.continue(keyThat(() => cursor.continue())),
      (cursor) => cursor.continuePrimaryKey([3], keyThat(() => cursor.continue())),
      (cursor) => cursor.continue(keyThat(() => cursor.source.objectStore.transaction.abort())),
    ];
    for (const move of moves) {
      const tx = db.transaction('s');
      const keys = [];
      let what;
      const request = tx.objectStore('s').index('i').openCursor();
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor === null) return;
        keys.push(cursor.key);
        if (what === undefined) what = thrown(() => move(cursor));
        else cursor.continue();
      };
      await ended(tx);
      log(what, keys);
    }
    db.close();
  },
};

export const aKeyThatDeletesTheStore = {
  expected: ['put InvalidStateError', 'get InvalidStateError', 'index.get InvalidStateError',
  'delete InvalidStateError', '[]'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => {
      for (const name of ['put', 'get', 'index.get', 'delete']) {
        const store = fresh.createObjectStore('s');
        store.createIndex('i', 'x');
        const key = keyThat(() => fresh.deleteObjectStore('s'));
        log(name, thrown(() => calls[name](store, key)));
      }
    });
    log([...db.objectStoreNames]);
    db.close();
  },
};
