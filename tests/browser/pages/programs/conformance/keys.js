// Converting values to keys: types, arrays, binary keys, and what getters do on the way.
// https://w3c.github.io/IndexedDB/#convert-a-value-to-a-key
import { equal, holds, throws, throwsSame } from './assertions.js';
import { completed, result } from './moments.js';

const cmp = (a, b) => indexedDB.cmp(a, b);

/** The key that a value becomes, as the database shows it. */
const keyOf = (value) => IDBKeyRange.only(value).lower;

export const cases = {
  async 'numbers, dates and strings'() {
    for (const value of [0, -1, 0.1, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, '',
      'text', '\0', '\udc00', new Date(0), new Date(-8.64e15)]) equal(keyOf(value), value);
    equal(cmp(-0, 0), 0);
    for (const bad of [NaN, new Date(NaN), new Date(8.64e15 + 1), undefined, null, true, false, {},
      Symbol('s'), 1n, () => 1, /x/, new Map(), new Error('x'), Object(1), Object('x'),
      Object(true), self]) throws('DataError', () => keyOf(bad), 'only(no key)');
  },

  async 'a date is read by its time value, not by its methods'() {
    const date = new Date(5);
    date.getTime = () => 7;
    date.valueOf = () => 7;
    equal(cmp(date, new Date(5)), 0);
    class Later extends Date {}
    equal(cmp(new Later(5), new Date(5)), 0);
    throws('DataError', () => keyOf(Object.create(Date.prototype)));
  },

  async 'arrays'() {
    const deep = [1, ['a', [new Date(3), [new Uint8Array([1]).buffer]], []]];
    equal(keyOf(deep), deep);
    holds(keyOf(deep) !== deep, 'a copy');
    for (const bad of [[undefined], [null], [NaN], [[[{}]]], [1, , 2], new Array(3)]) {
      throws('DataError', () => keyOf(bad), 'an array of no keys');
    }
    throws('DataError', () => keyOf({ length: 1, 0: 1 }));
    const extra = [1];
    extra.name = 'ignored';
    equal(cmp(extra, [1]), 0);
  },

  async 'arrays nested a hundred deep'() {
    let nested = [];
    for (let i = 0; i < 100; i += 1) nested = [nested];
    equal(cmp(nested, nested), 0);
  },

  async 'cycles are no keys, repeated arrays are'() {
    const [cycle, one] = [[], [1]];
    cycle.push([cycle]);
    throws('DataError', () => keyOf(cycle));
    equal(keyOf([one, one]), [[1], [1]]);
  },

  async 'getters in arrays are called, and what they throw passes through'() {
    const error = new RangeError('mine');
    const array = [1, 2];
    Object.defineProperty(array, 1, { get() { throw error; }, enumerable: true });
    throwsSame(error, () => keyOf(array));
    throwsSame(error, () => cmp(1, array));
    let calls = 0;
    const counted = [0];
    Object.defineProperty(counted, 0, { get: () => (calls += 1), enumerable: true });
    equal([keyOf(counted), calls], [[1], 1]);
    const shrinking = [0, 1, 2];
    Object.defineProperty(shrinking, 0, { get() { shrinking.length = 1; return 0; } });
    throws('DataError', () => keyOf(shrinking));
  },

  async 'inherited elements do not count'() {
    const array = [1, , 3];
    Object.setPrototypeOf(array, Object.create(Array.prototype, { 1: { value: 2 } }));
    throws('DataError', () => keyOf(array));
  },

  async 'buffers and views are binary keys'() {
    const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    const views = [bytes, bytes.buffer, new Int8Array(bytes.buffer), new DataView(bytes.buffer),
      new Uint8ClampedArray(bytes.buffer), new Uint16Array(bytes.buffer),
      new Float64Array(bytes.buffer), new BigInt64Array(bytes.buffer)];
    for (const view of views) {
      holds(keyOf(view) instanceof ArrayBuffer, 'an ArrayBuffer');
      equal(keyOf(view), bytes.buffer);
    }
    equal(keyOf(new Uint8Array(bytes.buffer, 2, 3)), new Uint8Array([3, 4, 5]).buffer);
    equal(keyOf(new DataView(bytes.buffer, 7)), new Uint8Array([8]).buffer);
    equal(cmp(new Uint8Array([255]), new Int8Array([-1])), 0);
    equal(cmp(new Uint8Array([1, 2]), new Uint8Array([1, 2, 0])), -1);
    holds(keyOf(bytes) !== keyOf(bytes), 'a copy');
  },

  async 'detached buffers are no keys'() {
    const bytes = new Uint8Array([1]);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    throws('DataError', () => keyOf(bytes.buffer));
    throws('DataError', () => keyOf(bytes));
    throws('DataError', () => keyOf([[bytes]]));
  },

  async 'strings are ordered by code units'({ store }) {
    const keys = ['', '\0', '\0\0', 'a', 'a\0', 'aa', 'z', 'é', '\ud7ff', '\ud800', '\ud83d\ude00',
      '\udfff', '\ue000', '\uffff'];
    const db = await store(keys.toReversed().map((key) => [key, 1]));
    equal(await result(db.transaction('s').objectStore('s').getAllKeys()), keys);
  },

  async 'stored keys come back in order and of their types'({ store }) {
    const keys = [-Infinity, -5e-324, 0, 1, 2 ** 53, new Date(-1), new Date(0), '', 'x',
      new Uint8Array().buffer, new Uint8Array([0]).buffer, new Uint8Array([0, 1]).buffer,
      new Uint8Array([255]).buffer, [], [[]], [[], 1], [0], [0, -1], [new Date(0)], [''], ['', ''],
      [new Uint8Array().buffer], [[[1]]]];
    keys.sort(cmp);
    const db = await store(keys.toReversed().map((key) => [key, 1]));
    const s = db.transaction('s', 'readwrite').objectStore('s');
    equal(await result(s.getAllKeys()), keys);
    for (const key of keys) s.delete(key);
    equal(await result(s.count()), 0);
    await completed(s.transaction);
  },

  async 'every call that takes a key converts it once'({ store }) {
    const s = (await store([[[1], 'a']])).transaction('s', 'readwrite').objectStore('s');
    for (const name of ['get', 'getKey', 'count', 'openCursor', 'getAll', 'delete']) {
      let calls = 0;
      const key = [0];
      Object.defineProperty(key, 0, { get: () => { calls += 1; return 1; }, enumerable: true });
      s[name](key);
      equal(calls, 1, `calls by ${name}()`);
    }
    const error = new Error('mine');
    const bad = [0];
    Object.defineProperty(bad, 0, { get() { throw error; }, enumerable: true });
    for (const name of ['get', 'getKey', 'count', 'openCursor', 'getAll', 'getAllKeys', 'delete',
      'openKeyCursor']) throwsSame(error, () => s[name](bad), name);
    throwsSame(error, () => s.put('x', bad));
  },
};
