// Stores and indexes: made, renamed, deleted, and back again when the upgrade aborts.
import { ended, opened, outcome, result, thrown } from './steps.js';

function indexRow(index) {
  return [index.name, index.keyPath, index.unique, index.multiEntry];
}

function storeRow(store) {
  return [store.name, store.keyPath, store.autoIncrement, store.indexNames];
}

export async function storesWithAllOptions({ open, log }) {
  const options = [
    undefined, {}, null, { keyPath: null }, { keyPath: undefined }, { keyPath: '' },
    { keyPath: 'a' },
    { keyPath: 'a.b.ü' }, { keyPath: ['a', 'b.c'] }, { keyPath: ['a', 'a'] },
    { autoIncrement: true },
    { autoIncrement: true, keyPath: 'id' }, { autoIncrement: true, keyPath: null }, { keyPath: 5 },
    { keyPath: ' ' },
    { autoIncrement: true, keyPath: '' }, { autoIncrement: true, keyPath: ['a'] }, { keyPath: [] },
    { keyPath: 'a..b' },
    { keyPath: 'a b' }, { keyPath: '1a' }, { keyPath: [''] }, { keyPath: ['a', 'b-'] },
    { keyPath: 'length' }, 7,
  ];
  const db = await open(1, (fresh) => {
    for (const [i, each] of options.entries()) {
      log(i, thrown(() => log(storeRow(fresh.createObjectStore(`store ${i}`, each)))));
    }
  });
  for (const name of db.objectStoreNames) log(storeRow(db.transaction(name).objectStore(name)));
  db.close();
}

export async function indexesWithAllOptions({ open, log }) {
  const options = [
    ['a'], ['', {}], [['a', 'b']], ['a.b', { unique: true }], ['a', { multiEntry: true }],
    [['a'], { multiEntry: true }], ['a', { unique: 1, multiEntry: 0 }], ['a b'], [[]], [null],
    [undefined], ['a', null],
  ];
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('s');
    for (const [i, each] of options.entries()) {
      log(i, thrown(() => log(indexRow(store.createIndex(`index ${i}`, ...each)))));
    }
    log(thrown(() => store.createIndex('one')), thrown(() => store.createIndex()));
  });
  const store = db.transaction('s').objectStore('s');
  for (const name of store.indexNames) {
    const index = store.index(name);
    log(indexRow(index), index.objectStore === store, store.index(name) === index,
      index.keyPath === index.keyPath);
  }
  db.close();
}

export async function identities({ open, log }) {
  const db = await open(1, (fresh, tx) => {
    const made = fresh.createObjectStore('s', { keyPath: ['a', 'b'] });
    log(tx.objectStore('s') === made, made.transaction === tx, made.keyPath === made.keyPath);
    const index = made.createIndex('i', 'x');
    log(made.index('i') === index);
  });
  const tx = db.transaction(['s']);
  log(tx.objectStore('s') === tx.objectStore('s'), tx.objectStore('s').transaction === tx,
    tx.db === db);
  log(db.transaction('s').objectStore('s') === tx.objectStore('s'),
    db.objectStoreNames === db.objectStoreNames);
  const names = db.objectStoreNames;
  log(names.length, names.item(0), names.item(1), names[0], names[1], names.contains('s'),
    names.contains('t'));
  log(names.constructor.name, [...names]);
  db.close();
}

export async function namesAreSorted({ open, log }) {
  const names = ['b', 'a', 'B', '', '\ud83d\ude00', '\uffff', 'ä', 'aa', '10', '9'];
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('store');
    for (const name of names) {
      fresh.createObjectStore(name);
      store.createIndex(name, 'x');
    }
    log(store.indexNames);
  });
  log(db.objectStoreNames, db.transaction(['b', 'store', 'a', 'b']).objectStoreNames);
  db.close();
}

