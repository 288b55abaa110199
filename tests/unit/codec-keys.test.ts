// Keys: conversion of values, the bytes of src/document/FORMAT.md written by hand, their order
// against a plain comparison of values, and malformed bytes.
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../js/codec/byte-writer';
import { compareEncodedKeys, compareKeys } from '../../js/codec/compare-keys';
import { EncodedKey, GENERATED, type Key } from '../../js/codec/key';
import { KeyReader, decodeKey, toKeyValue, type KeyValue } from '../../js/codec/key-decoder';
import { encodeKey, keyBytes, toKey, toMultiEntryKeys } from '../../js/codec/key-encoder';
import { MalformedError } from '../../js/codec/malformed-error';
import { fromHex, toHex } from './codec-values';
import { Random } from './codec-random';

function mustKey(value: unknown): Key {
  const key = toKey(value);
  if (key === null) throw new Error('no key');
  return key;
}

const bytes = (...values: number[]) => Uint8Array.from(values).buffer;

const golden: [value: KeyValue, hex: string][] = [
  [0, '10 8000000000000000'],
  [1, '10 bff0000000000000'],
  [-1, '10 400fffffffffffff'],
  [Infinity, '10 fff0000000000000'],
  [-Infinity, '10 000fffffffffffff'],
  [5e-324, '10 8000000000000001'],
  [-5e-324, '10 7ffffffffffffffe'],
  [new Date(0), '20 8000000000000000'],
  [new Date(-1), '20 400fffffffffffff'],
  [new Date(8.64e15), '20 c33eb208c2dc0000'],
  ['', '30 00'],
  ['abc', '30 61 62 63 00'],
  ['\u0000\u0001\u0002', '30 0101 0102 02 00'],
  ['\u007f\u0080\u407f\u4080\uffff', '30 7f 8000 bfff c04080 c0ffff 00'],
  ['\ud83d\ude00', '30 c0d83d c0de00 00'],
  ['\ud800', '30 c0d800 00'],
  ['\ufeffa', '30 c0feff 61 00'],
  [bytes(), '40 0000'],
  [bytes(1, 0, 255), '40 01 00ff ff 0000'],
  [[], '50 00'],
  [[1, 'a', []], '50 10bff0000000000000 306100 5000 00'],
];

describe('golden bytes of keys', () => {
  it.each(golden)('%o is written', (value, hex) => {
    expect(toHex(keyBytes(mustKey(value)))).toBe(toHex(fromHex(hex)));
  });

  it.each(golden)('%o is read', (value, hex) => {
    expect(decodeKey(fromHex(hex))).toStrictEqual(value);
  });
});

