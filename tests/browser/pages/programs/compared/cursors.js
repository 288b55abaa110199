// Cursors: all directions over stores and indexes, and every way to move them.
import { describe } from './describe.js';
import { result, thrown, walk } from './steps.js';

const directions = ['next', 'nextunique', 'prev', 'prevunique'];

function filled({ open }) {
  return open(1, (db) => {
    const store = db.createObjectStore('s');
    store.createIndex('g', 'g');
    store.createIndex('many', 'many', { multiEntry: true });
    for (let i = 0; i < 12; i += 1) store.put({ g: Math.floor(i / 3), many: [i % 2, 'all', i] },
      i * 10);
    db.createObjectStore('empty').createIndex('g', 'g');
  });
}

function sources(db, mode) {
  const store = db.transaction('s', mode).objectStore('s');
  return { store, g: store.index('g'), many: store.index('many') };
}

async function steps(request, move = () => undefined) {
  const seen = [];
  await walk(request, (cursor) => {
    seen.push(`${describe(cursor.key)}/${describe(cursor.primaryKey)}`);
    return move(cursor, seen.length);
  });
  return seen.join(' ');
}

export async function everyDirection(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world);
  const ranges = [undefined, IDBKeyRange.bound(1, 30), IDBKeyRange.bound(1, 3, true, true),
    IDBKeyRange.lowerBound(2, true), IDBKeyRange.upperBound(2), 'all', 3, 1000];
  for (const direction of directions) {
    for (const range of ranges) {
      for (const [label, source] of Object.entries(sources(db))) {
        log(label, direction, await steps(source.openKeyCursor(range, direction)));
        log(await steps(source.openCursor(range, direction)));
      }
    }
  }
  db.close();
}

export async function whatACursorSays(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world);
  for (const [label, source] of Object.entries(sources(db))) {
    for (const open of ['openCursor', 'openKeyCursor']) {
      const request = source[open](IDBKeyRange.lowerBound(2));
      const cursor = await result(request);
      log(label, cursor.constructor.name, cursor.direction, cursor.source === source,
        cursor.request === request, 'value' in cursor);
      log(cursor.key, cursor.primaryKey, cursor.value, cursor.key === cursor.key,
        cursor.value === cursor.value);
      cursor.continue();
      log(await result(request) === cursor, cursor.key);
    }
  }
  log(await result(db.transaction('empty').objectStore('empty').openCursor()),
    await result(db.transaction('empty').objectStore('empty').index('g').openKeyCursor()));
  db.close();
}

export async function continueToAKey(world) {
  const { log } = world;
  const db = await filled(world);
  for (const direction of directions) {
    const down = direction.startsWith('prev');
    const { store, g, many } = sources(db);
    log(direction, await steps(store.openCursor(null, direction),
      (cursor, n) => (n === 1 ? (cursor.continue(down ? 45 : 55), true) : undefined)));
    log(await steps(store.openCursor(null, direction),
      (cursor) => (cursor.continue(cursor.key + (down ? -20 : 20)), true)));
    log(await steps(g.openKeyCursor(null, direction),
      (cursor, n) => (n === 2 ? (cursor.continue(down ? 1 : 2), true) : undefined)));
    log(await steps(many.openCursor(null, direction),
      (cursor, n) => (n === 1 ? (cursor.continue(down ? 7 : 'all'), true) : undefined)));
    log(await steps(g.openKeyCursor(null, direction),
      (cursor) => (cursor.continue(down ? -5 : 'beyond'), true)));
  }
  db.close();
}

export async function continueToAPrimaryKey(world) {
  const { log } = world;
  const db = await filled(world);
  for (const direction of ['next', 'prev']) {
    const down = direction === 'prev';
    const { g, many } = sources(db);
    const jump = (key, primaryKey) => (cursor, n) => (n === 1
      ? (cursor.continuePrimaryKey(key, primaryKey), true) : undefined);
    for (const [key, primaryKey] of [[1, 40], [1, 45], [2, -1], [2, 1000], [1.5, 50]]) {
      log(direction, await steps(g.openCursor(null, direction), jump(key, primaryKey)));
    }
    log(await steps(many.openKeyCursor(null, direction), jump('all', down ? 20 : 90)));
  }
  db.close();
}

export async function advances(world) {
  const { log, IDBKeyRange } = world;
  const db = await filled(world);
  for (const direction of directions) {
    for (const count of [1, 2, 5, 11, 12, 4294967295]) {
      const { store, g } = sources(db);
      log(direction, count, await steps(store.openCursor(null, direction),
        (cursor) => (cursor.advance(count), true)));
      // Over an index not every browser counts keys alone where only the unique ones are asked for.
      if (direction.endsWith('unique')) continue;
      log(await steps(g.openKeyCursor(IDBKeyRange.lowerBound(1), direction),
        (cursor) => (cursor.advance(count), true)));
    }
  }
  db.close();
}

