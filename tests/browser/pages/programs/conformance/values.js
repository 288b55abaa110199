// Values: the structured clone of everything it knows, when it happens, and what it refuses.
// https://w3c.github.io/IndexedDB/#clone and https://html.spec.whatwg.org/#structuredserialize
import { describe } from '../compared/describe.js';
import { equal, holds, same, throws, throwsSame } from './assertions.js';
import { completed, result } from './moments.js';

/** Stores values and gets them back from a second transaction. */
async function roundTrip({ store }, values) {
  const db = await store();
  const tx = db.transaction('s', 'readwrite');
  values.forEach((value, i) => tx.objectStore('s').put(value, i));
  await completed(tx);
  return result(db.transaction('s').objectStore('s').getAll());
}

async function unchanged(world, values) {
  const back = await roundTrip(world, values);
  values.forEach((value, i) => {
    equal(back[i], value, `value ${i}`);
    if (typeof value === 'object' && value !== null) {
      holds(back[i] !== value, 'a copy');
      same(Object.getPrototypeOf(back[i]), Object.getPrototypeOf(value), `prototype of ${i}`);
    }
  });
}

export const cases = {
  async 'primitive values'(world) {
    await unchanged(world, [undefined, null, true, false, 0, -0, 1.5, NaN, Infinity, -Infinity,
      2 ** 53, 5e-324, '', 'text', '\0', '\ud800', '\ufeff', '\u2028', 0n, -1n, 2n ** 200n]);
  },

  async 'plain objects and arrays'(world) {
    const order = { b: 1, a: 2, 10: 'x', 2: 'y' };
    const sparse = [1, , 3];
    sparse.name = 'named';
    const long = [];
    long[5] = 'end';
    await unchanged(world, [{}, [], order, sparse, long, { a: { b: [{ c: null }] } },
      { undefined, nan: NaN, zero: -0 }, { '': 1, ' ': 2, 'ä\0': 3 }, [[[[]]]],
      JSON.parse('{"__proto__": 5}'), { toString: 'x', length: 9 }, [undefined, null]]);
  },

  async 'objects of the language'(world) {
    await unchanged(world, [new Date(0), new Date(NaN), /x+/giu, Object(1), Object('s'),
      Object(false), Object(5n), new Map([[1, { a: 1 }], ['k', new Map()], [NaN, -0]]),
      new Set([1, 'a', new Set([2])]), new Map(), new Set()]);
  },

  async 'buffers and views'(world) {
    const { buffer } = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    await unchanged(world, [buffer, new ArrayBuffer(0), new Uint8Array(buffer, 2, 3),
      new Int8Array(buffer), new Uint8ClampedArray(buffer), new Int16Array(buffer, 2),
      new Uint16Array(buffer), new Int32Array(buffer), new Uint32Array(buffer, 4),
      new Float32Array(buffer), new Float64Array(buffer), new BigInt64Array(buffer),
      new BigUint64Array(buffer), new DataView(buffer, 1, 4)]);
  },

  async 'errors keep name, message and cause'(world) {
    const custom = new TypeError('custom');
    custom.name = 'OwnError';
    const values = [new Error('e'), new TypeError('t'), new RangeError('r'), new EvalError('v'),
      new ReferenceError('f'), new SyntaxError('s'), new URIError('u'), custom];
    const back = await roundTrip(world, values);
    values.slice(0, -1).forEach((error, i) => {
      equal([back[i].name, back[i].message], [error.name, error.message]);
      same(Object.getPrototypeOf(back[i]), Object.getPrototypeOf(error));
    });
    equal([back.at(-1).name, back.at(-1) instanceof Error], ['Error', true]);
  },

  async 'identity and cycles within a value'(world) {
    const shared = { name: 'shared' };
    const value = { one: shared, two: shared, list: [shared], map: new Map([[shared, shared]]) };
    value.self = value;
    const { buffer } = new Uint8Array(4);
    value.views = [new Uint8Array(buffer), new Uint16Array(buffer)];
    const [back] = await roundTrip(world, [value]);
    same(back.self, back);
    same(back.one, back.two);
    same(back.list[0], back.one);
    equal([...back.map].flat().every((each) => each === back.one), true);
    same(back.views[0].buffer, back.views[1].buffer);
    holds(back.one !== shared, 'a copy');
  },

  async 'blobs and files'(world) {
    const blob = new Blob(['ab', new Uint8Array([99])], { type: 'text/x' });
    const file = new File(['file'], 'näme', { type: 'a/b', lastModified: 5 });
    const [[one, again], two] = await roundTrip(world, [[blob, blob], { file }]);
    equal([one instanceof Blob, one.size, one.type, await one.text()], [true, 3, 'text/x', 'abc']);
    equal(await again.text(), 'abc');
    holds(two.file instanceof File, 'a File');
    equal([two.file.name, two.file.type, two.file.lastModified, await two.file.text()],
      ['näme', 'a/b', 5, 'file']);
    const [part] = await roundTrip({ store: () => world.open() }, [blob.slice(1, 2)]);
    equal(await part.text(), 'b');
  },

  async 'a blob stays readable when its record is gone'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    s.put(new Blob(['kept']), 1);
    const blob = await result(s.get(1));
    s.delete(1);
    await completed(tx);
    equal(await blob.text(), 'kept');
  },

  async 'a blob stays readable when its database is gone'({ store }) {
    const db = await store([[1, new Blob(['kept'])]]);
    const blob = await result(db.transaction('s').objectStore('s').get(1));
    db.close();
    await result(indexedDB.deleteDatabase(db.name));
    equal(await blob.text(), 'kept');
  },

  async 'requests behind a blob keep their order'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    const log = [];
    const note = (label, request) => {
      request.onsuccess = () => log.push(label);
      return request;
    };
    note('blob', s.put(new Blob(['x'.repeat(100_000)]), 1));
    note('put', s.put('after', 2));
    note('get', s.get(1));
    note('count', s.count());
    await completed(tx);
    equal(log, ['blob', 'put', 'get', 'count']);
  },

  async 'what has no clone is a DataCloneError'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    for (const value of [() => 1, class {}, Symbol('s'), new WeakMap(), new WeakSet(),
      new WeakRef({}), Promise.resolve(), new MessageChannel(), self, new Event('x'),
      new Response(), new AbortController(), new URL('http://x')]) {
      throws('DataCloneError', () => s.put(value, 1), Object.prototype.toString.call(value));
      throws('DataCloneError', () => s.add({ deep: [value] }, 1));
    }
    equal(await result(s.count()), 0);
  },

  async 'detached buffers and ports are a DataCloneError'({ store }) {
    const s = (await store()).transaction('s', 'readwrite').objectStore('s');
    const bytes = new Uint8Array(4);
    const { port1 } = new MessageChannel();
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    throws('DataCloneError', () => s.put(bytes, 1));
    throws('DataCloneError', () => s.put(bytes.buffer, 1));
    throws('DataCloneError', () => s.put(port1, 1));
  },

  async 'the clone is made at once'({ store }) {
    const db = await store();
    const s = db.transaction('s', 'readwrite').objectStore('s');
    const value = { list: [1], bytes: new Uint8Array([1]) };
    s.put(value, 1);
    value.list.push(2);
    value.bytes[0] = 9;
    value.late = true;
    equal(await result(s.get(1)), { list: [1], bytes: new Uint8Array([1]) });
  },

  async 'getters are called once, and what they throw passes through'({ store }) {
    const s = (await store()).transaction('s', 'readwrite').objectStore('s');
    let calls = 0;
    s.put({ get a() { calls += 1; return 'got'; } }, 1);
    equal([calls, await result(s.get(1))], [1, { a: 'got' }]);
    const error = new RangeError('mine');
    throwsSame(error, () => s.put({ get a() { throw error; } }, 2));
    equal(await result(s.count()), 1);
  },

  async 'while it clones the transaction is inactive'({ store }) {
    const db = await store([[1, 'a']]);
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    const names = [];
    const probe = (call) => {
      try {
        call();
        names.push('nothing');
      } catch (error) {
        names.push(error.name);
      }
    };
    const value = {
      get a() {
        probe(() => s.get(1));
        probe(() => s.put('x', 3));
        probe(() => tx.commit());
        return 1;
      },
    };
    s.put(value, 2);
    equal(names, ['TransactionInactiveError', 'TransactionInactiveError', 'InvalidStateError']);
    equal(await result(s.get(2)), { a: 1 });
  },

  async 'only own enumerable string keys are stored, and classes are lost'(world) {
    class Point {
      constructor() {
        this.x = 1;
      }

      get y() {
        return 2;
      }
    }
    const value = Object.defineProperty(new Point(), 'hidden', { value: 3 });
    value[Symbol('s')] = 4;
    const [back] = await roundTrip(world, [value]);
    equal([describe(back), Object.getPrototypeOf(back) === Object.prototype], ['{"x": 1}', true]);
  },

  async 'each get() gives a new object'({ store }) {
    const s = (await store([[1, { a: 1 }]])).transaction('s').objectStore('s');
    const [one, two] = [await result(s.get(1)), await result(s.get(1))];
    holds(one !== two, 'two objects');
    equal(one, two);
  },

  async 'toJSON and prototypes play no part'(world) {
    Array.prototype.toJSON = () => 'json';
    Object.prototype.toJSON = () => 'json';
    try {
      const [back] = await roundTrip(world, [{ a: [1, { b: 2 }] }]);
      equal([back.a[0], back.a[1].b], [1, 2]);
    } finally {
      delete Array.prototype.toJSON;
      delete Object.prototype.toJSON;
    }
  },
};
