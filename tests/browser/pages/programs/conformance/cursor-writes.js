// update() and delete() of cursors, and writes beside a cursor that walks.
// https://w3c.github.io/IndexedDB/#dom-idbcursor-update
import { equal, same, throws } from './assertions.js';
import { completed, fails, result, walked } from './moments.js';

function filled({ open }, options = { keyPath: 'id' }) {
  return open(1, (db) => {
    const s = db.createObjectStore('s', options);
    s.createIndex('x', 'x');
    for (let id = 1; id <= 6; id += 1) s.put({ id, x: id * 10 });
  });
}

async function writing(world) {
  const tx = (await filled(world)).transaction('s', 'readwrite');
  const s = tx.objectStore('s');
  return { tx, s, index: s.index('x') };
}

export const cases = {
  async 'update() replaces the record and answers with its key'(world) {
    const { tx, s, index } = await writing(world);
    const cursor = await result(index.openCursor(30));
    const request = cursor.update({ id: 3, x: 31 });
    same(request.source, cursor);
    same(request.transaction, tx);
    equal(await result(request), 3);
    equal([cursor.key, cursor.value], [30, { id: 3, x: 30 }]);
    equal(await result(s.get(3)), { id: 3, x: 31 });
    equal([await result(index.getKey(30)), await result(index.getKey(31))], [undefined, 3]);
  },

  async 'delete() deletes the record, and twice does no harm'(world) {
    const { s, index } = await writing(world);
    const cursor = await result(index.openCursor(20));
    const request = cursor.delete();
    same(request.source, cursor);
    equal(await result(request), undefined);
    equal(await result(cursor.delete()), undefined);
    equal(await result(s.getAllKeys()), [1, 3, 4, 5, 6]);
    equal(await result(index.count()), 5);
  },

  async 'update() of a deleted record stores it again'(world) {
    const { s } = await writing(world);
    const cursor = await result(s.openCursor(2));
    await result(cursor.delete());
    equal(await result(cursor.update({ id: 2, again: true })), 2);
    equal(await result(s.get(2)), { id: 2, again: true });
  },

  async 'update() throws in the order of its steps'(world) {
    const { tx, s, index } = await writing(world);
    const bad = { id: 9, f: () => 1 };
    const cursor = await result(s.openCursor());
    throws('TypeError', () => cursor.update());
    throws('DataCloneError', () => cursor.update(bad));
    throws('DataError', () => cursor.update({ id: 9 }));
    throws('DataError', () => cursor.update({}));
    throws('DataError', () => cursor.update('text'));
    const key = await result(index.openKeyCursor());
    throws('InvalidStateError', () => key.update(bad));
    throws('InvalidStateError', () => key.delete());
    cursor.continue();
    throws('InvalidStateError', () => cursor.update(bad));
    throws('InvalidStateError', () => cursor.delete());
    await completed(tx);
    throws('TransactionInactiveError', () => cursor.update(bad));
    throws('TransactionInactiveError', () => cursor.delete());
  },

  async 'in a transaction that only reads it is a ReadOnlyError'(world) {
    const db = await filled(world);
    const s = db.transaction('s').objectStore('s');
    const cursor = await result(s.openCursor());
    throws('ReadOnlyError', () => cursor.update(() => 1));
    throws('ReadOnlyError', () => cursor.delete());
  },

  async 'behind its end a cursor does not write'(world) {
    const { s } = await writing(world);
    const request = s.openCursor(6);
    const cursor = await result(request);
    cursor.continue();
    await result(request);
    throws('InvalidStateError', () => cursor.update({ id: 6 }));
    throws('InvalidStateError', () => cursor.delete());
  },

  async 'update() meets unique indexes'({ open }) {
    const db = await open(1, (fresh) => {
      const s = fresh.createObjectStore('s');
      s.createIndex('u', 'u', { unique: true });
      s.put({ u: 1 }, 1);
      s.put({ u: 2 }, 2);
    });
    const tx = db.transaction('s', 'readwrite');
    const cursor = await result(tx.objectStore('s').openCursor());
    await fails('ConstraintError', cursor.update({ u: 2 }));
    equal(await result(cursor.update({ u: 1, same: true })), 1);
    await completed(tx);
  },

  async 'a walk that deletes everything'(world) {
    const { s } = await writing(world);
    const seen = await walked(s.openCursor(), (cursor) => {
      cursor.delete();
      return cursor.key;
    });
    equal([seen, await result(s.count())], [[1, 2, 3, 4, 5, 6], 0]);
  },

  async 'a walk over an index that moves entries behind it'(world) {
    const { index } = await writing(world);
    let left = 8;
    const seen = await walked(index.openCursor(), (cursor) => {
      left -= 1;
      if (left > 0) cursor.update({ ...cursor.value, x: cursor.key + 35 });
      return cursor.primaryKey;
    });
    // 10 20 30 40 50 60, each one moved behind those that are within 35 of it.
    equal(seen.slice(0, 8), [1, 2, 3, 4, 1, 5, 2, 6]);
  },

  async 'a cursor meets what was put and misses what was deleted before it'(world) {
    const { s } = await writing(world);
    const seen = await walked(s.openCursor(), (cursor) => {
      if (cursor.key === 2) {
        s.delete(3);
        s.put({ id: 4.5, x: 0 });
      }
      return cursor.key;
    });
    equal(seen, [1, 2, 4, 4.5, 5, 6]);
  },

  async 'clear() ends a walk'(world) {
    const { s } = await writing(world);
    const seen = await walked(s.openCursor(null, 'prev'), (cursor) => {
      if (cursor.key === 5) s.clear();
      return cursor.key;
    });
    equal(seen, [6, 5]);
  },

  async 'the value at a cursor is a copy'(world) {
    const { s } = await writing(world);
    const cursor = await result(s.openCursor());
    cursor.value.x = 'changed';
    equal(cursor.value.x, 'changed');
    equal((await result(s.get(1))).x, 10);
    equal(await result(cursor.update(cursor.value)), 1);
    equal((await result(s.get(1))).x, 'changed');
  },

  async 'two cursors walk beside each other'(world) {
    const { s, index } = await writing(world);
    const [up, down] = await Promise.all([
      walked(s.openCursor(), ({ key }) => key),
      walked(index.openCursor(null, 'prev'), (cursor) => {
        cursor.delete();
        return cursor.primaryKey;
      }),
    ]);
    equal(down, [6, 5, 4, 3, 2, 1]);
    equal(up, [1, 2, 3, 4]);
  },
};
