// What the codec's tests share: bytes as hexadecimal text, and the table of values that go round.
import { ByteWriter } from '../../js/codec/byte-writer';
import { cloneForStorage } from '../../js/codec/storable-clone';
import { encodeTagged } from '../../js/codec/tagged-encoder';
import { decodeValue } from '../../js/codec/value-decoder';
import { encodeClone } from '../../js/codec/value-encoder';

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Spaces are left out. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

/** The tagged binary form of a value, whether JSON text would do or not. */
export function encodeTaggedValue(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(8);
  encodeTagged(structuredClone(value), writer, new Map());
  return writer.slice();
}

const point = { x: 1, y: 2 };
const view = Float64Array.of(1.5, -0, NaN, Infinity);
const long = 'Grüße aus 東京 😀 '.repeat(2000);

/** A name, a value, and the form in which it is to be stored. */
export const valueTable: [name: string, value: unknown, kind: 'json' | 'tagged'][] = [
  ['null', null, 'json'],
  ['true', true, 'json'],
  ['a number', 1.5, 'json'],
  ['a large number', 1.7976931348623157e308, 'json'],
  ['a small number', 5e-324, 'json'],
  ['a string', 'abc', 'json'],
  ['a lone surrogate', 'a\ud800b', 'json'],
  ['a lone surrogate in a key', { '\udc00': 1 }, 'json'],
  ['U+FEFF', '\ufeff', 'json'],
  ['control characters', '\u0000\u0001\u2028\u2029"\\', 'json'],
  ['long text', long, 'json'],
  ['an object', { a: 1, b: 'x', c: null, d: true, e: [1, [2]], f: { g: {} } }, 'json'],
  ['empty containers', { a: {}, b: [] }, 'json'],
  ['number keys', { 2: 'b', 1: 'a', x: 'c' }, 'json'],
  ['an empty key', { '': 1 }, 'json'],
  ['a document', { id: 7, name: 'n', tags: ['a', 'b'], at: { lat: 1.25, lon: -3 } }, 'json'],
  ['many elements', Array.from({ length: 5000 }, (_, i) => i), 'json'],
  ['undefined', undefined, 'tagged'],
  ['undefined inside', { a: undefined }, 'tagged'],
  ['undefined in an array', [undefined], 'tagged'],
  ['-0', { a: -0 }, 'tagged'],
  ['NaN', [NaN], 'tagged'],
  ['Infinity', -Infinity, 'tagged'],
  ['integers at the edges', [2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1n, undefined], 'tagged'],
  ['big integers', [0n, 1n, -1n, 255n, 2n ** 64n, -(2n ** 1000n)], 'tagged'],
  ['dates', [new Date(0), new Date(-1), new Date(NaN)], 'tagged'],
  ['patterns', [/a/, /[/]\n/gimsuy, new RegExp('')], 'tagged'],
  ['a hole', [1, , 3], 'tagged'],
  ['a hole at the end', Object.assign([1], { length: 3 }), 'tagged'],
  ['only holes', Object.assign([], { length: 1e6 }), 'tagged'],
  ['a hole and a property', Object.assign([, 1], { x: 1 }), 'tagged'],
  ['an array with a property', Object.assign([1, 2], { x: { y: 1 } }), 'tagged'],
  ['the same object twice', [point, point], 'tagged'],
  ['a map', new Map<unknown, unknown>([[point, [point]], [undefined, NaN]]), 'tagged'],
  ['a map in a map', new Map([['a', new Map()]]), 'tagged'],
  ['sets', new Set<unknown>([1, 'a', point, new Set([point])]), 'tagged'],
  ['wrappers', [new Boolean(false), new Number(NaN), new String('\ud800'), Object(-9n)], 'tagged'],
  ['an own __proto__ beside a date', [JSON.parse('{"__proto__":{"a":1}}'), new Date(1)], 'tagged'],
  ['lone surrogates beside a date', { '\ud800': `${long}\udfff`, d: new Date(1) }, 'tagged'],
  ['U+FEFF beside a date', ['\ufeff', `\ufeff${long}`, new Date(1)], 'tagged'],
  ['keys of the prototype', { toString: 1, constructor: 2, valueOf: undefined }, 'tagged'],
  ['a buffer', Uint8Array.of(1, 2).buffer, 'tagged'],
  ['an empty buffer', new ArrayBuffer(0), 'tagged'],
  ['doubles', view, 'tagged'],
  ['part of a buffer', new Float64Array(view.buffer, 8, 2), 'tagged'],
  ['a DataView', new DataView(view.buffer, 3, 7), 'tagged'],
  [
    'all typed arrays',
    [
      Int8Array.of(-1),
      Uint8Array.of(255),
      Uint8ClampedArray.of(300),
      Int16Array.of(-2),
      Uint16Array.of(65535),
      Int32Array.of(-3),
      Uint32Array.of(2 ** 32 - 1),
      BigInt64Array.of(-4n),
      BigUint64Array.of(2n ** 64n - 1n),
      Float32Array.of(0.5),
      Float64Array.of(Math.PI),
    ],
    'tagged',
  ],
  ['a large buffer', { bytes: new Uint8Array(300_000).fill(7) }, 'tagged'],
];

/** A value as a put encodes it. */
export function encode(value: unknown): { kind: number; bytes: Uint8Array } {
  const writer = new ByteWriter(8);
  writer.u32(0);
  const { kind } = encodeClone(cloneForStorage(value), writer);
  return { kind, bytes: writer.slice(4) };
}

/** The value that a get gives then. */
export function roundTrip(value: unknown): unknown {
  const { kind, bytes } = encode(value);
  return decodeValue(kind, bytes);
}
