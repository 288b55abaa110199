// Values go round: what comes out of the codec equals what structuredClone gives, in either form;
// and the fast path takes exactly what JSON text can hold.
import vm from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { ByteWriter } from '../../js/codec/byte-writer';
import type { Key } from '../../js/codec/key';
import { decodeKey } from '../../js/codec/key-decoder';
import { keyBytes, toKey } from '../../js/codec/key-encoder';
import { MalformedError } from '../../js/codec/malformed-error';
import { copyOwn } from '../../js/codec/own-copy';
import { cloneForStorage, injectGenerated } from '../../js/codec/storable-clone';
import { decodeTagged } from '../../js/codec/tagged-decoder';
import { refuseToClone } from '../../js/codec/uncloneable';
import { decodeJsonArray, decodeValue } from '../../js/codec/value-decoder';
import { ValueKind, encodeClone, readBlobs } from '../../js/codec/value-encoder';
import { encode, encodeTaggedValue, roundTrip, valueTable } from './codec-values';

describe('every value of the table', () => {
  it.each(valueTable)('%s comes back as structuredClone gives it', (_, value, kind) => {
    const expected = structuredClone(value);
    expect(roundTrip(value)).toStrictEqual(expected);
    expect(encode(value).kind).toBe(kind === 'json' ? ValueKind.json : ValueKind.tagged);
    expect(decodeTagged(encodeTaggedValue(value))).toStrictEqual(expected);
  });
});

describe('identity', () => {
  it('of one object in two places is kept', () => {
    const one = { a: 1 };
    const value = roundTrip({ x: one, y: [one] }) as { x: object; y: object[] };
    expect(value.y[0]).toBe(value.x);
  });

  it('of a value that contains itself is kept', () => {
    const map = new Map<unknown, unknown>();
    const value: Record<string, unknown> = { map, list: [map] };
    map.set(value, map);
    const back = roundTrip(value) as { map: Map<unknown, unknown>; list: unknown[] };
    expect(back.map.get(back)).toBe(back.map);
    expect(back.list[0]).toBe(back.map);
  });

  it('of a buffer under several views is kept', () => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4);
    const value = [new Uint8Array(buffer, 1, 2), new Uint16Array(buffer), buffer];
    const [bytes, words, whole] = roundTrip(value) as [Uint8Array, Uint16Array, ArrayBuffer];
    expect(bytes.buffer).toBe(whole);
    expect(words.buffer).toBe(whole);
    bytes[0] = 9;
    expect(words[0]).toBe(0x0901);
  });

  it.each([1, 63, 64, 65])('of a buffer of %i words that a view shows all of is kept', (words) => {
    const { buffer } = Uint16Array.from({ length: words }, (_, i) => i);
    const bytes = new Uint8Array(buffer);
    const value = [new Uint16Array(buffer), bytes, buffer, new DataView(buffer), bytes];
    const back = roundTrip(value) as [Uint16Array, Uint8Array, ArrayBuffer, DataView, Uint8Array];
    expect(back).toStrictEqual(value);
    for (const view of [back[0], back[1], back[3]]) expect(view.buffer).toBe(back[2]);
    expect(back[4]).toBe(back[1]);
  });

  it('of what stands in a map or a set is kept, and its order', () => {
    const date = new Date(1);
    const value = { date, set: new Set([[date], 1, undefined]), map: new Map([[date, [date]]]) };
    const back = roundTrip(value) as typeof value;
    expect(back).toStrictEqual(value);
    expect([...back.map][0]).toEqual([back.date, [back.date]]);
    expect([...back.map.keys()][0]).toBe(back.date);
    expect(([...back.set][0] as unknown[])[0]).toBe(back.date);
  });

  it('is not taken over: the clone is of its own', () => {
    const value = { list: [1] };
    const clone = cloneForStorage(value);
    value.list.push(2);
    expect(clone.value).toEqual({ list: [1] });
    const rich = { map: new Map([[1, [1]]]), set: new Set([1]), date: new Date(1), u8: Uint8Array.of(1) };
    const before = structuredClone(rich);
    const { value: copy } = cloneForStorage(rich);
    rich.map.get(1)?.push(2);
    rich.map.set(2, []);
    rich.set.add(2);
    rich.date.setTime(2);
    rich.u8[0] = 2;
    expect(copy).toStrictEqual(before);
  });
});

