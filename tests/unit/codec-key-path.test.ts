// Key paths: which are valid, what they find in clones, and the injection of generated keys.
import { describe, expect, it } from 'vitest';
import { GENERATED_KEY } from '../../js/codec/key';
import {
  canInjectKey,
  evaluateKeyPath,
  extractIndexKeys,
  extractKey,
  injectKey,
  isValidKeyPath,
  type KeyPath,
} from '../../js/codec/key-path';
import { GENERATED, EncodedKey } from '../../js/codec/key';
import { toKeyValue } from '../../js/codec/key-decoder';

describe('validity', () => {
  it.each([
    [''],
    ['a'],
    ['$_'],
    ['a.b.c'],
    ['ünï.日本'],
    ['a1'],
    ['a\u200c'],
    [['a', '']],
    [['a.b', 'c']],
  ])('%o is valid', (path) => expect(isValidKeyPath(path)).toBe(true));

  it.each([
    [' '],
    ['a '],
    ['a b'],
    ['1a'],
    ['.'],
    ['a.'],
    ['.a'],
    ['a..b'],
    ['a-b'],
    ['a,b'],
    ['[0]'],
    ['\ud800'],
    [[]],
    [['a', ' ']],
    [['a', ['b']]],
    [['a', 1]],
    [1],
    [null],
    [undefined],
  ])('%o is not', (path) => expect(isValidKeyPath(path)).toBe(false));
});

describe('evaluation', () => {
  const file = new File(['abc'], 'f.txt', { type: 'text/plain', lastModified: 5 });

  it.each<[unknown, KeyPath, unknown]>([
    [7, '', 7],
    [{ a: 1 }, 'a', 1],
    [{ a: { b: { c: 'x' } } }, 'a.b.c', 'x'],
    [{ a: 1 }, 'b', undefined],
    [{ a: 1 }, 'a.b', undefined],
    [{ a: null }, 'a', null],
    [{ a: null }, 'a.b', undefined],
    [{ a: undefined }, 'a', undefined],
    [undefined, 'a', undefined],
    ['abc', 'length', 3],
    [{ a: 'abc' }, 'a.length', 3],
    ['abc', 'size', undefined],
    [[1, 2], 'length', 2],
    [{ length: 9 }, 'length', 9],
    [5, 'toFixed', undefined],
    [{}, 'toString', undefined],
    [{}, '__proto__', undefined],
    [JSON.parse('{"__proto__":1}'), '__proto__', 1],
    [file, 'size', 3],
    [file, 'type', 'text/plain'],
    [file, 'name', 'f.txt'],
    [file, 'lastModified', 5],
    [file, 'slice', undefined],
    [new Blob(['ab'], { type: 'a/b' }), 'size', 2],
    [new Blob(['ab'], { type: 'a/b' }), 'type', 'a/b'],
    [new Blob(['ab']), 'name', undefined],
    [{ a: 1, b: { c: 2 } }, ['b.c', 'a'], [2, 1]],
    [{ a: 1 }, ['a', 'b'], undefined],
    [{ a: 1 }, ['', 'a'], [{ a: 1 }, 1]],
  ])('of %o at %o', (value, path, expected) => {
    expect(evaluateKeyPath(value, path)).toStrictEqual(expected);
  });

  it('tells nothing from no valid key', () => {
    expect(extractKey({}, 'a')).toBeUndefined();
    expect(extractKey({ a: {} }, 'a')).toBeNull();
    expect(extractKey({ a: 1 }, 'a')).toBe(1);
    expect(extractKey({ a: 1, b: true }, ['a', 'b'])).toBeNull();
  });

  it('gives the keys of an index', () => {
    const value = { tags: ['a', {}, 'b', 'a'], name: 'n', bad: {} };
    expect(extractIndexKeys(value, 'tags', true)).toEqual(['a', 'b']);
    expect(extractIndexKeys(value, 'name', true)).toEqual(['n']);
    expect(extractIndexKeys(value, 'tags', false)).toEqual([]);
    expect(extractIndexKeys(value, 'bad', true)).toEqual([]);
    expect(extractIndexKeys(value, 'none', false)).toEqual([]);
    const [compound] = extractIndexKeys(value, ['name', 'tags.length'], false);
    expect(toKeyValue(compound as EncodedKey)).toEqual(['n', 4]);
  });
});

describe('injection', () => {
  it.each<[unknown, string, boolean]>([
    [{}, 'a', true],
    [{}, 'a.b', true],
    [{ a: {} }, 'a.b', true],
    [{ a: 1 }, 'a', true],
    [{ a: 1 }, 'a.b', false],
    [{ a: 'x' }, 'a.b.c', false],
    [{ a: null }, 'a.b', false],
    [[], 'a', true],
    [[], 'length.a', false],
    [1, 'a', false],
    ['x', 'a', false],
    [null, 'a', false],
    [undefined, 'a', false],
  ])('into %o at %o: %o', (value, path, expected) => {
    expect(canInjectKey(value, path)).toBe(expected);
  });

  it('makes what is missing on the way', () => {
    const value = { a: { x: 1 } };
    injectKey(value, 'a.b.c', 7);
    injectKey(value, 'd', 8);
    expect(value).toStrictEqual({ a: { x: 1, b: { c: 7 } }, d: 8 });
  });

  it('defines properties and reaches no setter', () => {
    const value = {};
    injectKey(value, '__proto__', 7);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value)).toEqual([['__proto__', 7]]);
  });

  it('lets index keys see the placeholder as a number that is still to come', () => {
    const value: Record<string, unknown> = { name: 'n' };
    injectKey(value, 'id', GENERATED);
    expect(extractKey(value, 'id')).toBe(GENERATED_KEY);
    expect(extractIndexKeys(value, 'id.length', false)).toEqual([]);
    expect(extractIndexKeys(value, 'id.toJSON', false)).toEqual([]);
    const [compound] = extractIndexKeys(value, ['name', 'id'], false) as [EncodedKey];
    expect(compound.patches).toEqual([5]);
  });
});
