// Values: everything that structured clone takes comes back as it was; everything else is refused.
import { describe } from './describe.js';
import { ended, outcome, result, thrown } from './steps.js';

function store(db, mode) {
  return db.transaction('s', mode).objectStore('s');
}

async function roundTrip({ open, log }, values) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s', { autoIncrement: true }));
  const tx = db.transaction('s', 'readwrite');
  const kept = [];
  for (const [i, value] of values.entries()) {
    const threw = thrown(() => outcome(tx.objectStore('s').put({ value }, i)).then(() =>
      kept.push(i)));
    if (threw !== 'returned Promise') log(i, threw);
  }
  log(await ended(tx));
  const all = await result(store(db).getAll());
  const prototype = (value) => Object.getPrototypeOf(Object(value));
  for (const [n, i] of kept.entries()) {
    const { value } = all[n];
    log(i, value, prototype(value) === prototype(structuredClone(values[i])));
  }
  for (const i of kept.filter((each) => each % 4 === 0)) log('alone', i,
    (await result(store(db).get(i))).value);
  db.close();
}

export async function primitives(world) {
  await roundTrip(world, [
    undefined, null, true, false, 0, -0, 1, -1, 0.1, 1e300, 5e-324, 2 ** 31, 2 ** 53, 2 ** 53 + 2,
    -(2 ** 60), NaN, Infinity, -Infinity,
    '', 'text', 'ä€😀', '\0', '"\\\n\u2028', '\ud800', '\udc00\ud800', 'a\ufeffb', '\ufeff',
    0n, 1n,
    -1n, 2n ** 64n, -(2n ** 200n), 123456789012345680000,
  ]);
}

export async function objectsOfTheLanguage(world) {
  const lastIndex = /a/g;
  lastIndex.lastIndex = 3;
  class Point { x = 1; #hidden = 2; get y() { return this.#hidden; } }
  const withCause = new TypeError('outer', { cause: new RangeError('inner') });
  const named = new Error('renamed');
  named.name = 'CustomError';
  named.extra = 'gone';
  await roundTrip(world, [
    new Date(0), new Date(-1), new Date(8.64e15), new Date(NaN), /x/,
    /[\/\\]\n"/dgimsuy, lastIndex, new Map(),
    new Map([[1, { a: 1 }], ['k', [2]], [NaN, -0], [{}, null]]),
    new Set(), new Set([1, 'a', undefined, { b: 2 }]),
    new Map([['m', new Map([['deep', new Set([new Date(5)])]])]]), new Number(-0),
    new String('wrapped'), new Boolean(false),
    Object(5n), new Error('plain'), withCause, named, new EvalError(), new URIError(''),
    new Error(), new Point(), Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true },
    hidden: { value: 2 } }),
    Object.create(null), Object.freeze({ f: 1 }), new DOMException('text', 'DataError'),
  ]);
}

export async function bytes(world) {
  const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).buffer;
  const views = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array,
    Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array];
  await roundTrip(world, [
    buffer, new ArrayBuffer(0), ...views.map((View) => new View(buffer)),
    ...views.map((View) => new View(buffer, 8, 1)), new DataView(buffer, 3, 5),
    new DataView(new ArrayBuffer(0)),
    [new Uint8Array(buffer, 1, 2), new Uint16Array(buffer, 2, 2), buffer],
    new Float64Array([NaN, -0, Infinity]), new Uint8Array(70_000).fill(7).subarray(5, 9),
  ]);
}

export async function arrays(world) {
  const sparse = [1, , 3];
  const long = [];
  long[1000] = 'end';
  const withProperties = Object.assign([1, 2], { name: 'extra', '-1': 'negative' });
  const tail = [1];
  tail.length = 4;
  class List extends Array {}
  const odd = [];
  Object.defineProperty(odd, 1, { value: 'hidden', enumerable: false });
  await roundTrip(world, [[], [[]], [undefined], [null, undefined, -0, NaN], sparse,
    long.slice(990), withProperties, tail, List.of(1, 2), odd, new Array(3), [[1, [2, [3, [4]]]]]]);
}

