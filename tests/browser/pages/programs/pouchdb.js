// A shopping list on PouchDB: documents with revisions and conflicts, queries, attachments,
// changes, replication, and the end of the database. It answers with what it saw.
import '/dist/auto.js';
import PouchDB from '/pouchdb.js';

const open = (name) => new PouchDB(name, { adapter: 'idb' });

async function first() {
  const db = open('list');
  const { rev } = await db.put({ _id: 'milk', kind: 'drink', price: 2 });
  await db.put({ _id: 'milk', _rev: rev, kind: 'drink', price: 3 });
  const conflict = await db
    .put({ _id: 'milk', price: 4 })
    .catch(({ status, name }) => [status, name]);
  const bulk = await db.bulkDocs([
    { _id: 'tea', kind: 'drink', price: 5 },
    { _id: 'rice', kind: 'food', price: 1 },
    { _id: 'milk', price: 9 },
    ...Array.from({ length: 30 }, (_, i) => ({ _id: `item ${i}`, kind: 'other', price: i })),
  ]);
  const invalid = await db.put({ _id: '_bad' }).catch(({ status }) => status);
  const missing = await db.get('none').catch(({ status, reason }) => [status, reason]);
  await db.close();
  const refused = bulk.filter((each) => each.error).map(({ id }) => id);
  return { conflict, bulk: refused, invalid, missing };
}

async function again() {
  const db = open('list');
  const milk = await db.get('milk', { revs: true });
  const range = await db.allDocs({ startkey: 'item 1', endkey: 'item 19', include_docs: true });
  const sums = await db.query({
    map: (doc, emit) => emit(doc.kind, doc.price),
    reduce: '_sum',
  }, { group: true });
  await db.putAttachment('tea', 'note.txt', (await db.get('tea'))._rev,
    new Blob(['two bags'], { type: 'text/plain' }), 'text/plain');
  const note = await db.getAttachment('tea', 'note.txt');
  await db.remove(await db.get('rice'));
  const deleted = await db.get('rice').catch(({ reason }) => reason);
  const changes = await db.changes({ since: 0 });
  await db.compact();
  const { doc_count: count, adapter } = await db.info();
  await db.close();
  return {
    price: milk.price,
    revisions: milk._revisions.ids.length,
    range: range.rows.length,
    sums: sums.rows.map(({ key, value }) => [key, value]),
    note: [note.type, await note.text()],
    deleted,
    changes: [changes.results.length, changes.results.filter((each) => each.deleted).length],
    count,
    adapter,
  };
}

async function replication() {
  const [list, copy] = [open('list'), open('copy')];
  const { docs_written: written } = await list.replicate.to(copy);
  // Both change the same document: one wins, the other stays as a conflict.
  const tea = await copy.get('tea');
  await copy.put({ ...tea, price: 6 });
  await list.put({ ...(await list.get('tea')), price: 7 });
  await list.sync(copy);
  const merged = await list.get('tea', { conflicts: true });
  const same = (await copy.get('tea'))._rev === merged._rev;
  const live = new Promise((resolve) => {
    const feed = copy.changes({ since: 'now', live: true, include_docs: true });
    feed.on('change', ({ doc }) => {
      feed.cancel();
      resolve(doc.price);
    });
  });
  await copy.put({ _id: 'late', price: 8 });
  const seen = await live;
  await Promise.all([list.destroy(), copy.destroy()]);
  const left = (await indexedDB.databases()).map(({ name }) => name);
  const native = (await nativeIndexedDB.databases()).map(({ name }) => name);
  const isOurs = (name) => name.startsWith('_pouch_');
  return { written, conflicts: merged._conflicts.length, same, seen,
    left: left.filter(isOurs), native: native.filter(isOurs) };
}

self.program = { first, again, replication };
self.underTest = self.indexedDB !== self.nativeIndexedDB;