export async function wrongMoves(world) {
  const { log } = world;
  const db = await filled(world);
  for (const direction of directions) {
    const { store, g } = sources(db, 'readwrite');
    const onStore = await result(store.openCursor(50, direction));
    log(direction, [50, 40, 60, NaN, null, {}, undefined].map((key) => {
      // Those that are allowed would move it.
      return key === undefined || (direction.startsWith('next') ? key > 50 : key < 50
        && key !== null) ? 'allowed' : thrown(() => onStore.continue(key));
    }));
    log([0, -1, 4294967296, NaN, 'x', null].map((count) => thrown(() => onStore.advance(count))),
      thrown(() => onStore.advance()));
    log(thrown(() => onStore.continuePrimaryKey(60, 60)),
      thrown(() => onStore.continuePrimaryKey(60)));
    const onIndex = await result(g.openCursor(null, direction));
    log(onIndex.key, onIndex.primaryKey);
    const { key, primaryKey } = onIndex;
    for (const [toKey, toPrimary] of [[key, primaryKey], [key, primaryKey - 1],
        [key, primaryKey + 1], [key - 1, 0], [key + 1, 0], [null, 1], [key, null]]) {
      const fine = direction === 'next' ? toKey > key || (toKey === key && toPrimary > primaryKey)
        : direction === 'prev' && toKey !== null && toPrimary !== null
        && (toKey < key || (toKey === key && toPrimary < primaryKey));
      log(toKey, toPrimary, fine ? 'allowed'
        : thrown(() => onIndex.continuePrimaryKey(toKey, toPrimary)));
    }
  }
  db.close();
}

export async function movedTwice(world) {
  const { log } = world;
  const db = await filled(world);
  const { store } = sources(db, 'readwrite');
  const request = store.openCursor();
  const cursor = await result(request);
  cursor.continue();
  log(request.readyState, thrown(() => request.result), thrown(() => cursor.continue()),
    thrown(() => cursor.advance(1)));
  log(thrown(() => cursor.update(1)), thrown(() => cursor.delete()), cursor.key, cursor.value);
  await result(request);
  log(cursor.key, request.readyState);
  cursor.continue(1000);
  log(await result(request));
  log(thrown(() => cursor.continue()), thrown(() => cursor.advance(2)),
    thrown(() => cursor.update(1)), thrown(() => cursor.delete()));
  db.close();
}

export async function wrongCursors(world) {
  const { log } = world;
  const db = await filled(world);
  const { store, g } = sources(db);
  for (const open of ['openCursor', 'openKeyCursor']) {
    log(thrown(() => store[open](null, 'sideways')), thrown(() => g[open](NaN)),
      thrown(() => store[open]({})), thrown(() => store[open](null, '')));
  }
  const readonly = await result(store.openCursor());
  log(thrown(() => readonly.update({})), thrown(() => readonly.delete()));
  const { store: writable } = sources(db, 'readwrite');
  const keysOnly = await result(writable.openKeyCursor());
  log(thrown(() => keysOnly.update({})), thrown(() => keysOnly.delete()));
  const values = await result(writable.openCursor());
  log(thrown(() => values.update()), thrown(() => values.update(() => 1)),
    thrown(() => { values.key = 1; }), values.key);
  db.close();
}

export async function keysOfACursorAreIts({ open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s').put('v', [1, new Date(2)]));
  const cursor = await result(db.transaction('s', 'readwrite').objectStore('s').openCursor());
  cursor.key.push('changed');
  cursor.key[1].setTime(9);
  log(cursor.key, cursor.primaryKey, cursor.key === cursor.key, cursor.key === cursor.primaryKey);
  log(await result(cursor.update('w')), await result(cursor.source.getAllKeys()),
    await result(cursor.source.getAll()));
  db.close();
}

export async function aLongWalk({ open, log }) {
  const db = await open(1, (fresh) => {
    const store = fresh.createObjectStore('s', { keyPath: 'id' });
    store.createIndex('n', 'n');
    for (let id = 0; id < 700; id += 1) store.put({ id, n: (id * 37) % 100,
      text: 'y'.repeat(id % 300) });
  });
  const store = db.transaction('s').objectStore('s');
  for (const direction of directions) {
    let sum = 0;
    let count = 0;
    await walk(store.index('n').openCursor(null, direction), (cursor) => {
      count += 1;
      sum = (sum * 31 + cursor.value.id + cursor.key + cursor.value.text.length) % 1_000_003;
    });
    log(direction, count, sum);
  }
  db.close();
}
