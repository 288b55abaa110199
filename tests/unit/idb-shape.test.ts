// What Web IDL says of the interfaces' shape: classes that scripts can't construct, enumerable
// members, brand checks, class strings; and key ranges and name lists, which are all shape.
import { describe, expect, it } from 'vitest';
import { DOMStringList, sortedNameList } from '../../js/idb/DOMStringList';
import { IDBCursor } from '../../js/idb/IDBCursor';
import { IDBCursorWithValue } from '../../js/idb/IDBCursorWithValue';
import { IDBDatabase } from '../../js/idb/IDBDatabase';
import { IDBFactory } from '../../js/idb/IDBFactory';
import { IDBIndex } from '../../js/idb/IDBIndex';
import { IDBKeyRange } from '../../js/idb/IDBKeyRange';
import { IDBObjectStore } from '../../js/idb/IDBObjectStore';
import { IDBOpenDBRequest } from '../../js/idb/IDBOpenDBRequest';
import { IDBRecord } from '../../js/idb/IDBRecord';
import { IDBRequest } from '../../js/idb/IDBRequest';
import { IDBTransaction } from '../../js/idb/IDBTransaction';
import { IDBVersionChangeEvent } from '../../js/idb/IDBVersionChangeEvent';
import { nameOfThrown } from './idb-page';

const classes = {
  DOMStringList,
  IDBCursor,
  IDBCursorWithValue,
  IDBDatabase,
  IDBFactory,
  IDBIndex,
  IDBKeyRange,
  IDBObjectStore,
  IDBOpenDBRequest,
  IDBRecord,
  IDBRequest,
  IDBTransaction,
};

describe.each(Object.entries(classes))('%s', (name, made) => {
  const prototype = made.prototype as object;
  const members = Object.entries(Object.getOwnPropertyDescriptors(prototype));

  it('cannot be constructed by scripts', () => {
    const construct = (...args: unknown[]) => Reflect.construct(made, args) as unknown;
    expect(() => construct()).toThrow(new TypeError('Illegal constructor'));
    expect(() => construct(Symbol('internal'), {})).toThrow(TypeError);
    expect(made).toHaveLength(0);
  });

  it('has a class string', () => {
    expect(Object.prototype.toString.call(prototype)).toBe(`[object ${name}]`);
    expect(made.name).toBe(name);
  });

  it('refuses objects of other kinds', () => {
    for (const [key, { get, set, value }] of members) {
      if (key === 'constructor' || key === 'databases') continue;
      const call = (get ?? value) as () => unknown;
      expect(() => Reflect.apply(call, {}, [1, 2, 3])).toThrow(TypeError);
      if (set !== undefined) expect(() => Reflect.apply(set, {}, ['x'])).toThrow(TypeError);
    }
  });

  it('shows its own members', () => {
    for (const [key, { enumerable }] of members) {
      expect([key, enumerable]).toEqual([key, key !== 'constructor']);
    }
  });
});

describe('inheritance', () => {
  it('is what the definitions say', () => {
    for (const made of [IDBDatabase, IDBRequest, IDBTransaction]) {
      expect(Object.getPrototypeOf(made)).toBe(EventTarget);
      expect(Object.getPrototypeOf(made.prototype)).toBe(EventTarget.prototype);
    }
    expect(Object.getPrototypeOf(IDBOpenDBRequest)).toBe(IDBRequest);
    expect(Object.getPrototypeOf(IDBCursorWithValue)).toBe(IDBCursor);
    expect(Object.getPrototypeOf(IDBVersionChangeEvent)).toBe(Event);
  });
});

describe('IDBKeyRange', () => {
  it('has bounds that are new values', () => {
    const range = IDBKeyRange.bound(new Date(1), ['a', 'b'], true);
    expect([range.lower, range.upper]).toEqual([new Date(1), ['a', 'b']]);
    expect([range.lowerOpen, range.upperOpen]).toEqual([true, false]);
    const half = IDBKeyRange.lowerBound(1);
    expect([half.lower, half.upper]).toEqual([1, undefined]);
    expect([half.lowerOpen, half.upperOpen]).toEqual([false, true]);
    const other = IDBKeyRange.upperBound(1, true);
    expect([other.lower, other.lowerOpen, other.upperOpen]).toEqual([undefined, true, true]);
  });

  it('says what is in it', () => {
    const range = IDBKeyRange.bound(1, 'b', true, true);
    const inside = [1, 1.5, 2, new Date(0), '', 'a', 'b', new Uint8Array(1), []];
    expect(inside.filter((key) => range.includes(key))).toEqual([1.5, 2, new Date(0), '', 'a']);
    expect(IDBKeyRange.only(-0).includes(0)).toBe(true);
  });

  it('refuses what is no key', () => {
    expect(nameOfThrown(() => IDBKeyRange.bound(2, 1))).toBe('DataError');
    expect(nameOfThrown(() => IDBKeyRange.only(undefined))).toBe('DataError');
    expect(nameOfThrown(() => IDBKeyRange.only(1).includes(NaN))).toBe('DataError');
    expect(nameOfThrown(() => Reflect.apply(IDBKeyRange.bound, undefined, [1]))).toBe('TypeError');
  });
});

describe('DOMStringList', () => {
  it('is a sorted list', () => {
    const list = sortedNameList(['b', 'ä', 'a', '\ud800', '']);
    expect([...list]).toEqual(['', 'a', 'b', 'ä', '\ud800']);
    expect([list.length, list[1], list[9]]).toEqual([5, 'a', undefined]);
    expect([list.item(2), list.item(9)]).toEqual(['b', null]);
    expect([list.contains('ä'), list.contains('c')]).toEqual([true, false]);
    expect([4 in list, 5 in list]).toEqual([true, false]);
    expect(Object.keys(list)).toEqual(['0', '1', '2', '3', '4']);
    expect([].slice.call(list)).toEqual([...list]);
  });
});