describe('conversion', () => {
  const detached = new Uint8Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const sharedArray = [1];
  const cycle: unknown[] = [1];
  cycle.push([cycle]);
  const sparse = [1, , 3];
  let deep: unknown = [];
  for (let i = 0; i < 256; i++) deep = [deep];

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['NaN', NaN],
    ['a bigint', 1n],
    ['a symbol', Symbol()],
    ['a function', () => 1],
    ['an object', {}],
    ['a wrapped number', new Number(1)],
    ['a wrapped string', new String('a')],
    ['an invalid date', new Date(NaN)],
    ['a pattern', /a/],
    ['a map', new Map()],
    ['an object that looks like a date', { getTime: () => 1 }],
    ['an object with a date for prototype', Object.create(new Date())],
    ['an object that says it is a date', { [Symbol.toStringTag]: 'Date' }],
    ['an object that looks like a buffer', { byteLength: 1 }],
    ['an array with a hole', sparse],
    ['an array with an object', [1, {}]],
    ['a cycle', cycle],
    ['an array that is too deep', deep],
    ['a detached view', detached],
    ['a detached buffer', detached.buffer],
    ['a detached DataView', detachedDataView()],
    ['shared memory', new SharedArrayBuffer(1)],
    ['a view of shared memory', new Uint8Array(new SharedArrayBuffer(1))],
  ])('%s is no key', (_, value) => {
    expect(toKey(value)).toBeNull();
    expect(toKey([value])).toBeNull();
  });

  function detachedDataView(): DataView {
    const view = new DataView(new ArrayBuffer(4));
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  }

  it.each<[string, unknown, KeyValue]>([
    ['-0', -0, 0],
    ['-0 in an array', [-0], [0]],
    ['a typed array', new Uint16Array([0x0102]), bytes(2, 1)],
    ['part of a buffer', new Uint8Array(bytes(1, 2, 3), 1, 1), bytes(2)],
    ['a DataView', new DataView(bytes(1, 2, 3), 1), bytes(2, 3)],
    ['an empty buffer', new ArrayBuffer(0), bytes()],
    ['a date of another realm', vm.runInNewContext('new Date(5)'), new Date(5)],
    ['an array of another realm', vm.runInNewContext('[1, [2]]'), [1, [2]]],
    ['a buffer of another realm', vm.runInNewContext('new Uint8Array([7]).buffer'), bytes(7)],
    ['a date with another prototype', Object.setPrototypeOf(new Date(5), null), new Date(5)],
    ['a disguised date', Object.setPrototypeOf(new Date(5), Object.prototype), new Date(5)],
    ['the same array twice', [sharedArray, sharedArray], [[1], [1]]],
    ['an array with properties', Object.assign([1], { x: 2 }), [1]],
  ])('%s is a key', (_, value, expected) => {
    expect(toKeyValue(mustKey(value))).toStrictEqual(expected);
  });

  it('keeps numbers and strings as themselves', () => {
    expect([toKey(1.5), toKey('a')]).toEqual([1.5, 'a']);
  });

  it('passes on what a getter throws, before anything behind it is read', () => {
    const problem = new Error('getter');
    const array: unknown[] = [];
    const read: string[] = [];
    const getter = (name: string, get: () => unknown) => ({
      enumerable: true,
      get: () => (read.push(name), get()),
    });
    Object.defineProperty(array, 0, getter('0', () => 1));
    Object.defineProperty(array, 1, getter('1', () => { throw problem; }));
    Object.defineProperty(array, 2, getter('2', () => 1));
    expect(() => toKey(array)).toThrow(problem);
    expect(read).toEqual(['0', '1']);
  });

  it('stops at the first element that is no key', () => {
    const array = [{}];
    Object.defineProperty(array, 1, { get: () => { throw new Error('was read'); } });
    expect(toKey(array)).toBeNull();
  });

  it('copies: what happens to the value later does not matter', () => {
    const source = new Uint8Array([1]);
    const key = mustKey(source);
    source[0] = 2;
    expect(toKeyValue(key)).toStrictEqual(bytes(1));
  });

  it('takes the placeholder for a number that is to be patched', () => {
    const alone = mustKey(GENERATED) as EncodedKey;
    const inside = mustKey(['a', GENERATED, [GENERATED]]) as EncodedKey;
    const writer = new ByteWriter();
    writer.append(inside.bytes);
    for (const [i, at] of inside.patches.entries()) {
      writer.bytes.set(keyBytes(i + 7).subarray(1), at);
    }
    expect(alone.patches).toEqual([1]);
    expect(alone.bytes.length).toBe(9);
    expect(decodeKey(writer.slice())).toStrictEqual(['a', 7, [8]]);
  });
});

describe('multi-entry conversion', () => {
  const keysOf = (value: unknown) => toMultiEntryKeys(value)?.map((key) => toKeyValue(key)) ?? null;

  it.each<[string, unknown, KeyValue[] | null]>([
    ['a single key', 'a', ['a']],
    ['no key', {}, null],
    ['elements, without those that are no keys', [1, {}, 'a', null, NaN, [2]], [1, 'a', [2]]],
    ['each key once', [1, '1', 1, [1], [1], new Date(1), new Date(1)], [1, '1', [1], new Date(1)]],
    ['binary keys that are equal', [bytes(1), new Uint8Array([1])], [bytes(1)]],
    ['an empty array', [], []],
    ['a long sparse array', Object.assign([], { length: 2 ** 32 - 1, 5: 'a', x: 'b' }), ['a']],
  ])('%s', (_, value, expected) => expect(keysOf(value)).toStrictEqual(expected));
});

/** The order of the specification, on values, as simply as it can be said. */
function reference(a: KeyValue, b: KeyValue): number {
  const rank = (value: KeyValue) => {
    if (typeof value === 'number') return 0;
    if (value instanceof Date) return 1;
    if (typeof value === 'string') return 2;
    return value instanceof ArrayBuffer ? 3 : 4;
  };
  if (rank(a) !== rank(b)) return rank(a) < rank(b) ? -1 : 1;
  if (Array.isArray(a) && Array.isArray(b)) return lists(a, b, reference);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return lists([...new Uint8Array(a)], [...new Uint8Array(b)], reference);
  }
  const [x, y] = [a.valueOf() as number | string, b.valueOf() as number | string];
  return x < y ? -1 : x > y ? 1 : 0;
}

