// Runs one round of a random program and notes everything that it sees. Results are noted by
// request and not in the order of their events: transactions that may run side by side have none
// between them.
import { describe } from '../compared/describe.js';
import { ended, result } from '../compared/steps.js';
import { toRange } from './data.js';

// A cursor of Chromium that has read ahead to the end does not see what is put there afterwards.
const putsInWalksMax = 'userAgentData' in navigator ? 2 : Infinity;

/** @returns {Promise<string[]>} what the round saw, and what is in the database after it */
export async function execute(implementation, name, round, version) {
  const log = [];
  const { indexedDB } = implementation;
  if (round.kind === 'upgrade') {
    await upgrade(implementation, name, round, version, log);
  } else {
    const db = await result(indexedDB.open(name));
    const all = round.transactions.map((each, i) => transaction(implementation, db, each,
      (line) => log.push([i, line])));
    await Promise.all(all);
    db.close();
    log.sort(([a], [b]) => a - b);
  }
  return [...log.map((line) => (Array.isArray(line)
    ? `transaction ${line[0]}: ${line[1]}` : line)), ...(await contents(indexedDB, name))];
}

async function upgrade(implementation, name, round, version, log) {
  const request = implementation.indexedDB.open(name, version);
  const seen = [];
  const running = new Promise((resolve) => {
    request.onupgradeneeded = () => {
      const { result: db, transaction: tx } = request;
      const all = round.changes.map((each, i) => attempt((text) => seen.push([i, text]),
        () => change(implementation, db, tx, each)));
      if (round.isAborted) tx.abort();
      resolve(Promise.all([...all,
        ended(tx).then((how) => seen.push([round.changes.length, how]))]));
    };
  });
  const opened = await new Promise((resolve) => {
    request.onsuccess = () => resolve('opened');
    request.onerror = (event) => {
      event.preventDefault();
      resolve(request.error.name);
    };
  });
  await running;
  if (opened === 'opened') request.result.close();
  seen.sort(([a], [b]) => a - b);
  const how = seen.at(-1)[1];
  // When exactly an index that data forbids aborts the upgrade is left to the browser.
  if (how === 'complete') log.push(...seen.map(([i, text]) => `change ${i}: ${text}`));
  log.push(how, opened);
}

// Notes what `call` returns, resolves to or throws.
async function attempt(note, call) {
  try {
    const value = await call();
    note(typeof value === 'string' ? value : describe(value));
  } catch (error) {
    note(error instanceof Error || error instanceof DOMException ? error.name : String(error));
    if (!(error instanceof DOMException)) note(String(error.stack ?? error));
  }
}

function storeOf(tx, number) {
  const names = tx.objectStoreNames;
  if (names.length === 0) throw new DOMException('no store', 'NoneThere');
  return tx.objectStore(names[number % names.length]);
}

function indexOf(store, number) {
  const names = store.indexNames;
  if (names.length === 0) throw new DOMException('no index', 'NoneThere');
  return store.index(names[number % names.length]);
}

function change(implementation, db, tx, made) {
  switch (made.change) {
    case 'createStore':
      return db.createObjectStore(made.name, made.options).name;
    case 'deleteStore':
      return void db.deleteObjectStore(storeOf(tx, made.store).name);
    case 'renameStore':
      storeOf(tx, made.store).name = made.name;
      return undefined;
    case 'createIndex':
      return storeOf(tx, made.store).createIndex(made.name, made.path, made.options).name;
    case 'deleteIndex':
      return void storeOf(tx, made.store).deleteIndex(indexOf(storeOf(tx, made.store),
        made.index).name);
    case 'renameIndex':
      indexOf(storeOf(tx, made.store), made.index).name = made.name;
      return undefined;
    default:
      return start(implementation, tx, made.operation);
  }
}

async function transaction(implementation, db, made, note) {
  const names = db.objectStoreNames;
  if (names.length === 0) return;
  const scope = made.stores.map((number) => names[number % names.length]);
  const tx = db.transaction(scope, made.mode, { durability: made.durability });
  const end = ended(tx);
  const seen = [];
  const running = [];
  for (const [i, operation] of made.operations.entries()) {
    // Firefox lets a cursor that has read ahead overtake other requests, so that a walk has to be
    // alone.
    if (operation.call === 'walk') await Promise.all(running);
    const done = attempt((text) =>
      seen.push([i, `${operation.call} ${text}`]), () => start(implementation, tx, operation));
    running.push(done);
    if (operation.isAwaited || operation.call === 'walk') await done;
  }
  await finish(tx, made.end, running, seen);
  // After abort() within an error event browsers differ in the reason.
  const how = await end;
  seen.push([made.operations.length, made.end === 'abort' ? how.split(' ')[0] : how]);
  await Promise.all(running);
  seen.sort(([a], [b]) => a - b);
  for (const [i, text] of seen) note(`${i} ${text}`);
}

async function finish(tx, how, running, seen) {
  if (how === 'let') return;
  // A commit with requests that may still fail is something that browsers do differently.
  if (how === 'commit') await Promise.all(running);
  try {
    tx[how]();
  } catch (error) {
    seen.push([running.length, `${how} ${error.name}`]);
  }
}