describe('errors', () => {
  it.each([new Error('m'), new TypeError('t'), new RangeError(''), new Error()])('%o', (error) => {
    const expected = structuredClone(error);
    const back = roundTrip(error) as Error;
    expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(expected));
    expect(back.stack).toBe(expected.stack);
    expect(Object.getOwnPropertyDescriptor(back, 'message')).toEqual(
      Object.getOwnPropertyDescriptor(expected, 'message'),
    );
  });

  it('keep a cause', () => {
    const error = new Error('m', { cause: { a: [1] } });
    const back = roundTrip(error) as Error;
    expect(back.cause).toStrictEqual({ a: [1] });
    expect(Object.keys(back)).toEqual([]);
  });
});

describe('resizable buffers', () => {
  type Resizable = ArrayBuffer & { resizable: boolean; maxByteLength: number };
  const ResizableBuffer = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => Resizable & { resize(length: number): void };

  it('stay what they are, with views that follow their length and views that do not', () => {
    const buffer = new ResizableBuffer(8, { maxByteLength: 16 });
    const value = [new Uint16Array(buffer, 2), new Uint16Array(buffer, 2, 3), new DataView(buffer)];
    const [follows, fixed, view] = roundTrip(value) as [Uint16Array, Uint16Array, DataView];
    const back = follows.buffer as Resizable & { resize(length: number): void };
    expect([back.resizable, back.byteLength, back.maxByteLength]).toEqual([true, 8, 16]);
    back.resize(12);
    expect([follows.length, fixed.length, view.byteLength]).toEqual([5, 3, 12]);
    expect(buffer.byteLength).toBe(8);
  });
});