export async function clashes({ open, log }) {
  const db = await open(1, (fresh, tx) => {
    const store = fresh.createObjectStore('s', { keyPath: 'k' });
    store.createIndex('i', 'x');
    log(thrown(() => fresh.createObjectStore('s')),
      thrown(() => fresh.createObjectStore('s', { keyPath: '1' })));
    log(thrown(() => store.createIndex('i', 'y')), thrown(() => store.createIndex('i', '1')));
    log(thrown(() => fresh.deleteObjectStore('none')), thrown(() => store.deleteIndex('none')));
    log(thrown(() => store.index('none')), thrown(() => tx.objectStore('none')));
    fresh.createObjectStore('t');
    log(thrown(() => { store.name = 't'; }), thrown(() => { store.name = 's'; }), store.name);
    store.createIndex('j', 'y');
    log(thrown(() => { store.index('j').name = 'i'; }), store.index('j').name, store.indexNames);
  });
  log(db.objectStoreNames);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  log(thrown(() => { store.name = 'u'; }), thrown(() => { store.index('i').name = 'u'; }));
  log(thrown(() => db.createObjectStore('u')), thrown(() => db.deleteObjectStore('s')));
  log(thrown(() => store.createIndex('u', 'x')), thrown(() => store.deleteIndex('i')));
  db.close();
}

export async function afterTheDeletion({ open, log }) {
  const db = await open(1, (fresh, tx) => {
    const store = fresh.createObjectStore('s');
    const index = store.createIndex('i', 'x');
    store.put({ x: 1 }, 1);
    store.deleteIndex('i');
    log(thrown(() => index.get(1)), thrown(() => store.index('i')),
      thrown(() => { index.name = 'j'; }));
    log(index.name, index.objectStore === store);
    const other = store.createIndex('i', 'x');
    log(other === index);
    fresh.deleteObjectStore('s');
    log(thrown(() => store.put(1, 1)), thrown(() => store.get(1)),
      thrown(() => store.createIndex('k', 'x')));
    log(thrown(() => store.deleteIndex('i')), thrown(() => store.index('i')),
      thrown(() => other.count()));
    log(thrown(() => { store.name = 'z'; }), thrown(() => tx.objectStore('s')), store.name,
      store.indexNames);
    const again = fresh.createObjectStore('s', { autoIncrement: true });
    log(again === store, storeRow(again));
    again.put('fresh');
  });
  log(await result(db.transaction('s').objectStore('s').getAll()));
  db.close();
}

export async function renamed({ open, log }) {
  (await open(1, (db) => {
    const store = db.createObjectStore('old', { keyPath: 'k' });
    store.createIndex('by old', 'x');
    store.put({ k: 1, x: 'a' });
  })).close();
  (await open(2, (db, tx) => {
    const store = tx.objectStore('old');
    store.index('by old').name = 'by new';
    store.name = 'new';
    db.createObjectStore('old');
    log(db.objectStoreNames, tx.objectStoreNames, store.name, store.indexNames,
      tx.objectStore('new') === store);
    log(thrown(() => store.index('by old')), store.index('by new').name);
  })).close();
  const db = await open();
  const tx = db.transaction(['new', 'old']);
  log(await result(tx.objectStore('new').index('by new').get('a')),
    await result(tx.objectStore('old').count()));
  db.close();
  (await open(3, (fresh, upgrade) => {
    const a = upgrade.objectStore('new');
    const b = upgrade.objectStore('old');
    a.name = 'swap';
    b.name = 'new';
    a.name = 'old';
    log(fresh.objectStoreNames);
  })).close();
  const swapped = await open();
  const counts = swapped.transaction(['new', 'old']);
  log(await result(counts.objectStore('new').count()),
    await result(counts.objectStore('old').count()));
  swapped.close();
}

