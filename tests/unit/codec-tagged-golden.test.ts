// The bytes of the tagged binary form, written by hand from js/codec/FORMAT.md. Every later version
// must decode them: nothing here may be changed, only added to.
import { describe, expect, it } from 'vitest';
import { decodeTagged } from '../../js/codec/tagged-decoder';
import { MalformedError } from '../../js/codec/malformed-error';
import { encodeTaggedValue, fromHex, toHex } from './codec-values';

const shared = { n: 1 };
const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;
const withProperty = Object.assign([1], { x: 2 });
const buffer = Uint8Array.of(1, 2, 3, 4).buffer;

const golden: [name: string, hex: string, value: unknown][] = [
  ['undefined', '01 00', undefined],
  ['null', '01 01', null],
  ['false', '01 02', false],
  ['true', '01 03', true],
  ['0', '01 04 00', 0],
  ['1', '01 04 02', 1],
  ['-1', '01 04 01', -1],
  ['300', '01 04 d8 04', 300],
  ['the greatest integer', '01 04 fe ff ff ff 0f', 2 ** 31 - 1],
  ['the least integer', '01 04 ff ff ff ff 0f', -(2 ** 31)],
  ['2^31', '01 05 00 00 00 00 00 00 e0 41', 2 ** 31],
  ['-0', '01 05 00 00 00 00 00 00 00 80', -0],
  ['1.5', '01 05 00 00 00 00 00 00 f8 3f', 1.5],
  ['Infinity', '01 05 00 00 00 00 00 00 f0 7f', Infinity],
  ['the empty string', '01 06 00', ''],
  ['ASCII', '01 06 06 61 62 63', 'abc'],
  ['U+FEFF in front', '01 06 08 ef bb bf 61', '\ufeffa'],
  ['two bytes a character', '01 06 04 c3 a9', 'é'],
  ['a pair of surrogates', '01 06 08 f0 9f 98 80', '😀'],
  ['a lone surrogate', '01 06 09 61 00 00 d8', 'a\ud800'],
  ['0n', '01 07 00', 0n],
  ['256n', '01 07 04 00 01', 256n],
  ['-1n', '01 07 03 01', -1n],
  ['an empty object', '01 10 00', {}],
  ['an object', '01 10 02 02 61 04 02 02 62 00', { a: 1, b: undefined }],
  ['an own __proto__', '01 10 01 12 5f5f70726f746f5f5f 04 02', JSON.parse('{"__proto__":1}')],
  ['an array', '01 11 02 04 02 00', [1, undefined]],
  ['holes', '01 12 03 02 02 30 04 02 02 32 06 04 c3 a9', [1, , 'é']],
  ['nothing but holes', '01 12 ff ff ff ff 0f 00', Object.assign([], { length: 2 ** 32 - 1 })],
  ['an array with a property', '01 12 01 02 02 30 04 02 02 78 04 04', withProperty],
  ['the same object twice', '01 11 02 10 01 02 6e 04 02 08 01', [shared, shared]],
  ['a cycle', '01 10 01 08 73656c66 08 00', cycle],
  ['a date', '01 13 00 00 00 00 00 00 f0 3f', new Date(1)],
  ['an invalid date', '01 13 00 00 00 00 00 00 f8 7f', new Date(NaN)],
  ['a pattern', '01 14 04 61 2e 04 67 69', /a./gi],
  ['a map', '01 15 02 04 02 06 02 61 10 00 01', new Map<unknown, unknown>([[1, 'a'], [{}, null]])],
  ['a set', '01 16 02 04 02 08 00', selfSet()],
  ['a Boolean', '01 17 01', new Boolean(true)],
  ['a Number', '01 18 00 00 00 00 00 00 00 80', new Number(-0)],
  ['a String', '01 19 02 61', new String('a')],
  ['a BigInt', '01 1a 02 05', Object(5n)],
  ['a buffer', '01 1c 04 01 02 03 04', buffer],
  ['a view', '01 1e 01 00 01 02 1c 04 01 02 03 04', new Uint8Array(buffer, 1, 2)],
  [
    'two views of a buffer, and the buffer',
    '01 11 03 1e 04 00 02 02 1c 04 01 02 03 04 1e 0b 00 00 04 08 01 08 01',
    [new Uint16Array(buffer, 2, 1), new DataView(buffer), buffer],
  ],
];

function selfSet(): Set<unknown> {
  const set = new Set<unknown>([1]);
  return set.add(set);
}