function start(implementation, tx, operation) {
  const store = storeOf(tx, operation.store);
  const reads = ['get', 'getKey', 'getAll', 'getAllKeys', 'count', 'walk'];
  const isOnIndex = operation.index > 0 && store.indexNames.length > 0
    && reads.includes(operation.call);
  const source = isOnIndex ? indexOf(store, operation.index) : store;
  const range = operation.range && toRange(implementation, operation.range);
  const settle = (request) => settled(request, operation.isForgiven);
  switch (operation.call) {
    case 'put':
    case 'add':
      return settle(store[operation.call](...placed(store, operation)));
    case 'clear':
      return settle(store.clear());
    case 'getAll':
    case 'getAllKeys':
      return settle(source[operation.call](range, operation.count));
    case 'walk':
      return walk(source, store, range, operation);
    default:
      return settle(source[operation.call](range));
  }
}

function settled(request, isForgiven) {
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => {
      if (isForgiven) event.preventDefault();
      resolve(`failed ${request.error.name}`);
    };
  });
}

// The arguments of put or add: the key where this store wants it.
function placed(store, { key, isKeyless, value }) {
  const { keyPath, autoIncrement } = store;
  // Where keys are generated Chromium gives a binary key in the value back as an ArrayBuffer,
  // Firefox takes null beside the value for no key, and both refuse undefined in the value.
  const isOdd = keyPath === null ? key === null : key === undefined || hasBytes(key);
  const isLeftOut = autoIncrement && (isKeyless || isOdd);
  if (keyPath === null) return isLeftOut ? [value] : [value, key];
  if (isLeftOut) return [value];
  return [keyPath === 'at.id' ? { ...value, at: { id: key } } : { ...value, id: key }];
}

function hasBytes(key) {
  return Array.isArray(key) ? key.some(hasBytes) : ArrayBuffer.isView(key);
}

function walk(source, store, range, { direction, isKeyOnly, moves }) {
  const seen = [];
  const others = [];
  const isUniqueOnIndex = direction.endsWith('unique') && source !== store;
  return new Promise((resolve) => {
    const request = source[isKeyOnly ? 'openKeyCursor' : 'openCursor'](range, direction);
    const stop = (why) =>
      resolve(Promise.all(others).then((list) => `${seen.join(' ')} ${why} ${describe(list)}`));
    request.onerror = (event) => {
      event.preventDefault();
      // Only because of an abort; Firefox gives its reason, and not AbortError.
      stop('failed');
    };
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return stop('end');
      const value = isKeyOnly ? '' : describe(cursor.value);
      seen.push(`${describe(cursor.key)}/${describe(cursor.primaryKey)}=${value}`);
      if (seen.length > 25) return stop('enough');
      const made = moves[seen.length % moves.length];
      const isMoving = made.deed === 'put' || (made.deed === 'update' && source !== store);
      try {
        const deed = isMoving && seen.length > putsInWalksMax ? undefined
          : act(cursor, store, made);
        if (deed !== undefined) others.push(settled(deed, true));
      } catch (error) {
        seen.push(error.name);
      }
      try {
        if (!go(cursor, made, isUniqueOnIndex)) stop('stopped');
      } catch (error) {
        stop(error.name);
      }
      return undefined;
    };
  });
}

function act(cursor, store, made) {
  switch (made.deed) {
    case 'update':
      return cursor.update({ ...made.value, id: cursor.value?.id, at: cursor.value?.at });
    case 'delete':
      return cursor.delete();
    case 'put':
      return store.put(...placed(store, made));
    case 'deleteOther':
      return store.delete(made.key);
    default:
      return undefined;
  }
}

function go(cursor, made, isUniqueOnIndex) {
  if (made.go === 'stop') return false;
  if (made.go === 'to') cursor.continue(made.key);
  else if (made.go === 'toPrimary') cursor.continuePrimaryKey(made.key, made.primaryKey);
  else if (made.go === 'advance' && !isUniqueOnIndex) cursor.advance(made.count);
  else cursor.continue();
  return true;
}

async function contents(indexedDB, name) {
  const db = await result(indexedDB.open(name));
  const lines = [`version ${db.version} ${describe(db.objectStoreNames)}`];
  if (db.objectStoreNames.length > 0) {
    const tx = db.transaction(db.objectStoreNames);
    for (const storeName of db.objectStoreNames) {
      const store = tx.objectStore(storeName);
      const kind = describe([store.keyPath, store.autoIncrement]);
      lines.push(`${storeName} ${kind} ${describe(await result(store.getAllKeys()))}`);
      lines.push(describe(await result(store.getAll())));
      for (const indexName of store.indexNames) {
        const index = store.index(indexName);
        const entries = await result(index.getAllRecords());
        const kindOfIndex = describe([index.keyPath, index.unique, index.multiEntry]);
        const keys = entries.map((entry) => [entry.key, entry.primaryKey]);
        lines.push(`${indexName} ${kindOfIndex} ${describe(keys)}`);
      }
    }
  }
  db.close();
  return lines;
}
