// getAll(), getAllKeys() and getAllRecords() of stores and indexes, with counts and options.
// https://w3c.github.io/IndexedDB/#create-a-request-to-retrieve-multiple-items
import { equal, holds, throws } from './assertions.js';
import { result } from './moments.js';

function filled({ open }) {
  return open(1, (db) => {
    const s = db.createObjectStore('s');
    s.createIndex('g', 'g');
    for (let i = 0; i < 6; i += 1) s.put({ g: Math.floor(i / 2) }, i);
    s.put({}, 'last');
  });
}

async function sources(world) {
  const s = (await filled(world)).transaction('s').objectStore('s');
  return { s, g: s.index('g') };
}

const triple = ({ key, primaryKey, value }) => [key, primaryKey, value];

export const cases = {
  async 'without arguments they give everything'(world) {
    const { s, g } = await sources(world);
    equal(await result(s.getAllKeys()), [0, 1, 2, 3, 4, 5, 'last']);
    equal((await result(s.getAll())).map((value) => value.g), [0, 0, 1, 1, 2, 2, undefined]);
    equal(await result(g.getAllKeys()), [0, 1, 2, 3, 4, 5]);
    equal((await result(g.getAll())).map((value) => value.g), [0, 0, 1, 1, 2, 2]);
  },

  async 'with a key, a range, a count'(world) {
    const { s, g } = await sources(world);
    equal(await result(s.getAllKeys(3)), [3]);
    equal(await result(s.getAllKeys(77)), []);
    equal(await result(s.getAllKeys(IDBKeyRange.bound(1, 4, true))), [2, 3, 4]);
    equal(await result(s.getAllKeys(null, 2)), [0, 1]);
    equal(await result(s.getAllKeys(undefined, 2)), [0, 1]);
    equal(await result(s.getAllKeys(IDBKeyRange.lowerBound(4), 1)), [4]);
    equal(await result(g.getAllKeys(1)), [2, 3]);
    equal(await result(g.getAllKeys(IDBKeyRange.lowerBound(1), 3)), [2, 3, 4]);
    equal(await result(g.getAll(2, 1)), [{ g: 2 }]);
  },

  async 'a count of 0 or undefined is no limit'(world) {
    const { s } = await sources(world);
    for (const count of [0, undefined, 2 ** 32 - 1, 7.9, '0']) {
      equal((await result(s.getAllKeys(null, count))).length, 7, `count ${count}`);
    }
    equal((await result(s.getAllKeys(null, 2.9))).length, 2);
  },

  async 'a count that is out of range is a TypeError'(world) {
    const { s, g } = await sources(world);
    for (const count of [-1, 2 ** 32, NaN, Infinity, -Infinity, 'x', {}]) {
      for (const source of [s, g]) {
        for (const name of ['getAll', 'getAllKeys']) {
          throws('TypeError', () => source[name](null, count), `${name} with ${String(count)}`);
        }
        throws('TypeError', () => source.getAllRecords({ count }));
      }
    }
  },

  async 'options: query, count and direction'(world) {
    const { s, g } = await sources(world);
    const keys = (source, options) => result(source.getAllKeys(options));
    equal(await keys(s, {}), [0, 1, 2, 3, 4, 5, 'last']);
    equal(await keys(s, { direction: 'prev', count: 3 }), ['last', 5, 4]);
    equal(await keys(s, { query: IDBKeyRange.bound(1, 3), direction: 'prev' }), [3, 2, 1]);
    equal(await keys(s, { query: 2 }), [2]);
    equal(await keys(s, { direction: 'nextunique', count: 2 }), [0, 1]);
    equal(await keys(g, { direction: 'nextunique' }), [0, 2, 4]);
    equal(await keys(g, { direction: 'prevunique' }), [4, 2, 0]);
    equal(await keys(g, { direction: 'prev' }), [5, 4, 3, 2, 1, 0]);
    equal(await keys(g, { direction: 'prevunique', count: 1 }), [4]);
    equal(await result(s.getAll({ query: 5, direction: 'prev' })), [{ g: 2 }]);
    equal(await result(g.getAll({ direction: 'prevunique' })), [{ g: 2 }, { g: 1 }, { g: 0 }]);
  },

  async 'options are read only where they are no key'(world) {
    const { s } = await sources(world);
    throws('TypeError', () => s.getAllKeys({ direction: 'up' }));
    throws('TypeError', () => s.getAllKeys({ count: -1 }));
    throws('DataError', () => s.getAllKeys({ query: {} }));
    throws('DataError', () => s.getAllKeys({ query: NaN }));
    throws('DataError', () => s.getAllKeys(new Date(NaN)));
    throws('DataError', () => s.getAllKeys(NaN));
    equal((await result(s.getAllKeys({ query: null, unknown: 1 }))).length, 7);
    equal(await result(s.getAllKeys([])), []);
    // The second argument counts for keys and ranges only.
    equal((await result(s.getAllKeys({ direction: 'prev' }, 2))).length, 7);
  },

  async 'getAllRecords() gives records'(world) {
    const { s, g } = await sources(world);
    const records = await result(s.getAllRecords({ count: 2 }));
    holds(Array.isArray(records), 'an array');
    for (const record of records) holds(record instanceof IDBRecord, 'an IDBRecord');
    equal(records.map(triple), [[0, 0, { g: 0 }], [1, 1, { g: 0 }]]);
    equal((await result(g.getAllRecords({ query: 1 }))).map(triple),
      [[1, 2, { g: 1 }], [1, 3, { g: 1 }]]);
    equal((await result(g.getAllRecords({ direction: 'prevunique' }))).map(triple),
      [[2, 4, { g: 2 }], [1, 2, { g: 1 }], [0, 0, { g: 0 }]]);
    equal((await result(s.getAllRecords())).length, 7);
    equal(await result(s.getAllRecords({ query: 'none' })), []);
  },

  async 'getAllRecords() takes nothing but options'(world) {
    const { s, g } = await sources(world);
    for (const source of [s, g]) {
      throws('TypeError', () => source.getAllRecords(5));
      throws('TypeError', () => source.getAllRecords({ direction: null }));
      throws('DataError', () => source.getAllRecords({ query: NaN }));
    }
    equal((await result(s.getAllRecords(null))).length, 7);
  },

  async 'each result is an array of its own'(world) {
    const { s } = await sources(world);
    const [one, two] = [s.getAll(1), s.getAll(1)];
    const [first, second] = await Promise.all([result(one), result(two)]);
    holds(first !== second && first[0] !== second[0], 'different objects');
    holds(one.result === first, 'the same array each time');
  },

  async 'many and large values'({ open }) {
    const db = await open(1, (fresh) => {
      const s = fresh.createObjectStore('s');
      for (let i = 0; i < 2000; i += 1) s.put(i % 100 === 0 ? 'x'.repeat(50_000) : i, i);
    });
    const s = db.transaction('s').objectStore('s');
    const all = await result(s.getAll());
    equal([all.length, all[1], all[100].length, all[1999]], [2000, 1, 50_000, 1999]);
    equal((await result(s.getAllKeys({ direction: 'prev' })))[0], 1999);
  },
};
