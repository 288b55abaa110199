// Changes while a cursor walks: through the cursor itself, and behind its back.
import { describe } from './describe.js';
import { ended, result, walk } from './steps.js';

const directions = ['next', 'nextunique', 'prev', 'prevunique'];

function filled({ open }, count = 10) {
  return open(1, (db) => {
    const store = db.createObjectStore('s', { keyPath: 'id' });
    store.createIndex('g', 'g');
    store.createIndex('tags', 'tags', { multiEntry: true });
    for (let id = 0; id < count; id += 1) store.put({ id, g: id % 3, tags: [id, 'x'] });
  });
}

async function rows(db) {
  const store = db.transaction('s').objectStore('s');
  const all = await result(store.getAll());
  const text = all.map(({ id, g, seen }) =>
    `${describe(id)}:${describe(g)}${seen === undefined ? '' : `:${seen}`}`).join(' ');
  return `${text} | ${describe(await result(store.index('g').getAllKeys()))}`;
}

// Each walk on a database of its own: what one changes must not be the next one's start.
async function changed(world, label, source, direction, visit) {
  const own = { ...world, open: (version, upgrade) => openNamed(world,
    `${label} ${direction}`, version, upgrade) };
  const db = await filled(own);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  const end = ended(tx);
  const seen = [];
  const request = (source === 's' ? store : store.index(source)).openCursor(null, direction);
  await walk(request, (cursor) => {
    seen.push(`${describe(cursor.key)}/${describe(cursor.primaryKey)}`);
    return visit(cursor, store, seen.length);
  });
  world.log(label, direction, seen.join(' '), await end, await rows(db));
  db.close();
}

function openNamed({ indexedDB, name }, part, version, upgrade) {
  const request = indexedDB.open(`${name} ${part}`, version);
  request.onupgradeneeded = () => upgrade(request.result);
  return result(request);
}

export async function updatedInPlace(world) {
  for (const direction of directions) {
    await changed(world, 'store', 's', direction, (cursor) => {
      cursor.update({ ...cursor.value, g: 9 - cursor.value.g, seen: 'y' });
    });
  }
}

export async function entriesMovedByTheCursor(world) {
  for (const direction of directions) {
    await changed(world, 'ahead', 'g', direction, (cursor, store, n) => {
      if (n < 30) cursor.update({ ...cursor.value, g: cursor.value.g + 1, seen: n });
    });
    await changed(world, 'back', 'g', direction, (cursor, store, n) => {
      if (n < 30) cursor.update({ ...cursor.value, g: cursor.value.g - 1, seen: n });
    });
    await changed(world, 'out', 'g', direction, (cursor, store, n) => {
      cursor.update({ id: cursor.value.id, seen: n });
    });
  }
}

export async function deletedByTheCursor(world) {
  for (const direction of directions) {
    await changed(world, 'all', 's', direction, (cursor) => void cursor.delete());
    await changed(world, 'some', 'g', direction, (cursor) => {
      if (cursor.primaryKey % 2 === 0) cursor.delete();
    });
    await changed(world, 'through tags', 'tags', direction, (cursor) => void cursor.delete());
  }
}

export async function behindItsBack(world) {
  for (const direction of directions) {
    const down = direction.startsWith('prev');
    await changed(world, 'next one deleted', 's', direction, (cursor, store) => {
      store.delete(cursor.key + (down ? -1 : 1));
    });
    await changed(world, 'one put in between', 's', direction, (cursor, store, n) => {
      if (n < 5) store.put({ id: cursor.key + (down ? -0.5 : 0.5), g: 7 });
    });
    await changed(world, 'all cleared', 's', direction, (cursor, store, n) => {
      if (n === 3) store.clear();
    });
    await changed(world, 'cleared and one put', 'g', direction, (cursor, store, n) => {
      if (n !== 2) return;
      store.clear();
      store.put({ id: 100, g: down ? -5 : 5 });
    });
    await changed(world, 'index entries put', 'g', direction, (cursor, store, n) => {
      if (n < 6) store.put({ id: 50 + n, g: cursor.key, tags: [] });
    });
  }
}

export async function afterTheMoveWasAsked(world) {
  for (const direction of directions) {
    const down = direction.startsWith('prev');
    await changed(world, 'put before the answer', 's', direction, (cursor, store, n) => {
      cursor.continue();
      if (n < 4) store.put({ id: cursor.key + (down ? -0.25 : 0.25), g: 1 });
      return true;
    });
    await changed(world, 'deleted before the answer', 's', direction, (cursor, store) => {
      cursor.continue();
      store.delete(cursor.key + (down ? -2 : 2));
      return true;
    });
  }
}

export async function deletedThenUpdated({ open, log }) {
  const db = await filled({ open }, 3);
  const tx = db.transaction('s', 'readwrite');
  const store = tx.objectStore('s');
  const cursor = await result(store.openCursor(1));
  log(await result(cursor.delete()), await result(store.count()));
  log(await result(cursor.update({ id: 1, g: 'back' })), await result(store.count()));
  log(cursor.value, await result(store.get(1)), await ended(tx), await rows(db));
  db.close();
}

export async function updatedValueStaysTheCursors({ open, log }) {
  const db = await filled({ open }, 3);
  const store = db.transaction('s', 'readwrite').objectStore('s');
  const cursor = await result(store.openCursor());
  const { value } = cursor;
  value.extra = 'mine';
  log(cursor.value === value, await result(cursor.update(value)), cursor.value === value,
    await result(store.get(0)));
  value.late = 'not stored';
  log(await result(store.get(0)));
  db.close();
}

export async function aDeletionThatViolatesNothing({ open, log }) {
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('s');
    store.createIndex('u', 'u', { unique: true });
    for (let i = 0; i < 4; i += 1) store.put({ u: i }, `key ${i}`);
  });
  const tx = db.transaction('s', 'readwrite');
  const end = ended(tx);
  await walk(tx.objectStore('s').index('u').openCursor(), (cursor) => {
    const next = cursor.value.u + 1;
    const request = cursor.update({ u: next });
    request.onsuccess = () => log('moved to', next);
    request.onerror = (event) => {
      event.preventDefault();
      log(next, request.error.name);
    };
    if (next === 2) cursor.delete();
    if (next === 10) cursor.continue(1000);
    return next === 10 ? true : undefined;
  });
  log(await end, await result(db.transaction('s').objectStore('s').getAll()));
  db.close();
}

export async function inBulk(world) {
  const { log } = world;
  const db = await filled(world, 600);
  const tx = db.transaction('s', 'readwrite');
  const end = ended(tx);
  let visited = 0;
  await walk(tx.objectStore('s').index('g').openCursor(), (cursor) => {
    visited += 1;
    if (cursor.primaryKey % 5 === 0) cursor.delete();
    else if (cursor.key < 3) cursor.update({ ...cursor.value, g: cursor.key + 3 });
  });
  log(visited, await end);
  log(await rows(db));
  db.close();
}
