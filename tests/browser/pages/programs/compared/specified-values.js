// What the specification says of keys, values and indexes where browsers go ways of their own:
// programs with the lines that they have to log.
import { describe } from './describe.js';
import { result, thrown, walk } from './steps.js';

// Chromium keeps -0 as a key apart from how it orders it.
export const minusZeroAsAKey = {
  expected: ['0 0', '[0, [0]]', '[0]'],
  async body({ open, log, IDBKeyRange }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s').createIndex('i', 'x'));
    const store = db.transaction('s', 'readwrite').objectStore('s');
    const range = IDBKeyRange.only(-0);
    log(range.lower, range.upper);
    store.put({ x: -0 }, -0);
    store.put(1, [-0]);
    log(await result(store.getAllKeys()));
    const keys = [];
    await walk(store.index('i').openKeyCursor(), (cursor) => void keys.push(cursor.key));
    log(keys);
    db.close();
  },
};

// Firefox leaves generated keys out of it.
export const generatedKeysInAMultiEntryIndex = {
  expected: ['[1, 2, 300, 301]'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => {
      const store = fresh.createObjectStore('s', { autoIncrement: true, keyPath: 'id' });
      store.createIndex('many', 'id', { multiEntry: true });
      for (const value of [{}, {}, { id: 300 }, {}]) store.add(value);
    });
    log(await result(db.transaction('s').objectStore('s').index('many').getAllKeys()));
    db.close();
  },
};

// Chromium takes no entry at all from an array with holes.
export const holesInAMultiEntryKey = {
  expected: ['2', '["a"]', '["a"]'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => {
      const store = fresh.createObjectStore('s');
      store.createIndex('many', 'many', { multiEntry: true });
      store.put({ many: [1, , 2] }, 'a');
    });
    const index = db.transaction('s').objectStore('s').index('many');
    log(await result(index.count()));
    log(await result(index.getAllKeys(1)));
    log(await result(index.getAllKeys(2)));
    db.close();
  },
};

// Chromium clones the value before it looks at the key.
export const keyBeforeValue = {
  expected: ['DataError DataError DataCloneError', 'DataError DataCloneError'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s');
      fresh.createObjectStore('inline', { keyPath: 'k' });
    });
    const tx = db.transaction(['s', 'inline'], 'readwrite');
    const [s, inline] = [tx.objectStore('s'), tx.objectStore('inline')];
    const f = () => 1;
    log(thrown(() => s.put(f, {})), thrown(() => s.put(f)), thrown(() => s.put(f, 1)));
    log(thrown(() => inline.put(f, 1)), thrown(() => inline.put({ k: {}, f })));
    db.close();
  },
};

// Firefox generates a key.
export const nullBesideTheValue = {
  expected: ['DataError', '1'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s', { autoIncrement: true }));
    const store = db.transaction('s', 'readwrite').objectStore('s');
    log(thrown(() => store.put('value', null)));
    log(await result(store.put('value', undefined)));
    db.close();
  },
};

// Chromium gives an ArrayBuffer back, the key in the place of the value.
export const aBinaryKeyInTheValue = {
  expected: ['[{"id": Uint8Array(0 of 2: 1, 2)}]'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s',
      { keyPath: 'id', autoIncrement: true }));
    const store = db.transaction('s', 'readwrite').objectStore('s');
    store.put({ id: new Uint8Array([1, 2]) });
    log(await result(store.getAll()));
    db.close();
  },
};

// Both browsers refuse the first two, and think that the third transaction is over.
export const whatNoBrowserDoes = {
  expected: ['false false', '1', '["s"]'],
  async body({ open, log, IDBKeyRange }) {
    log(IDBKeyRange.bound(1, 1, true).includes(1), IDBKeyRange.bound(1, 1, false,
      true).includes(1));
    const db = await open(1, (fresh) => fresh.createObjectStore('s',
      { keyPath: 'id', autoIncrement: true }));
    const tx = db.transaction('s', 'readwrite');
    log(await result(tx.objectStore('s').put({ id: undefined })));
    tx.commit();
    log([tx.objectStore('s').name]);
    db.close();
  },
};

// Firefox stops at 64 levels.
export const deepKeys = {
  expected: ['0 -1', '[[[1]]]'],
  async body({ indexedDB, open, log }) {
    const deep = (depth) => (depth === 0 ? 1 : [deep(depth - 1)]);
    log(indexedDB.cmp(deep(200), deep(200)), indexedDB.cmp(deep(200), deep(201)));
    const db = await open(1, (fresh) => fresh.createObjectStore('s').put('v', deep(200)));
    let key = await result(db.transaction('s').objectStore('s').getKey(deep(200)));
    for (let i = 0; i < 197; i += 1) [key] = key;
    log(describe(key));
    db.close();
  },
};