export async function allOfItBack({ indexedDB, name, open, log }) {
  (await open(1, (db) => {
    const store = db.createObjectStore('kept', { autoIncrement: true });
    store.createIndex('kept index', 'x');
    store.createIndex('doomed index', 'y');
    store.put({ x: 1, y: 2 });
    db.createObjectStore('doomed').put('there', 1);
  })).close();
  const request = indexedDB.open(name, 2);
  const handles = {};
  request.onupgradeneeded = () => {
    const { result: db, transaction: tx } = request;
    const store = tx.objectStore('kept');
    Object.assign(handles, { db, tx, store, index: store.index('kept index'),
      doomed: tx.objectStore('doomed') });
    handles.fresh = db.createObjectStore('fresh');
    handles.freshIndex = store.createIndex('fresh index', 'z');
    store.name = 'renamed';
    handles.index.name = 'renamed index';
    store.deleteIndex('doomed index');
    db.deleteObjectStore('doomed');
    handles.fresh.name = 'fresh renamed';
    store.put({ x: 3 });
    log(db.objectStoreNames, store.indexNames);
    tx.abort();
    log(db.objectStoreNames, store.name, store.indexNames, handles.index.name);
  };
  log(await opened(request));
  const { db, tx, store, index, doomed, fresh, freshIndex } = handles;
  log(db.version, db.objectStoreNames, tx.objectStoreNames, storeRow(store), index.name,
    storeRow(doomed));
  log(fresh.name, fresh.indexNames, freshIndex.name, thrown(() => fresh.get(1)),
    thrown(() => freshIndex.get(1)));
  const again = await open();
  const now = again.transaction(['kept', 'doomed'], 'readwrite');
  log(await result(now.objectStore('kept').index('doomed index').get(2)),
    await result(now.objectStore('doomed').get(1)));
  log(await result(now.objectStore('kept').add({ x: 9 })),
    await result(now.objectStore('kept').count()));
  again.close();
}

export async function anIndexOnStoredData({ open, log }) {
  const values = [
    { n: 1, tags: ['a', 'b', 'a'], deep: { x: 'z' } }, { n: 2, tags: 'c' }, { n: NaN, tags: [] },
    { n: '1', tags: [1, null, 'a'] },
    { n: new Date(5), tags: [[1], [1], 2] }, 'text', 7, null, { n: [1, 2], deep: { x: 1 } },
    [1, 2, 3], { n: null }, { n: 1 },
  ];
  (await open(1, (db) => {
    const store = db.createObjectStore('s', { autoIncrement: true });
    for (const value of values) store.add(value);
  })).close();
  const db = await open(2, async (fresh, tx) => {
    const store = tx.objectStore('s');
    store.createIndex('n', 'n');
    store.createIndex('tags', 'tags', { multiEntry: true });
    store.createIndex('whole tags', 'tags');
    store.createIndex('both', ['n', 'deep.x']);
    store.createIndex('length', 'length');
    store.createIndex('deep', 'deep.x', { unique: true });
    log('within', await result(store.index('n').getAllKeys()));
  });
  const store = db.transaction('s').objectStore('s');
  for (const name of store.indexNames) {
    log(name, await result(store.index(name).count()),
      await result(store.index(name).getAllKeys()));
  }
  db.close();
}

export async function anIndexThatDataForbids({ indexedDB, name, open, log }) {
  (await open(1, (db) => {
    const store = db.createObjectStore('s', { keyPath: 'id' });
    for (const id of [1, 2, 3]) store.put({ id, group: id % 2, tags: ['x', id] });
  })).close();
  for (const [label, path, options] of [['group', 'group', { unique: true }],
      ['tags', 'tags', { unique: true, multiEntry: true }]]) {
    const request = indexedDB.open(name, 2);
    let end;
    request.onupgradeneeded = () => {
      end = ended(request.transaction);
      request.transaction.objectStore('s').createIndex(label, path, options);
      request.transaction.objectStore('s').put({ id: 4 });
    };
    log(label, await opened(request), await end);
  }
  const db = await open();
  const store = db.transaction('s').objectStore('s');
  log(db.version, store.indexNames, await result(store.getAllKeys()));
  db.close();
}

export async function anIndexThatDataForbidsForAMoment({ open, log }) {
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('s');
    store.put({ x: 1 }, 'a');
    const index = store.createIndex('x', 'x', { unique: true });
    outcome(store.put({ x: 1 }, 'b')).then((text) => log(text));
    outcome(index.getKey(1)).then((text) => log(text));
    store.delete('a');
    outcome(store.put({ x: 1 }, 'c')).then((text) => log(text));
  });
  log(await result(db.transaction('s').objectStore('s').index('x').getAllKeys()));
  db.close();
}