describe('what can not be stored', () => {
  const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  class Handle {
    get [Symbol.toStringTag](): string {
      return 'Handle';
    }
  }
  refuseToClone(Handle.prototype);

  it.each<[string, unknown, RegExp]>([
    ['a function', () => 1, /./],
    ['a symbol', Symbol('s'), /./],
    ['a promise', Promise.resolve(), /./],
    ['a weak map', new WeakMap(), /./],
    ['shared memory', new SharedArrayBuffer(1), /SharedArrayBuffer can't be stored/],
    ['a view of shared memory', new Uint8Array(new SharedArrayBuffer(1)), /SharedArrayBuffer/],
    ['a module', module, /Module can't be stored/],
    ['a proxy of a date', new Proxy(new Date(), {}), /./],
    ['an object that stands for something', new Handle(), /Handle\] can't be cloned/],
  ])('%s is a DataCloneError, wherever it stands', (_, value, message) => {
    for (const holder of [value, { a: 1, value }, [{ value }], new Map([[1, value]])]) {
      const clone = () => cloneForStorage(holder);
      expect(clone).toThrow(DOMException);
      expect(clone).toThrow(expect.objectContaining({ name: 'DataCloneError' }));
      expect(clone).toThrow(message);
    }
  });

  it('passes on what a getter throws', () => {
    const problem = new Error('getter');
    const value = { get a() { throw problem; } };
    expect(() => cloneForStorage(value)).toThrow(problem);
  });
});

describe('objects that are not what their prototypes say', () => {
  const as = (value: object, { prototype }: { prototype: object }) =>
    Object.setPrototypeOf(value, prototype) as object;
  class Labels extends Set<unknown> {}

  it.each<[string, object]>([
    ['no map', as({ a: 1 }, Map)],
    ['no set', as({ a: 1 }, Set)],
    ['no date', as({ a: 1 }, Date)],
    ['no view', as({ a: 1 }, Uint8Array)],
    ['no buffer', as({ a: 1 }, ArrayBuffer)],
    ['a map that is no set', as(new Map([[1, 2]]), Set)],
    ['a view of another kind', as(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), Float64Array)],
    ['an instance of a subclass', new Labels([1])],
    ['a map with properties', Object.assign(new Map([[1, 2]]), { x: 1, get: 2 })],
    ['a date with properties', Object.assign(new Date(1), { getTime: 1 })],
    ['a view with properties', Object.assign(Uint8Array.of(1), { x: 1 })],
    ['an empty view', new Uint8Array(0)],
  ])('%s', (_, value) => {
    for (const holder of [value, { value }, [value], new Map([[value, 1]])]) {
      expect(roundTrip(holder)).toStrictEqual(structuredClone(holder));
    }
  });

  it('such as a view of a buffer that was transferred: a DataCloneError', () => {
    const bytes = Uint8Array.of(1);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    for (const value of [bytes, { bytes }, bytes.buffer]) {
      expect(() => cloneForStorage(value)).toThrow(DOMException);
    }
  });
});

describe('the fast path', () => {
  function restorePrototypes(): void {
    for (const prototype of [Object.prototype, Array.prototype]) {
      for (const name of ['toJSON', 'patched', '0', '5']) Reflect.deleteProperty(prototype, name);
    }
  }
  afterEach(restorePrototypes);

  const kindOf = (value: unknown) => encode(value).kind;

  it('reads each getter once', () => {
    let reads = 0;
    const value = { get a() { return { n: ++reads }; } };
    expect(cloneForStorage(value).value).toEqual({ a: { n: 1 } });
    expect(reads).toBe(1);
  });

  it('reads each getter once in maps and sets, too, and beside them', () => {
    let reads = 0;
    const holder = { get a() { return { n: ++reads }; } };
    const value = [holder, new Map([[1, holder]]), new Set([holder]), new Date(1)];
    expect(roundTrip(value)).toEqual([
      { a: { n: 1 } },
      new Map([[1, { a: { n: 1 } }]]),
      new Set([{ a: { n: 1 } }]),
      new Date(1),
    ]);
    expect(reads).toBe(1);
    const other = [{ get a() { return ++reads; } }, new Date(1), Uint8Array.of(1), /a/];
    expect(roundTrip(other)).toEqual([{ a: 2 }, new Date(1), Uint8Array.of(1), /a/]);
  });

  it('ignores what structured clone ignores', () => {
    const value = Object.defineProperty({ a: 1, [Symbol()]: () => 1 }, 'hidden', { value: 1 });
    expect(roundTrip(value)).toStrictEqual({ a: 1 });
    expect(kindOf(value)).toBe(ValueKind.json);
  });

  it('keeps an own __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__":{"x":[1]},"b":1}');
    const back = roundTrip(value) as object;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.entries(back)).toEqual([['__proto__', { x: [1] }], ['b', 1]]);
    expect(kindOf(value)).toBe(ValueKind.json);
  });

  it('stores instances of classes, and objects of other realms, as JSON text', () => {
    class Point {
      x = 1;
      get y() { return 2; }
    }
    const value = { point: new Point(), other: vm.runInNewContext('({ a: [1] })') as object };
    expect(roundTrip(value)).toStrictEqual({ point: { x: 1 }, other: { a: [1] } });
    expect(kindOf(value)).toBe(ValueKind.json);
    expect(kindOf(Object.create(null))).toBe(ValueKind.json);
  });

  it('is not misled by toJSON', () => {
    const own = { a: { toJSON: 1 } };
    expect(roundTrip(own)).toStrictEqual(own);
    for (const prototype of [Object.prototype, Array.prototype]) {
      Object.defineProperty(prototype, 'toJSON', { value: () => 'x', configurable: true });
      expect(roundTrip({ a: [1] })).toStrictEqual({ a: [1] });
      Reflect.deleteProperty(prototype, 'toJSON');
    }
  });

  it('is not misled by what a page adds to the prototypes', () => {
    const inherited = { n: 1 };
    Object.assign(Object.prototype, { patched: inherited });
    Object.assign(Array.prototype, { 0: 5 });
    const back = roundTrip({ a: { b: 1 }, list: [, 1] }) as { a: object; list: unknown[] };
    restorePrototypes();
    expect(Object.keys(back)).toEqual(['a', 'list']);
    expect(Object.keys(back.a)).toEqual(['b']);
    expect(Object.hasOwn(back.list, 0)).toBe(false);
    expect(inherited).toEqual({ n: 1 });
  });

  it('is not misled by setters on the prototypes', () => {
    Object.defineProperty(Object.prototype, 'patched', {
      set() { throw new Error('was set'); },
      configurable: true,
    });
    const value = { patched: { a: 1 }, date: new Date(1) };
    expect(roundTrip(value)).toStrictEqual(value);
    expect(roundTrip({ patched: { a: 1 } })).toStrictEqual({ patched: { a: 1 } });
  });

  it('is not misled by setters of indexes on the prototypes', () => {
    const list = [0, 1, 2, 3, 4, 'abcdefgh', 'é\u0000bcdefgh'];
    const dates = [...list.map((time) => new Date(time)), 'abcdefgh', 'abcde\ud800'];
    const tagged = encode(dates).bytes;
    const json = encode(list).bytes;
    const compound = keyBytes(toKey(list) as Key);
    let wasSet = false;
    Object.defineProperty(Object.prototype, '5', {
      set() { wasSet = true; },
      configurable: true,
    });
    const key = decodeKey(compound);
    const copy = cloneForStorage(list).value;
    const values = [decodeValue(ValueKind.tagged, tagged), decodeValue(ValueKind.json, json)];
    restorePrototypes();
    expect([key, copy, ...values]).toStrictEqual([list, list, dates, list]);
    expect(wasSet).toBe(false);
  });

  it('takes a proxy for what it shows', () => {
    expect(roundTrip(new Proxy({ a: 1 }, {}))).toStrictEqual({ a: 1 });
  });

  it('leaves JSON.stringify and structuredClone as they were when it was loaded', () => {
    const { stringify, parse } = JSON;
    const { structuredClone: clone, Date, Map, Set, Uint8Array } = globalThis;
    const rich = [new Map([[1, new Date(1)]]), new Set([1]), Uint8Array.of(1)];
    const copies = new Map<object, object>();
    try {
      JSON.stringify = () => '"patched"';
      JSON.parse = () => 'patched';
      globalThis.structuredClone = () => { throw new Error('patched'); };
      expect(roundTrip({ a: 1 })).toEqual({ a: 1 });
      expect(roundTrip({ a: 1n })).toEqual({ a: 1n });
      const patched = () => { throw new Error('patched'); };
      Object.assign(globalThis, { Date: patched, Map: patched, Set: patched, Uint8Array: patched });
      const copy = copyOwn(rich, copies);
      Object.assign(globalThis, { Date, Map, Set, Uint8Array });
      expect(copy).toStrictEqual({ value: rich, json: false });
    } finally {
      Object.assign(globalThis, { Date, Map, Set, Uint8Array });
      Object.assign(JSON, { stringify, parse });
      globalThis.structuredClone = clone;
    }
  });
});

