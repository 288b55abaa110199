// Keys by themselves: their order, what is none, and ranges of them.
import { describe } from './describe.js';
import { thrown } from './steps.js';

export async function order({ indexedDB, log }) {
  const ascending = [
    -Infinity, -Number.MAX_VALUE, -1, -5e-324, 0, 5e-324, 1, 255, 256, 2 ** 53 + 2, Infinity,
    new Date(-8.64e15), new Date(0), new Date(1), '',
    '\0', '\0\0', '\0a', '\x7f', '\x80', 'Z', 'a', 'a\0', 'a\x01', 'aa', '\u07ff', '\u0800',
    '\ud800', '\ud83d\ude00', '\udfff', '\ue000',
    '\uffff', new Uint8Array([]), new Uint8Array([0]), new Uint8Array([0, 1]),
    new Uint8Array([127, 9]), new Uint8Array([128]),
    new Uint8Array([255]), new Uint8Array([255, 0]), [], [-1], [0], [0, 0], [0, ''], [1],
    [new Date(0)], ['', []], ['a'], ['a', 1],
    [new Uint8Array([5])], [[]], [[], 0], [[0]], [[[]]],
  ];
  for (const [i, a] of ascending.entries()) {
    log(i, ascending.map((b) => indexedDB.cmp(a, b)).join(' '));
  }
}

export async function noKeys({ indexedDB, IDBKeyRange, log }) {
  const cyclic = [];
  cyclic.push(cyclic);
  const holed = [1];
  holed.length = 3;
  const detached = new Uint8Array(4);
  structuredClone(detached, { transfer: [detached.buffer] });
  const none = [
    undefined, null, true, false, NaN, new Date(NaN), {}, /x/, 1n, Symbol.iterator, () => 1, cyclic,
    holed, [undefined], [1, [null]], [{}],
    new Number(1), new String('a'), new Boolean(true), new Map(), { length: 0 }, new Proxy({}, {}),
    new Proxy([1], {}), [1, new Proxy(['a'], {})], window, detached, detached.buffer,
  ];
  for (const [i, key] of none.entries()) {
    log(i, thrown(() => indexedDB.cmp(key, 1)), thrown(() => indexedDB.cmp(1, key)),
      thrown(() => IDBKeyRange.only(key)));
  }
  log(thrown(() => indexedDB.cmp()), thrown(() => indexedDB.cmp(1)));
  const deep = (depth) => (depth === 0 ? 1 : [deep(depth - 1)]);
  log(indexedDB.cmp(deep(60), deep(60)), indexedDB.cmp(deep(50), deep(51)));
}

export async function gettersInKeys({ indexedDB, log }) {
  const touched = [];
  const array = ['a', 'b'];
  Object.defineProperty(array, 0, { enumerable: true, get: () => touched.push('get') });
  log(indexedDB.cmp(array, [1, 'b']), touched);
  const throwing = [1];
  Object.defineProperty(throwing, 0, { get() { throw new RangeError('on purpose'); } });
  log(thrown(() => indexedDB.cmp(throwing, 1)));
  const withExtra = Object.assign([1], { extra: {} });
  log(indexedDB.cmp(withExtra, [1]));
  log(indexedDB.cmp(Object.assign([1], { method() {} }), [1]));
  class Keys extends Array {}
  log(indexedDB.cmp(Keys.of(1, 2), [1, 2]));
  const date = new Date(5);
  date.valueOf = () => 9;
  date.getTime = () => 9;
  log(indexedDB.cmp(date, new Date(5)));
}

export async function rangesOfKeys({ IDBKeyRange, log }) {
  const row = (range) => [range.lower, range.upper, range.lowerOpen, range.upperOpen];
  log(row(IDBKeyRange.only('a')), row(IDBKeyRange.lowerBound(1)),
    row(IDBKeyRange.lowerBound(1, true)));
  log(row(IDBKeyRange.upperBound(1)), row(IDBKeyRange.upperBound(1, 'yes')),
    row(IDBKeyRange.bound(1, 2)));
  log(row(IDBKeyRange.bound(1, [2], true, false)), row(IDBKeyRange.bound(1, 1)));
  for (const args of [[2, 1], ['a', 1], [[], 'a'], [1], [], [1, NaN], [{}, 1], [1, 2, 0, 1]]) {
    log(args, thrown(() => IDBKeyRange.bound(...args)));
  }
  for (const make of ['only', 'lowerBound', 'upperBound']) {
    log(make, thrown(() => IDBKeyRange[make]()), thrown(() => IDBKeyRange[make](null)),
      thrown(() => IDBKeyRange[make]([{}])));
  }
  log(thrown(() => new IDBKeyRange()), IDBKeyRange.only(1) instanceof IDBKeyRange);
  const frozen = IDBKeyRange.bound(1, 2);
  log(thrown(() => { frozen.lower = 5; }), row(frozen));
}

export async function includes({ IDBKeyRange, log }) {
  const all = [
    IDBKeyRange.only(5), IDBKeyRange.lowerBound(5), IDBKeyRange.lowerBound(5, true),
    IDBKeyRange.upperBound(5),
    IDBKeyRange.upperBound(5, true), IDBKeyRange.bound(4, 6), IDBKeyRange.bound(5, 6, true),
    IDBKeyRange.bound('a', ['b']),
  ];
  for (const [i, range] of all.entries()) {
    log(i, [4, 5, 5.5, 6, 'a', 'b', [], ['b'], ['c'], new Date(5)].map((key) =>
      range.includes(key)));
    log(thrown(() => range.includes()), thrown(() => range.includes(null)),
      thrown(() => range.includes(NaN)));
  }
}

export async function aRangeKeepsItsOwnKeys({ IDBKeyRange, log }) {
  const bytes = new Uint8Array([1, 2]);
  const list = [1, [2]];
  const date = new Date(3);
  const ranges = [bytes, list, date].map((key) => IDBKeyRange.only(key));
  bytes[0] = 9;
  list[1].push(9);
  date.setTime(9);
  log(ranges.map(({ lower, upper }) => `${describe(lower)} ${describe(upper)}`));
}
