// IDBKeyRange. https://w3c.github.io/IndexedDB/#keyrange
import { equal, holds, same, throws } from './assertions.js';
import { result } from './moments.js';

const shape = ({ lower, upper, lowerOpen, upperOpen }) => [lower, upper, lowerOpen, upperOpen];

export const cases = {
  async 'the four ways to make one'() {
    equal(shape(IDBKeyRange.only('a')), ['a', 'a', false, false]);
    equal(shape(IDBKeyRange.lowerBound(1)), [1, undefined, false, true]);
    equal(shape(IDBKeyRange.lowerBound(1, true)), [1, undefined, true, true]);
    equal(shape(IDBKeyRange.upperBound(1)), [undefined, 1, true, false]);
    equal(shape(IDBKeyRange.upperBound(1, true)), [undefined, 1, true, true]);
    equal(shape(IDBKeyRange.bound(1, 2)), [1, 2, false, false]);
    equal(shape(IDBKeyRange.bound(1, 2, true, 'yes')), [1, 2, true, true]);
    equal(shape(IDBKeyRange.bound(1, 1)), [1, 1, false, false]);
    equal(shape(IDBKeyRange.bound([], [[]], undefined, null)), [[], [[]], false, false]);
    holds(IDBKeyRange.only(1) instanceof IDBKeyRange, 'an IDBKeyRange');
  },

  async 'what is no key is a DataError'() {
    for (const bad of [undefined, null, NaN, {}, true, new Date(NaN), [undefined], Symbol('s')]) {
      throws('DataError', () => IDBKeyRange.only(bad));
      throws('DataError', () => IDBKeyRange.lowerBound(bad));
      throws('DataError', () => IDBKeyRange.upperBound(bad));
      throws('DataError', () => IDBKeyRange.bound(bad, 1));
      throws('DataError', () => IDBKeyRange.bound(1, bad));
    }
    for (const call of ['only', 'lowerBound', 'upperBound', 'bound']) {
      throws('TypeError', () => IDBKeyRange[call]());
    }
    throws('TypeError', () => IDBKeyRange.bound(1));
  },

  async 'one key with an open bound is a range without keys'({ store }) {
    const s = (await store([[1, 'a']])).transaction('s').objectStore('s');
    for (const open of [[true, false], [false, true], [true, true]]) {
      const range = IDBKeyRange.bound(1, 1, ...open);
      equal([range.includes(1), await result(s.count(range))], [false, 0]);
    }
  },

  async 'a lower bound above the upper one is a DataError'() {
    throws('DataError', () => IDBKeyRange.bound(2, 1));
    throws('DataError', () => IDBKeyRange.bound('a', 1));
    throws('DataError', () => IDBKeyRange.bound([1], [], false, false));
  },

  async 'includes()'() {
    const closed = IDBKeyRange.bound(1, 3);
    const open = IDBKeyRange.bound(1, 3, true, true);
    for (const [key, inClosed, inOpen] of [[0, false, false], [1, true, false], [2, true, true],
      [3, true, false], [4, false, false], ['a', false, false], [new Date(2), false, false]]) {
      equal([closed.includes(key), open.includes(key)], [inClosed, inOpen]);
    }
    equal(IDBKeyRange.lowerBound('b').includes('a'), false);
    equal(IDBKeyRange.lowerBound('b').includes([]), true);
    equal(IDBKeyRange.upperBound('b').includes(99), true);
    equal(IDBKeyRange.only([1, 'x']).includes([1, 'x']), true);
    equal(IDBKeyRange.only(0).includes(-0), true);
    throws('TypeError', () => closed.includes());
    for (const bad of [undefined, null, NaN, {}]) throws('DataError', () => closed.includes(bad));
  },

  async 'bounds are copies of what was given'() {
    const [lower, bytes] = [[1, [2]], new Uint8Array([1, 2])];
    const range = IDBKeyRange.bound(lower, bytes.buffer.byteLength === 2 ? [2] : [3]);
    lower[0] = 5;
    lower[1].push(3);
    equal(range.lower, [1, [2]]);
    const binary = IDBKeyRange.only(bytes);
    bytes[0] = 9;
    holds(binary.lower instanceof ArrayBuffer, 'an ArrayBuffer');
    equal(binary.lower, new Uint8Array([1, 2]).buffer);
    const date = new Date(5);
    const dated = IDBKeyRange.only(date);
    date.setTime(6);
    equal(dated.lower, new Date(5));
    same(typeof range.lowerOpen, 'boolean');
  },

  async 'ranges of other objects are no keys'({ store }) {
    const s = (await store([[1, 'a']])).transaction('s').objectStore('s');
    throws('DataError', () => s.get({ lower: 1, upper: 1, lowerOpen: false, upperOpen: false }));
    throws('DataError', () => s.get(Object.create(IDBKeyRange.prototype)));
    throws('DataError', () => IDBKeyRange.only(IDBKeyRange.only(1)));
    equal(await result(s.get(IDBKeyRange.only(1))), 'a');
  },
};