describe('golden bytes of the tagged binary form', () => {
  it.each(golden)('%s is written', (_, hex, value) => {
    expect(toHex(encodeTaggedValue(value))).toBe(toHex(fromHex(hex)));
  });

  it.each(golden)('%s is read', (_, hex, value) => {
    expect(decodeTagged(fromHex(hex))).toStrictEqual(structuredClone(value));
  });

  it('reads what a newer platform wrote', () => {
    const error = decodeTagged(
      fromHex('01 1b 05 07 02 6d 02 73 10 01 02 63 08 00'),
    ) as TypeError & { cause: { c: unknown } };
    expect(error).toBeInstanceOf(TypeError);
    expect([error.message, error.stack]).toEqual(['m', 's']);
    expect(error.cause.c).toBe(error);
    expect(Object.keys(error)).toEqual([]);
  });

  it('reads errors that hold errors', () => {
    const error = decodeTagged(fromHex('01 1b 07 0d 02 6d 01 11 01 1b 06 00')) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect([error.message, error.stack, error.cause]).toEqual(['m', '', null]);
    expect(error.errors).toHaveLength(1);
    expect(error.errors[0]).toBeInstanceOf(URIError);
  });

  it('reads resizable buffers and views that follow them', () => {
    const view = decodeTagged(fromHex('01 1e 01 01 01 1d 02 08 07 09')) as Uint8Array;
    const resizable = view.buffer as ArrayBuffer & { resize(length: number): void };
    expect([...view]).toEqual([9]);
    resizable.resize(8);
    expect(view.length).toBe(7);
  });

  it('reads Blobs and Files', async () => {
    const [blob, file] = decodeTagged(
      fromHex('01 11 02 20 06 612f62 02 6869 21 02 66 0000000000000840 00 01 21'),
    ) as [Blob, File];
    expect([blob.type, await blob.text()]).toEqual(['a/b', 'hi']);
    expect([file.name, file.lastModified, file.type, await file.text()]).toEqual(['f', 3, '', '!']);
  });

  it('reads exceptions of the platform', () => {
    const exception = decodeTagged(fromHex('01 24 12 446174614572726f72 02 6d')) as DOMException;
    expect([exception.name, exception.message]).toEqual(['DataError', 'm']);
  });
});

const malformed: [problem: string, hex: string, field: string][] = [
  ['nothing', '', 'version'],
  ['another version', '02 00', 'version'],
  ['no node', '01', 'value tag'],
  ['an unknown tag', '01 09', 'value tag'],
  ['a tag of the future', '01 30', 'value tag'],
  ['something behind', '01 00 00', 'value'],
  ['a padded varint', '01 04 80 00', 'integer'],
  ['a varint past 2^53', '01 06 ff ff ff ff ff ff ff ff 7f', 'string'],
  ['a string past the end', '01 06 06 61', 'string'],
  ['broken UTF-8', '01 06 04 c3 28', 'string'],
  ['half a code unit', '01 06 03 61', 'string'],
  ['a reference to nothing', '01 08 00', 'reference'],
  ['more properties than bytes', '01 10 ff ff ff ff 0f 02 61 00', 'count'],
  ['more elements than bytes', '01 11 ff ff ff ff 0f 00', 'count'],
  ['an array that is too long', '01 12 ff ff ff ff 1f 00', 'array length'],
  ['an index behind the length', '01 12 01 01 02 31 00', 'property name'],
  ['a length as a property', '01 12 01 01 0c 6c656e677468 00', 'property name'],
  ['a bad pattern', '01 14 02 28 00', 'pattern'],
  ['an unknown error class', '01 1b 08 00', 'error class'],
  ['an unknown view class', '01 1e 20 00 00 00 1c 00', 'view class'],
  ['a view of no buffer', '01 1e 01 00 00 00 10 00', 'view buffer'],
  ['a view past its buffer', '01 1e 01 00 00 02 1c 01 00', 'view'],
  ['a view off its alignment', '01 1e 05 00 01 04 1c 08 00 00 00 00 00 00 00 00', 'view'],
  ['half an element', '01 1e 05 00 00 02 1c 04 00 00 00 00', 'view'],
  ['a buffer that can not grow so far', '01 1d 00 ff ff ff ff ff ff 0f', 'buffer'],
  ['a buffer longer than its limit', '01 1d 02 01 00 00', 'buffer'],
  ['image pixels past the end', '01 22 ff ff ff 7f ff ff 7f 00', 'image pixels'],
  ['an unknown geometry', '01 23 07 00', 'geometry class'],
  ['a point with too many numbers', '01 23 00 05', 'geometry count'],
];

describe('malformed bytes', () => {
  it.each(malformed)('%s', (_, hex, field) => {
    const decode = () => decodeTagged(fromHex(hex));
    expect(decode).toThrow(MalformedError);
    expect(decode).toThrow(expect.objectContaining({ field }));
  });
});