describe('deep values', () => {
  const nest = (depth: number) => {
    let value: unknown[] = [];
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  };
  const depthOf = (value: unknown) => {
    let depth = -1;
    for (let at = value; Array.isArray(at); at = at[0]) depth++;
    return depth;
  };

  it('of a depth that JSON text is used for', () => {
    expect(encode(nest(150)).kind).toBe(ValueKind.json);
    expect(depthOf(roundTrip(nest(150)))).toBe(150);
  });

  it('of a depth that the platform clones', () => {
    expect(encode(nest(1000)).kind).toBe(ValueKind.tagged);
    expect(depthOf(roundTrip(nest(1000)))).toBe(1000);
  });

  it('of a depth that no recursion bears: read, or refused by the platform', () => {
    const bytes = new Uint8Array(2 + 300_000 * 2);
    bytes.fill(0x11);
    for (let i = 2; i < bytes.length; i += 2) bytes[i] = 1;
    bytes[0] = 1;
    bytes[bytes.length - 1] = 0;
    const whole = bytes.slice(0, -1);
    whole[whole.length - 1] = 0;
    expect(depthOf(decodeTagged(whole))).toBe(299_999);
    expect(() => cloneForStorage(nest(300_000))).toThrow(RangeError);
  });
});

describe('generated keys', () => {
  const inject = (value: unknown, path: string) => {
    const clone = cloneForStorage(value);
    injectGenerated(clone, path);
    const writer = new ByteWriter(8);
    writer.u32(0);
    return { ...encodeClone(clone, writer), bytes: writer.slice(4) };
  };

  it.each<[string, unknown, string, unknown]>([
    ['behind the rest', { a: 'é' }, 'id', { a: 'é', id: 42 }],
    ['inside', { a: { x: 'é' }, b: 1 }, 'a.id', { a: { x: 'é', id: 42 }, b: 1 }],
    ['in objects that are made', {}, 'a.b.c', { a: { b: { c: 42 } } }],
  ])('JSON text: %s', (_, value, path, expected) => {
    const { kind, injectionAt, bytes } = inject(value, path);
    expect(kind).toBe(ValueKind.json);
    const digits = new TextEncoder().encode('42');
    const joined = [...bytes.subarray(0, injectionAt), ...digits, ...bytes.subarray(injectionAt)];
    expect(decodeValue(kind, Uint8Array.from(joined))).toStrictEqual(expected);
  });

  it.each<[string, unknown, string, unknown]>([
    ['an object', { d: new Date(1) }, 'id', { d: new Date(1), id: 42.5 }],
    ['in place of undefined', { id: undefined, b: 1 }, 'id', { id: 42.5, b: 1 }],
    ['an array', [1], 'id', Object.assign([1], { id: 42.5 })],
  ])('tagged: %s', (_, value, path, expected) => {
    const { kind, injectionAt, bytes } = inject(value, path);
    expect(kind).toBe(ValueKind.tagged);
    new DataView(bytes.buffer).setFloat64(injectionAt, 42.5, true);
    expect(decodeValue(kind, bytes)).toStrictEqual(expected);
  });

  it('are nowhere when nothing was injected', () => {
    expect(encodeClone(cloneForStorage({ a: 1 }), new ByteWriter()).injectionAt).toBe(-1);
    expect(encodeClone(cloneForStorage({ a: 1n }), new ByteWriter()).injectionAt).toBe(-1);
  });
});

