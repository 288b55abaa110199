// Key paths: which are valid, what they find, and how generated keys are put there.
// https://w3c.github.io/IndexedDB/#key-path-construct
import { equal, throws, throwsSame } from './assertions.js';
import { result } from './moments.js';

const valid = ['', 'a', 'a.b', '$', '_', 'ä.ö', 'a1', 'if', 'a.length', 'Ａ'];
const invalid = [' ', 'a ', ' a', '.', 'a.', '.a', 'a..b', 'a b', '1', 'a.1', 'a-b', 'a,b', '[0]',
  'a[0]', '"a"', 'a.b ', '-', '+', '\u200b'];

async function keyAt({ open }, keyPath, value) {
  const db = await open(1, (fresh) => {
    fresh.createObjectStore('s', { keyPath });
  });
  const s = db.transaction('s', 'readwrite').objectStore('s');
  return result(s.put(value));
}

export const cases = {
  async 'valid and invalid ones'({ open }) {
    await open(1, (db) => {
      for (const [i, keyPath] of valid.entries()) {
        const s = db.createObjectStore(`${i}`, { keyPath });
        s.createIndex('i', keyPath);
        s.createIndex('j', [keyPath, 'other']);
        equal([s.keyPath, s.index('i').keyPath], [keyPath, keyPath]);
      }
      const s = db.createObjectStore('s');
      for (const keyPath of invalid) {
        throws('SyntaxError', () => db.createObjectStore('t', { keyPath }), `path '${keyPath}'`);
        throws('SyntaxError', () => db.createObjectStore('t', { keyPath: ['a', keyPath] }));
        throws('SyntaxError', () => s.createIndex('t', keyPath));
      }
      throws('SyntaxError', () => db.createObjectStore('t', { keyPath: [] }));
      throws('SyntaxError', () => db.createObjectStore('t', { keyPath: ['a', ' '] }));
    });
  },

  async 'letters beyond the first plane are letters'(world) {
    equal(await keyAt(world, '\u{10400}', { '\u{10400}': 'key' }), 'key');
  },

  async 'a path into objects'(world) {
    equal(await keyAt(world, 'a.b.c', { a: { b: { c: 'deep' } } }), 'deep');
  },

  async 'an empty path is the value itself'(world) {
    equal(await keyAt(world, '', ['the', 'value']), ['the', 'value']);
  },

  async 'several paths give an array'(world) {
    equal(await keyAt(world, ['b', 'a.c'], { a: { c: 1 }, b: 2 }), [2, 1]);
  },

  async 'lengths of strings and arrays'({ open }) {
    const db = await open(1, (fresh) => fresh.createObjectStore('s', { keyPath: 'x.length' }));
    const s = db.transaction('s', 'readwrite').objectStore('s');
    equal(await result(s.put({ x: 'four' })), 4);
    equal(await result(s.put({ x: [1, 2] })), 2);
    equal(await result(s.put({ x: { length: 'own' } })), 'own');
    throws('DataError', () => s.put({ x: 5 }));
    throws('DataError', () => s.put({ x: 'four'.length }));
  },

  async 'size and type of blobs, name and time of files'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s', { keyPath: ['f.size', 'f.type', 'f.name', 'f.lastModified'] });
      fresh.createObjectStore('t', { keyPath: 'size' });
    });
    const tx = db.transaction(['s', 't'], 'readwrite');
    const f = new File(['abc'], 'name.txt', { type: 'text/plain', lastModified: 12 });
    equal(await result(tx.objectStore('s').put({ f })), [3, 'text/plain', 'name.txt', 12]);
    equal(await result(tx.objectStore('t').put(new Blob(['abcd']))), 4);
    throws('DataError', () => tx.objectStore('s').put({ f: new Blob(['x']) }));
  },

  async 'what is missing or no key is a DataError'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('one', { keyPath: 'a.b' });
      fresh.createObjectStore('two', { keyPath: ['a', 'b'] });
    });
    const tx = db.transaction(['one', 'two'], 'readwrite');
    for (const value of [{}, { a: null }, { a: {} }, { a: { b: null } }, { a: { b: [{}] } },
      { a: 'text' }, 5, 'text', null, undefined, []]) {
      throws('DataError', () => tx.objectStore('one').put(value));
    }
    for (const value of [{ a: 1 }, { a: 1, b: {} }, {}]) {
      throws('DataError', () => tx.objectStore('two').put(value));
    }
  },

  async 'only own properties of the clone count'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s', { keyPath: 'x' });
      fresh.createObjectStore('c', { keyPath: 'constructor' });
    });
    const tx = db.transaction(['s', 'c'], 'readwrite');
    const s = tx.objectStore('s');
    throws('DataError', () => s.put(Object.create({ x: 1 })));
    throws('DataError', () => tx.objectStore('c').put({}));
    Object.prototype.x = 'inherited';
    try {
      throws('DataError', () => s.put({}));
    } finally {
      delete Object.prototype.x;
    }
    const hidden = Object.defineProperty({}, 'x', { value: 1, enumerable: false });
    throws('DataError', () => s.put(hidden));
  },

  async 'getters are called once, by the clone'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s', { keyPath: 'x' }).createIndex('i', 'x');
    });
    const s = db.transaction('s', 'readwrite').objectStore('s');
    let calls = 0;
    const value = { get x() { return (calls += 1); } };
    equal([await result(s.put(value)), calls], [1, 1]);
    equal(await result(s.get(1)), { x: 1 });
    const error = new RangeError('mine');
    throwsSame(error, () => s.put({ get x() { throw error; } }));
  },

  async 'indexes pass over values without their key'({ open }) {
    const db = await open(1, (fresh) => {
      const s = fresh.createObjectStore('s');
      s.createIndex('one', 'a.b');
      s.createIndex('two', ['a', 'c']);
      s.createIndex('many', 'm', { multiEntry: true });
      for (const [i, value] of [{ a: { b: 1 } }, { a: 1 }, { a: 1, c: 2 }, { m: 5 }, { m: [] }, 7,
        'text', null, { m: [{}, 6, 6] }, { a: { b: {} } }].entries()) s.put(value, i);
    });
    const s = db.transaction('s').objectStore('s');
    equal(await result(s.index('one').getAllKeys()), [0]);
    equal(await result(s.index('two').getAllKeys()), [2]);
    equal(await result(s.index('many').getAllKeys()), [3, 8]);
  },

  async 'an index may have the primary key and generated keys in it'({ open }) {
    const db = await open(1, (fresh) => {
      const s = fresh.createObjectStore('s', { keyPath: 'id', autoIncrement: true });
      s.createIndex('both', ['id', 'x']);
      s.createIndex('id', 'id', { unique: true });
      s.put({ x: 'a' });
      s.put({ x: 'b' });
    });
    const s = db.transaction('s').objectStore('s');
    equal(await result(s.index('both').getKey([2, 'b'])), 2);
    equal(await result(s.index('id').get(1)), { x: 'a', id: 1 });
  },

  async 'setters on prototypes do not see generated keys'({ open }) {
    const db = await open(1, (fresh) => {
      fresh.createObjectStore('s', { keyPath: 'id.part', autoIncrement: true });
    });
    const s = db.transaction('s', 'readwrite').objectStore('s');
    let isCalled = false;
    Object.defineProperty(Object.prototype, 'id', {
      configurable: true,
      get() { isCalled = true; return {}; },
      set() { isCalled = true; },
    });
    try {
      equal(await result(s.put({})), 1);
      equal((await result(s.getAll()))[0], { id: { part: 1 } });
    } finally {
      delete Object.prototype.id;
    }
    equal(isCalled, false);
  },
};