export async function propertiesAndTheirOrder(world) {
  const counted = { reads: 0, get once() { this.reads += 1; return 'read'; } };
  const symbolic = { [Symbol('s')]: 1, plain: 2 };
  await roundTrip(world, [
    { b: 1, a: 2, 10: 'ten', 9: 'nine', '': 'empty', '-1': 1, 1.5: 2, '01': 3 },
    JSON.parse('{"__proto__": {"x": 1}, "y": 2}'), JSON.parse('{"__proto__": null}'),
    { constructor: 1, toString: 2, hasOwnProperty: 3, length: 4 }, symbolic,
    { 'k\0': 1, 'ä\ud800': 2, '"': 3 }, { u: undefined, n: null },
    { get computed() { return 'value'; } },
    { toJSON: 'a text' }, { then: 1 }, { 4294967295: 'a', 4294967294: 'b', 0: 'c' },
  ]);
  world.log(counted.once, counted.reads);
}

export async function sharingAndCycles(world) {
  const shared = { x: 1 };
  const cycle = { name: 'cycle' };
  cycle.self = cycle;
  const ring = [{}, {}];
  ring[0].next = ring[1];
  ring[1].next = ring;
  const map = new Map();
  map.set('map', map).set(map, new Set([map]));
  const date = new Date(1);
  const buffer = new ArrayBuffer(4);
  const outer = new Error('outer');
  outer.cause = outer;
  await roundTrip(world, [[shared, shared], { a: shared, b: { c: shared } }, cycle, ring, map,
    [date, date], [new Uint8Array(buffer), new Uint8Array(buffer, 2), buffer], [/x/, /x/],
    ['same', 'same'], [[], []]]);
}