describe('Blobs', () => {
  it('are read, stored and made anew, each once', async () => {
    const blob = new Blob(['hello'], { type: 'text/plain' });
    const clone = cloneForStorage({ a: blob, b: [blob], empty: new Blob([]) });
    expect(clone.blobs).toHaveLength(2);
    const contents = await readBlobs(clone.blobs);
    const writer = new ByteWriter();
    const { kind } = encodeClone(clone, writer, contents);
    const back = decodeValue(kind, writer.slice()) as { a: Blob; b: Blob[]; empty: Blob };
    expect([back.a.type, await back.a.text()]).toEqual(['text/plain', 'hello']);
    expect(back.b[0]).toBe(back.a);
    expect([back.empty.type, back.empty.size]).toEqual(['', 0]);
  });

  it('are none in other values', () => {
    expect(cloneForStorage({ a: 1 }).blobs).toEqual([]);
    expect(cloneForStorage({ a: new Date() }).blobs).toEqual([]);
  });

  it('that were not read are a failure that leaves the writer as it was', () => {
    const writer = new ByteWriter();
    writer.u32(7);
    expect(() => encodeClone(cloneForStorage({ a: new Blob(['x']) }), writer)).toThrow(TypeError);
    expect(writer.length).toBe(4);
  });
});

describe('decoding', () => {
  const encoder = new TextEncoder();

  it('gives all values of a reply at once', () => {
    expect(decodeJsonArray(encoder.encode('[1,{"a":"\ufeff"}]'))).toEqual([1, { a: '\ufeff' }]);
  });

  it.each<[string, number, Uint8Array, string]>([
    ['an unknown kind', 2, encoder.encode('1'), 'value kind'],
    ['no JSON text', 0, encoder.encode('{'), 'JSON text'],
    ['nothing', 0, encoder.encode(''), 'JSON text'],
    ['a byte order mark', 0, encoder.encode('\ufeff1'), 'JSON text'],
    ['broken UTF-8', 0, Uint8Array.of(0x22, 0xc3, 0x22), 'JSON text'],
  ])('refuses %s', (_, kind, bytes, field) => {
    const decode = () => decodeValue(kind, bytes);
    expect(decode).toThrow(MalformedError);
    expect(decode).toThrow(expect.objectContaining({ field }));
    if (kind === 0) expect(() => decodeJsonArray(bytes)).toThrow(MalformedError);
  });

  it('refuses what is no array where all values of a reply should be', () => {
    expect(() => decodeJsonArray(encoder.encode('{}'))).toThrow(MalformedError);
  });
});