function lists<T>(a: T[], b: T[], compare: (a: T, b: T) => number): number {
  for (const [i, x] of a.entries()) {
    if (i >= b.length) return 1;
    const order = compare(x, b[i] as T);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}

describe('order', () => {
  const seed = Number(process.env['FLOWDB_SEED'] ?? Date.now() % 1e9);

  it(`is that of the specification (FLOWDB_SEED=${seed})`, () => {
    const random = new Random(seed);
    for (let i = 0; i < 8_000; i++) {
      const a = random.key(3);
      const b = random.chance(0.3) ? random.nearby(a) : random.key(3);
      const [x, y] = [mustKey(a), mustKey(b)];
      const expected = reference(a, b);
      expect([compareKeys(x, y), compareKeys(y, x) + 0], describeKeys(a, b)).toEqual([
        expected,
        expected === 0 ? 0 : -expected,
      ]);
      expect(compareEncodedKeys(keyBytes(x), keyBytes(y)), describeKeys(a, b)).toBe(expected);
      expect(toKeyValue(x)).toStrictEqual(a);
    }
  });

  it(`holds for keys that stand one behind the other (FLOWDB_SEED=${seed})`, () => {
    const random = new Random(seed);
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [random.key(2), random.key(2)];
      const [c, d] = [random.key(1), random.key(1)];
      const joined = (first: KeyValue, second: KeyValue) => {
        const writer = new ByteWriter();
        encodeKey(writer, mustKey(first));
        encodeKey(writer, mustKey(second));
        return writer.slice();
      };
      const order = compareEncodedKeys(joined(a, c), joined(b, d));
      expect(order).toBe(reference(a, b) === 0 ? reference(c, d) : reference(a, b));
      const reader = new KeyReader(joined(a, c));
      expect(reader.value()).toStrictEqual(a);
      expect(reader.done).toBe(false);
      expect(toKeyValue(reader.key())).toStrictEqual(c);
      expect(reader.done).toBe(true);
    }
  });

  function describeKeys(a: KeyValue, b: KeyValue): string {
    return `${toHex(keyBytes(mustKey(a)))} and ${toHex(keyBytes(mustKey(b)))}`;
  }
});

describe('malformed bytes', () => {
  it.each([
    ['nothing', '', 'key tag'],
    ['an unknown tag', '60', 'key tag'],
    ['a short number', '10 80', 'number key'],
    ['NaN', '10 fff8000000000000', 'number key'],
    ['-0', '10 7fffffffffffffff', 'number key'],
    ['a date out of range', '20 fff0000000000000', 'date key'],
    ['half a millisecond', '20 bfe0000000000000', 'date key'],
    ['a string without an end', '30 61', 'string key'],
    ['a bad escape', '30 01 03 00', 'string key'],
    ['a tag that begins no code unit', '30 c1 61 61 00', 'string key'],
    ['a code unit that is too long', '30 c0 40 7f 00', 'string key'],
    ['a code unit cut off', '30 80', 'string key'],
    ['a buffer without an end', '40 01', 'binary key'],
    ['a bad zero in a buffer', '40 00 01 00 00', 'binary key'],
    ['an array without an end', '50 50 00', 'key tag'],
    ['an array that is too deep', '50'.repeat(257) + '00'.repeat(257), 'array key'],
    ['something behind', '50 00 00', 'key'],
  ])('%s', (_, hex, field) => {
    const decode = () => decodeKey(fromHex(hex));
    expect(decode).toThrow(MalformedError);
    expect(decode).toThrow(expect.objectContaining({ field }));
  });

  it('every truncation and every flipped bit gives an error or another key', () => {
    const sample = [1, new Date(9), 'a\u0000\u4000\uffff', bytes(0, 1), ['x']];
    const whole = keyBytes(mustKey(sample));
    for (let end = 0; end < whole.length; end++) {
      expect(() => decodeKey(whole.subarray(0, end))).toThrow(MalformedError);
    }
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const broken = whole.slice();
      broken[bit >> 3] = (broken[bit >> 3] as number) ^ (1 << (bit & 7));
      const value = valueOrError(broken);
      // Equal keys have equal bytes: what is still a key is written as it was read.
      if (value instanceof MalformedError) continue;
      expect(toHex(keyBytes(mustKey(value)))).toBe(toHex(broken));
    }
  });

  function valueOrError(broken: Uint8Array): KeyValue | MalformedError {
    try {
      return decodeKey(broken);
    } catch (error) {
      if (error instanceof MalformedError) return error;
      throw error;
    }
  }
});