export async function nesting(world) {
  const nest = (depth, inner) => {
    let value = inner;
    for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { v: value };
    return value;
  };
  const wide = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key ${i}`, i]));
  await roundTrip(world, [nest(60, 'deep'), nest(300, new Date(3)), nest(600, undefined), wide,
    Array.from({ length: 5000 }, (_, i) => ({ i, s: `${i}` }))]);
}

export async function objectsOfThePlatform(world) {
  const { open, log } = world;
  const pixels = new Uint8ClampedArray(16).map((_, i) => i * 10);
  const blob = new Blob(['some ', 'text ä'], { type: 'text/plain' });
  const file = new File([new Uint8Array([0, 255, 128])], 'näme.bin', { type: 'application/x',
    lastModified: 12345 });
  const values = {
    blob, file, empty: new Blob(), slice: blob.slice(2, 7, 'a/b'), image: new ImageData(pixels, 2,
    2), rect: new DOMRect(1, 2, 3, -4), point: new DOMPointReadOnly(1, 2, 3, 4),
    matrix: new DOMMatrix([1, 2, 3, 4, 5, 6]), quad: new DOMQuad({ x: 1, y: 2 }),
    several: [blob, { inner: blob }, file], map: new Map([[blob, file]]),
    big: new Blob([new Uint8Array(300_000).fill(9)]),
  };
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  for (const [key, value] of Object.entries(values)) log(key,
    await outcome(store(db, 'readwrite').put(value, key)));
  const contents = async (each) => describe(new Uint8Array(await each.slice(0, 20).arrayBuffer()));
  for (const key of Object.keys(values)) {
    const back = await result(store(db).get(key));
    log(key, back, back.constructor.name);
    if (back instanceof Blob) log(await contents(back));
    if (key === 'several') log(await contents(back[0]), await contents(back[1].inner),
      await contents(back[2]));
  }
  const tx = db.transaction('s', 'readwrite');
  const order = ['first', blob, 'second', file,
    'third'].map((value) => outcome(tx.objectStore('s').put(value, 'same')));
  log(await Promise.all(order), await ended(tx), await result(store(db).get('same')));
  db.close();
}

export async function listsOfFiles({ open, log }) {
  const transfer = new DataTransfer();
  for (const name of ['one', 'zwei.txt', 'one']) {
    transfer.items.add(new File([name, '!'], name, { type: 'text/plain', lastModified: 77 }));
  }
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  const values = { list: transfer.files, empty: new DataTransfer().files,
    beside: { list: transfer.files, file: transfer.files[1], after: [1] } };
  for (const [key, value] of Object.entries(values)) {
    log(key, await outcome(store(db, 'readwrite').put(value, key)));
    const back = await result(store(db).get(key));
    const list = key === 'beside' ? back.list : back;
    log(list.constructor.name, list.length, list.item(1)?.name, key === 'beside' && back.after);
    for (const file of list) log(file, file.name, file.lastModified, await file.text());
    if (key === 'beside') log(await back.file.text());
  }
  db.close();
}

export async function refused(world) {
  const { open, log } = world;
  const db = await open(1, (fresh) => fresh.createObjectStore('s', { autoIncrement: true }));
  const tx = db.transaction('s', 'readwrite');
  const s = tx.objectStore('s');
  const detached = new Uint8Array(4);
  structuredClone(detached, { transfer: [detached.buffer] });
  const none = {
    function: () => 1, symbol: Symbol('s'), inner: { a: [{ f() {} }] },
    toJSON: { toJSON: () => 'x' }, weak: new WeakMap(), promise: Promise.resolve(),
    element: document.body, window, event: new Event('x'),
    inMap: new Map([[1, Symbol.iterator]]), detached, generator: (function* g() {})(),
    port: new MessageChannel().port1, proxyOfFunction: new Proxy(() => 1, {}), class: class {},
    bigObject: { ok: 1, late: Symbol.for('late') },
    error: Object.assign(new Error('e', { cause: () => 1 })),
  };
  for (const [label, value] of Object.entries(none)) log(label, thrown(() => s.put(value)));
  log('throwing getter', thrown(() => s.put({ get x() { throw new RangeError('on purpose'); } })));
  log('getter in an array',
    thrown(() => s.put(Object.defineProperty([1], 0,
    { enumerable: true, get() { throw new SyntaxError('on purpose'); } }))));
  let inGetter;
  s.put({ get x() { inGetter = thrown(() => s.get(1)); return 1; } });
  log('a request within the clone', inGetter, await result(s.count()), await ended(tx));
  db.close();
}

// Each value has a getter that counts, and something that JSON text does not hold.
export async function gettersRunOnce({ open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  const counting = () => {
    let calls = 0;
    return { get a() { return (calls += 1); } };
  };
  const holders = [
    () => Object.assign(counting(), { when: new Date(1) }),
    () => ({ ...[undefined], inner: [counting(), undefined], last: counting() }),
    () => [counting(), , { deep: counting(), none: NaN }],
    () => ({ bytes: new Uint8Array(2), list: [1n, counting()], blob: new Blob(['x']) }),
    () => Object.defineProperty([-0, 0], 1, Object.getOwnPropertyDescriptor(counting(), 'a')),
  ];
  for (const make of holders) {
    for (const isShared of [false, true]) {
      const value = make();
      const own = Object.defineProperty({ value }, 'got', { enumerable: true,
        get: counting().__lookupGetter__('a') });
      if (isShared) own.again = [own, value, { value }];
      const request = store(db, 'readwrite').put(own, 1);
      const back = (await result(request)) && (await result(store(db).get(1)));
      log(back, isShared && [back.again[0] === back, back.again[2].value === back.value]);
      // What it gives now tells how often it has run.
      log(own.got, typeof value.a === 'number' && value.a);
    }
  }
  db.close();
}

export async function whatErrorsTell({ open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s'));
  const errors = [new Error('plain'), new TypeError('typed', { cause: new Error('inner') })];
  const Quota = globalThis.QuotaExceededError;
  if (Quota !== undefined) {
    errors.push(new Quota('full', { quota: 5, requested: 7 }), new Quota('unknown'));
  }
  for (const error of errors) {
    await result(store(db, 'readwrite').put({ list: [error] }, 1));
    const [back] = (await result(store(db).get(1))).list;
    log(back.name, back.message, back.constructor.name, Object.prototype.toString.call(back));
    log(back.code, back.quota, back.requested, back.stack === error.stack);
    // Firefox's errors know where they were made.
    const places = [[error, back], [error.cause ?? error, back.cause ?? back]];
    if (!(error instanceof DOMException)) {
      for (const [made, read] of places) log(read.fileName === made.fileName,
        read.lineNumber === made.lineNumber, read.columnNumber === made.columnNumber);
    }
  }
  db.close();
}

export async function clonedWhenItIsCalled({ open, log }) {
  const db = await open(1, (fresh) => fresh.createObjectStore('s').createIndex('i', 'x'));
  const value = { x: 1, list: [1], bytes: new Uint8Array([1]), when: new Date(1) };
  const tx = db.transaction('s', 'readwrite');
  const request = tx.objectStore('s').put(value, 'a');
  value.x = 2;
  value.list.push(2);
  value.bytes[0] = 9;
  value.when.setTime(9);
  await result(request);
  const [one, two] = [await result(tx.objectStore('s').get('a')),
    await result(tx.objectStore('s').get('a'))];
  log(one, one === two, await result(tx.objectStore('s').index('i').getAllKeys()));
  one.x = 5;
  log(await result(tx.objectStore('s').get('a')));
  db.close();
}
