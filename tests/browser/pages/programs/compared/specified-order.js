// What the specification says of events, cursors and turns where browsers go ways of their own:
// programs with the lines that they have to log.
import { ended, outcome, result, walk, watch } from './steps.js';

const openEvents = ['upgradeneeded', 'blocked', 'success', 'error'];

function filled({ open }) {
  return open(1, (db) => {
    const store = db.createObjectStore('s');
    store.createIndex('g', 'g');
    for (let i = 0; i < 12; i += 1) store.put({ g: Math.floor(i / 3) }, i);
    db.createObjectStore('t');
  });
}

// Firefox refuses such names.
export const namesWithLoneSurrogates = {
  expected: ['new 0 true', 'new 0 true', '["\\ud800", "\\udfff"]'],
  async body({ indexedDB, name, log }) {
    const names = [`${name}\ud800`, `${name}\udfff`];
    for (const each of names) {
      const request = indexedDB.open(each, 1);
      let oldVersion;
      request.onupgradeneeded = (event) => {
        oldVersion = event.oldVersion;
      };
      const db = await result(request);
      log('new', oldVersion, db.name === each);
      db.close();
    }
    const listed = (await indexedDB.databases()).map((each) => each.name).filter((each) =>
      each.startsWith(name));
    log(listed.map((each) => each.slice(name.length)).sort());
  },
};

// Firefox never says that the deletion is blocked.
export const severalConnections = {
  expected: [
    'connection 0 versionchange 1 null', 'connection 1 versionchange 1 null',
    'connection 2 versionchange 1 null',
    'deletion blocked 1 null', 'deletion success 1 null', 'undefined',
  ],
  async body({ indexedDB, name, open, log }) {
    const all = [await open(1), await open(1), await open(1)];
    for (const [i, db] of all.entries()) {
      watch(log, `connection ${i}`, db, ['versionchange']);
      if (i !== 1) db.addEventListener('versionchange', () => db.close());
    }
    const request = indexedDB.deleteDatabase(name);
    watch(log, 'deletion', request, openEvents);
    request.addEventListener('blocked', () => all[1].close());
    log(await result(request));
  },
};

// Firefox counts records instead of keys.
export const advanceOverUniqueKeys = {
  expected: ['nextunique 2 0/0 2/6', 'nextunique 3 0/0 3/9', 'prevunique 2 3/9 1/3',
  'prevunique 3 3/9 0/0'],
  async body(world) {
    const db = await filled(world);
    for (const direction of ['nextunique', 'prevunique']) {
      for (const count of [2, 3]) {
        const seen = [];
        await walk(db.transaction('s').objectStore('s').index('g').openKeyCursor(null, direction),
            (cursor) => {
          seen.push(`${cursor.key}/${cursor.primaryKey}`);
          cursor.advance(count);
          return true;
        });
        world.log(direction, count, ...seen);
      }
    }
    db.close();
  },
};

// Firefox lets a cursor that has read ahead overtake other requests.
export const requestsOfTwoCursorsInTurn = {
  expected: ['down 11, up 0, count 12, down 10, up 1, down 9, up 2, down 8, up 3, down 7'],
  async body(world) {
    const db = await filled(world);
    const store = db.transaction('s').objectStore('s');
    const seen = [];
    await Promise.all([
      walk(store.openCursor(null, 'prev'), (cursor) => void seen.push(`down ${cursor.key}`)),
      walk(store.index('g').openCursor(null, 'nextunique'),
      (cursor) => void seen.push(`up ${cursor.key}`)),
      result(store.count()).then((count) => seen.push(`count ${count}`)),
    ]);
    world.log(seen.slice(0, 10).join(', '));
    db.close();
  },
};

// Where a request fails after commit(), that is the transaction's end; browsers still have the
// request's own event.
export const failuresAfterCommit = {
  expected: ['abort ConstraintError AbortError', 'AbortError abort ConstraintError [0]'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s').put('there', 0));
    const failing = db.transaction('s', 'readwrite');
    const violated = failing.objectStore('s').add(5, 0);
    failing.commit();
    log(await ended(failing), violated.error.name);
    const prevented = db.transaction('s', 'readwrite');
    const forgiven = outcome(prevented.objectStore('s').add(5, 0));
    prevented.objectStore('s').put(6, 6);
    prevented.commit();
    log(await forgiven, await ended(prevented),
      await result(db.transaction('s').objectStore('s').getAllKeys()));
    db.close();
  },
};

// Firefox forgets the reason when nobody but the request hears of it; Chromium finds one when
// abort() gave none.
export const theReasonOfAnAbort = {
  expected: ['stopPropagation abort ConstraintError', 'abort abort without an error'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s').put('there', 1));
    for (const how of ['stopPropagation', 'abort']) {
      const tx = db.transaction('s', 'readwrite');
      tx.objectStore('s').add('again', 1).onerror = (event) => {
        if (how === 'abort') tx.abort();
        else event.stopPropagation();
      };
      log(how, await ended(tx));
    }
    db.close();
  },
};

// Firefox makes the second wait for the first.
export const writersOfDifferentStoresDoNotWait = {
  expected: ['complete', 'the other ended first true'],
  async body(world) {
    const db = await filled(world);
    const held = db.transaction('s', 'readwrite');
    const other = db.transaction('t', 'readwrite');
    let isOtherDone = false;
    other.objectStore('t').put(5, 'n');
    ended(other).then((how) => {
      world.log(how);
      isOtherDone = true;
    });
    let turns = 0;
    const spin = () => {
      turns += 1;
      if (!isOtherDone && turns < 3000) held.objectStore('s').put(turns, 'n').onsuccess = spin;
    };
    spin();
    await ended(held);
    world.log('the other ended first', isOtherDone);
    db.close();
  },
};

// In Chromium listeners at the target are called in the order in which they were added, and a path
// has one target.
export const listenersAtTheTarget = {
  expected: ['capturing', 'bubbling', '["IDBRequest", "IDBTransaction", "IDBDatabase"]',
  '["IDBTransaction", "IDBDatabase"]'],
  async body(world) {
    const { log } = world;
    const db = await filled(world);
    const tx = db.transaction('s');
    const request = tx.objectStore('s').get(1);
    request.addEventListener('success', () => log('bubbling'));
    request.addEventListener('success', () => log('capturing'), true);
    const path = (event) => log(event.composedPath().map((target) => target.constructor.name));
    request.addEventListener('success', path);
    tx.addEventListener('complete', path);
    await ended(tx);
    db.close();
  },
};

// Chromium does not see what is put behind the last entry once it has read ahead.
export const aCursorMeetsWhatIsPutAtTheEnd = {
  expected: ['0 1 2 3 4 5 6 7', '0 1 2 3 4 5 6 7 8 9 10 11'],
  async body({ open, log }) {
    const db = await open(1, (fresh) => {
      const store = fresh.createObjectStore('s');
      for (let i = 0; i < 5; i += 1) store.put(i, i);
    });
    for (const last of [7, 11]) {
      const store = db.transaction('s', 'readwrite').objectStore('s');
      const seen = [];
      await walk(store.openCursor(), ({ key }) => {
        seen.push(key);
        if (key >= 4 && key < last) store.put('late', key + 1);
      });
      log(...seen);
    }
    db.close();
  },
};
