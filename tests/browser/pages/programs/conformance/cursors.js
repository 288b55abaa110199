// Cursors and key cursors: directions, moves, and the order of their exceptions.
// https://w3c.github.io/IndexedDB/#cursor-interface
import { equal, holds, same, throws } from './assertions.js';
import { completed, next, result, walked } from './moments.js';

function filled({ open }) {
  return open(1, (db) => {
    const s = db.createObjectStore('s');
    s.createIndex('g', 'g');
    for (let i = 0; i < 9; i += 1) s.put({ g: Math.floor(i / 3) }, i);
  });
}

async function sources(world, mode = 'readonly') {
  const tx = (await filled(world)).transaction('s', mode);
  const s = tx.objectStore('s');
  return { tx, s, g: s.index('g') };
}

const pair = ({ key, primaryKey }) => `${key}/${primaryKey}`;

export const cases = {
  async 'a cursor shows its source, direction, request, key and value'(world) {
    const { s, g } = await sources(world);
    const request = s.openCursor();
    const cursor = await result(request);
    holds(cursor instanceof IDBCursorWithValue && cursor instanceof IDBCursor, 'with a value');
    same(cursor.source, s);
    same(cursor.request, request);
    same(cursor.request, cursor.request);
    equal([cursor.direction, cursor.key, cursor.primaryKey], ['next', 0, 0]);
    equal(cursor.value, { g: 0 });
    same(cursor.value, cursor.value);
    const key = await result(g.openKeyCursor(null, 'prev'));
    holds(key instanceof IDBCursor && !(key instanceof IDBCursorWithValue), 'a key cursor');
    same(key.source, g);
    equal([key.direction, key.key, key.primaryKey, 'value' in key], ['prev', 2, 8, false]);
  },

  async 'a cursor stays the same object, its request has one result at a time'(world) {
    const { s } = await sources(world);
    const request = s.openCursor();
    const cursor = await result(request);
    equal(cursor.continue(), undefined);
    equal(request.readyState, 'pending');
    throws('InvalidStateError', () => request.result);
    same(await result(request), cursor);
    equal([cursor.key, request.readyState], [1, 'done']);
    cursor.advance(7);
    await result(request);
    cursor.continue();
    equal(await result(request), null);
    throws('InvalidStateError', () => cursor.continue());
    throws('InvalidStateError', () => cursor.advance(1));
  },

  async 'behind its end a cursor has neither key nor value'(world) {
    const { s, g } = await sources(world);
    for (const source of [s, g]) {
      const request = source.openCursor(null, 'prev');
      const cursor = await result(request);
      cursor.advance(99);
      equal(await result(request), null);
      equal([cursor.key, cursor.primaryKey, cursor.value], [undefined, undefined, undefined]);
    }
  },

  async 'directions over a store'(world) {
    const { s } = await sources(world);
    const up = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    for (const [direction, keys] of [['next', up], ['nextunique', up],
      ['prev', up.toReversed()], ['prevunique', up.toReversed()]]) {
      equal(await walked(s.openCursor(null, direction), ({ key }) => key), keys, direction);
      equal(await walked(s.openKeyCursor(null, direction), ({ key }) => key), keys, direction);
    }
  },

  async 'directions over an index'(world) {
    const { g } = await sources(world);
    const all = ['0/0', '0/1', '0/2', '1/3', '1/4', '1/5', '2/6', '2/7', '2/8'];
    const expected = { next: all, prev: all.toReversed(), nextunique: ['0/0', '1/3', '2/6'],
      prevunique: ['2/6', '1/3', '0/0'] };
    for (const [direction, pairs] of Object.entries(expected)) {
      equal(await walked(g.openCursor(null, direction), pair), pairs, direction);
      equal(await walked(g.openKeyCursor(null, direction), pair), pairs, direction);
    }
  },

  async 'queries limit a cursor at both ends'(world) {
    const { s, g } = await sources(world);
    const keys = (query, direction) => walked(s.openCursor(query, direction), ({ key }) => key);
    equal(await keys(4), [4]);
    equal(await keys(IDBKeyRange.bound(2, 5)), [2, 3, 4, 5]);
    equal(await keys(IDBKeyRange.bound(2, 5, true, true), 'prev'), [4, 3]);
    equal(await keys(IDBKeyRange.upperBound(1), 'prev'), [1, 0]);
    equal(await keys('none'), []);
    equal(await walked(g.openCursor(IDBKeyRange.lowerBound(1), 'prevunique'), pair),
      ['2/6', '1/3']);
    equal(await walked(g.openCursor(1), pair), ['1/3', '1/4', '1/5']);
  },

  async 'continue() with a key goes there or behind'(world) {
    const { s, g } = await sources(world);
    const request = s.openCursor();
    const cursor = await result(request);
    cursor.continue(4);
    await result(request);
    equal(cursor.key, 4);
    cursor.continue(6.5);
    await result(request);
    equal(cursor.key, 7);
    cursor.continue('text');
    equal(await result(request), null);
    const back = g.openCursor(null, 'prev');
    const other = await result(back);
    other.continue(1);
    await result(back);
    equal(pair(other), '1/5');
    other.continue(0.5);
    await result(back);
    equal(pair(other), '0/2');
  },

  async 'continue() throws in the order of its steps'(world) {
    const { tx, s } = await sources(world);
    const forward = await result(s.openCursor(IDBKeyRange.lowerBound(3)));
    throws('DataError', () => forward.continue({}));
    throws('DataError', () => forward.continue(NaN));
    throws('DataError', () => forward.continue(3));
    throws('DataError', () => forward.continue(2));
    forward.continue(undefined);
    throws('InvalidStateError', () => forward.continue({}));
    const backward = await result(s.openCursor(null, 'prev'));
    throws('DataError', () => backward.continue(8));
    throws('DataError', () => backward.continue(9));
    await completed(tx);
    throws('TransactionInactiveError', () => backward.continue({}));
  },

  async 'advance() skips, and ends'(world) {
    const { s, g } = await sources(world);
    const request = g.openCursor();
    const cursor = await result(request);
    cursor.advance(4);
    await result(request);
    equal(pair(cursor), '1/4');
    cursor.advance(100);
    equal(await result(request), null);
    const step = (by) => (each) => each.advance(by);
    equal(await walked(s.openCursor(), ({ key }) => key, step(3)), [0, 3, 6]);
    equal(await walked(s.openKeyCursor(null, 'prev'), ({ key }) => key, step(4)), [8, 4, 0]);
  },

  async 'advance() counts the keys that a unique direction shows'(world) {
    const { g } = await sources(world);
    const step = (each) => each.advance(2);
    equal(await walked(g.openCursor(null, 'nextunique'), pair, step), ['0/0', '2/6']);
    equal(await walked(g.openKeyCursor(null, 'prevunique'), pair, step), ['2/6', '0/0']);
  },

  async 'advance() throws in the order of its steps'(world) {
    const { tx, s } = await sources(world);
    const cursor = await result(s.openCursor());
    for (const count of [0, -1, NaN, 2 ** 32, Infinity, 'x', null, undefined, 0.5]) {
      throws('TypeError', () => cursor.advance(count), `advance(${count})`);
    }
    throws('TypeError', () => cursor.advance());
    cursor.advance(1);
    throws('TypeError', () => cursor.advance(0));
    throws('InvalidStateError', () => cursor.advance(1));
    await completed(tx);
    throws('TypeError', () => cursor.advance(0));
    throws('TransactionInactiveError', () => cursor.advance(1));
  },

  async 'continuePrimaryKey() goes to a key and primary key'(world) {
    const { g } = await sources(world);
    const request = g.openCursor();
    const cursor = await result(request);
    const moves = [[0, 1, '0/1'], [1, 4, '1/4'], [1, 4.5, '1/5'], [1, 99, '2/6'], [2, 8, '2/8']];
    for (const [key, primaryKey, expected] of moves) {
      cursor.continuePrimaryKey(key, primaryKey);
      await result(request);
      equal(pair(cursor), expected);
    }
    cursor.continuePrimaryKey(3, 0);
    equal(await result(request), null);
    const back = g.openKeyCursor(null, 'prev');
    const other = await result(back);
    other.continuePrimaryKey(1, 4);
    await result(back);
    equal(pair(other), '1/4');
    other.continuePrimaryKey(1, 2);
    await result(back);
    equal(pair(other), '0/2');
  },

  async 'continuePrimaryKey() throws in the order of its steps'(world) {
    const { tx, s, g } = await sources(world);
    const ofStore = await result(s.openCursor());
    throws('InvalidAccessError', () => ofStore.continuePrimaryKey({}, {}));
    const unique = await result(g.openCursor(null, 'nextunique'));
    throws('InvalidAccessError', () => unique.continuePrimaryKey({}, {}));
    const request = g.openCursor(IDBKeyRange.lowerBound(1));
    const cursor = await result(request);
    throws('TypeError', () => cursor.continuePrimaryKey(1));
    for (const [key, primaryKey] of [[{}, 1], [1, {}], [undefined, 1], [1, null], [0, 9], [1, 3],
      [1, 2]]) throws('DataError', () => cursor.continuePrimaryKey(key, primaryKey));
    cursor.continue();
    throws('InvalidStateError', () => cursor.continuePrimaryKey({}, {}));
    const back = await result(g.openCursor(null, 'prev'));
    throws('DataError', () => back.continuePrimaryKey(2, 8));
    throws('DataError', () => back.continuePrimaryKey(3, 0));
    await completed(tx);
    throws('TransactionInactiveError', () => ofStore.continuePrimaryKey({}, {}));
  },

  async 'open calls refuse bad directions and keys'(world) {
    const { s, g } = await sources(world);
    for (const source of [s, g]) {
      for (const name of ['openCursor', 'openKeyCursor']) {
        throws('TypeError', () => source[name](null, 'up'), name);
        throws('TypeError', () => source[name](null, null), name);
        throws('DataError', () => source[name]({}), name);
        equal((await result(source[name](undefined, undefined))).direction, 'next');
      }
    }
  },

  async 'a cursor is inactive outside of its transaction'(world) {
    const { tx, s } = await sources(world, 'readwrite');
    const cursor = await result(s.openCursor());
    await next(tx, 'complete');
    throws('TransactionInactiveError', () => cursor.continue());
    throws('TransactionInactiveError', () => cursor.update(() => 1));
    throws('TransactionInactiveError', () => cursor.delete());
    throws('TransactionInactiveError', () => cursor.continuePrimaryKey({}, {}));
    equal([cursor.key, cursor.value], [0, { g: 0 }]);
  },

  async 'a key that a script changed does not move the cursor'({ store }) {
    const db = await store([[[1], 'a'], [[2], 'b'], [[3], 'c']]);
    const request = db.transaction('s').objectStore('s').openCursor();
    const cursor = await result(request);
    same(cursor.key, cursor.key);
    cursor.key[0] = 99;
    cursor.continue();
    await result(request);
    equal([cursor.key, cursor.value], [[2], 'b']);
  },

  async 'long walks in all directions'({ open }) {
    const count = 1500;
    const db = await open(1, (fresh) => {
      const s = fresh.createObjectStore('s');
      s.createIndex('g', 'g');
      for (let i = 0; i < count; i += 1) s.put({ g: i % 7 }, i);
    });
    const s = db.transaction('s').objectStore('s');
    const seen = await Promise.all(['next', 'prev'].flatMap((direction) => [
      walked(s.openCursor(null, direction), ({ key }) => key),
      walked(s.index('g').openKeyCursor(null, direction), ({ primaryKey }) => primaryKey),
    ]));
    equal(seen.map((keys) => [keys.length, new Set(keys).size]), [0, 1, 2, 3].map(() =>
      [count, count]));
    equal([seen[0][10], seen[2][10], seen[1][10]], [10, count - 11, 70]);
  },
};
