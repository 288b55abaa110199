// A small notes application on Dexie: a schema that grows, transactions, index queries, a walk with changes, and the
// errors that such a program meets. It answers with what it saw; the test knows what that should be.
import '/dist/auto.js';
import Dexie from '/node_modules/dexie/dist/dexie.mjs';

function notes(version) {
  const db = new Dexie('notes');
  db.version(1).stores({ notes: '++id, title, created' });
  if (version === 1) return db;
  db.version(2)
    .stores({ notes: '++id, &slug, title, created, *tags, [author+created]', authors: 'name' })
    .upgrade(async (tx) => {
      await tx.table('notes').toCollection().modify((note) => {
        note.slug = note.title.toLowerCase().replaceAll(' ', '-');
        note.tags ??= ['untagged'];
        note.author ??= 'ann';
      });
      await tx.table('authors').add({ name: 'ann', since: new Date(0) });
    });
  return db;
}

async function firstVersion() {
  const db = notes(1);
  const keys = await db.notes.bulkAdd(
    Array.from({ length: 50 }, (_, i) => ({ title: `Note ${i}`, created: new Date(1e12 + i) })),
    { allKeys: true },
  );
  const count = await db.notes.count();
  db.close();
  return { keys: [keys[0], keys[49]], count };
}

async function upgraded() {
  const db = notes(2);
  await db.open();
  const note = await db.notes.get(7);
  const authors = await db.authors.toArray();
  await db.notes.put({ title: 'Tea', slug: 'tea', created: new Date(2e12), tags: ['food', 'hot'], author: 'bob' });
  await db.notes.put({ title: 'Rice', slug: 'rice', created: new Date(2e12 + 1), tags: ['food'], author: 'bob' });
  const result = {
    version: db.verno,
    slug: note.slug,
    created: note.created.getTime(),
    since: authors[0].since.getTime(),
    food: (await db.notes.where('tags').equals('food').sortBy('slug')).map((n) => n.slug),
    prefix: await db.notes.where('slug').startsWith('note-4').keys(),
    range: await db.notes.where('id').between(10, 15, true, false).primaryKeys(),
    compound: await db.notes
      .where('[author+created]')
      .between(['bob', Dexie.minKey], ['bob', Dexie.maxKey])
      .reverse()
      .toArray((all) => all.map((n) => n.title)),
    newest: (await db.notes.orderBy('created').reverse().limit(3).toArray()).map((n) => n.title),
    any: (await db.notes.where('title').anyOf('Note 3', 'Tea', 'None').toArray()).map((n) => n.title),
    offset: (await db.notes.orderBy('id').offset(20).limit(2).toArray()).map((n) => n.id),
    distinct: (await db.notes.orderBy('tags').uniqueKeys()),
  };
  db.close();
  return result;
}

async function transactions() {
  const db = notes(2);
  const before = await db.notes.count();
  const moved = await db.transaction('rw', db.notes, db.authors, async () => {
    await db.authors.add({ name: 'cid' });
    const changed = await db.notes.where('id').belowOrEqual(5).modify({ author: 'cid' });
    return [changed, await db.notes.where('[author+created]').between(['cid', Dexie.minKey], ['cid', Dexie.maxKey]).count()];
  });
  const deleted = await db.notes.where('id').above(40).and((n) => n.id % 2 === 0).delete();
  const failed = await db
    .transaction('rw', db.notes, db.authors, async () => {
      await db.authors.add({ name: 'dan' });
      await db.notes.add({ title: 'Again', slug: 'tea', created: new Date(0), tags: [] });
    })
    .catch((error) => error.name);
  const thrown = await db
    .transaction('rw', db.notes, async () => {
      await db.notes.clear();
      throw new RangeError('changed my mind');
    })
    .catch((error) => error.name);
  const caught = await db.transaction('rw', db.authors, async () => {
    await db.authors.add({ name: 'ann' }).catch('ConstraintError', () => 'known');
    await db.authors.add({ name: 'eve' });
    return db.authors.count();
  });
  const bulk = await db.authors
    .bulkAdd([{ name: 'fay' }, { name: 'ann' }, { name: 'gil' }])
    .catch(Dexie.BulkError, (error) => error.failures.length);
  const result = {
    moved, deleted, failed, thrown, caught, bulk,
    dan: (await db.authors.get('dan')) === undefined,
    left: (await db.notes.count()) - before,
    authors: await db.authors.toCollection().primaryKeys(),
    missing: await db.table('notes').where('nothing').equals(1).toArray().catch((error) => error.name),
  };
  db.close();
  return result;
}

async function whole() {
  const names = await Dexie.getDatabaseNames();
  await Dexie.delete('notes');
  return { names, exists: await Dexie.exists('notes') };
}

self.program = { firstVersion, upgraded, transactions, whole };
self.underTest = Dexie.dependencies.indexedDB !== self.nativeIndexedDB;
