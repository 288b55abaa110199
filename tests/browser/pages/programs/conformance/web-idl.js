// The shape of the interfaces: prototypes, properties, lengths, brand checks.
// https://w3c.github.io/IndexedDB/#idl-index and https://webidl.spec.whatwg.org
import { equal, holds, same, throws } from './assertions.js';
import { result } from './moments.js';

/** name: [parent, constants of attributes, operations with their lengths, event handlers] */
const interfaces = {
  IDBRequest: [EventTarget, 'result error source transaction readyState', {}, 'success error'],
  IDBOpenDBRequest: ['IDBRequest', '', {}, 'blocked upgradeneeded'],
  IDBVersionChangeEvent: [Event, 'oldVersion newVersion', {}, ''],
  IDBFactory: [null, '', { open: 1, deleteDatabase: 1, databases: 0, cmp: 2 }, ''],
  IDBDatabase: [EventTarget, 'name version objectStoreNames',
    { transaction: 1, close: 0, createObjectStore: 1, deleteObjectStore: 1 },
    'abort close error versionchange'],
  IDBObjectStore: [null, 'keyPath indexNames transaction autoIncrement',
    { put: 1, add: 1, delete: 1, clear: 0, get: 1, getKey: 1, getAll: 0, getAllKeys: 0,
      getAllRecords: 0, count: 0, openCursor: 0, openKeyCursor: 0, index: 1, createIndex: 2,
      deleteIndex: 1 }, ''],
  IDBIndex: [null, 'objectStore keyPath multiEntry unique',
    { get: 1, getKey: 1, getAll: 0, getAllKeys: 0, getAllRecords: 0, count: 0, openCursor: 0,
      openKeyCursor: 0 }, ''],
  IDBKeyRange: [null, 'lower upper lowerOpen upperOpen', { includes: 1 }, ''],
  IDBRecord: [null, 'key primaryKey value', {}, ''],
  IDBCursor: [null, 'source direction key primaryKey request',
    { advance: 1, continue: 0, continuePrimaryKey: 2, update: 1, delete: 0 }, ''],
  IDBCursorWithValue: ['IDBCursor', 'value', {}, ''],
  IDBTransaction: [EventTarget, 'objectStoreNames mode durability db error',
    { objectStore: 1, commit: 0, abort: 0 }, 'abort complete error'],
};

const words = (text) => text.split(' ').filter((word) => word !== '');

export const cases = {
  async 'each interface is a class of the global object'() {
    for (const [name, [parent]] of Object.entries(interfaces)) {
      const { value, ...flags } = Object.getOwnPropertyDescriptor(self, name);
      equal(flags, { writable: true, enumerable: false, configurable: true }, name);
      equal([typeof value, value.name], ['function', name]);
      equal(value.length, name === 'IDBVersionChangeEvent' ? 1 : 0, `${name}.length`);
      const above = typeof parent === 'string' ? self[parent] : parent;
      same(Object.getPrototypeOf(value), above ?? Function.prototype, `${name}'s parent`);
      same(Object.getPrototypeOf(value.prototype), above?.prototype ?? Object.prototype);
      equal(Object.prototype.toString.call(value.prototype), `[object ${name}]`);
      const prototype = Object.getOwnPropertyDescriptor(value, 'prototype');
      equal([prototype.writable, prototype.enumerable, prototype.configurable],
        [false, false, false]);
      same(value.prototype.constructor, value);
    }
  },

  async 'nothing but the event can be constructed or called'() {
    for (const name of Object.keys(interfaces)) {
      if (name !== 'IDBVersionChangeEvent') throws('TypeError', () => new self[name](), name);
      throws('TypeError', () => self[name](), name);
    }
  },

  async 'attributes are getters on the prototype'() {
    for (const [name, [, attributes]] of Object.entries(interfaces)) {
      for (const attribute of words(attributes)) {
        const what = `${name}.${attribute}`;
        const shape = Object.getOwnPropertyDescriptor(self[name].prototype, attribute);
        equal([typeof shape?.get, shape?.set], ['function', undefined], what);
        equal([shape.enumerable, shape.configurable], [true, true], what);
        equal([shape.get.name, shape.get.length], [`get ${attribute}`, 0], what);
        for (const wrong of [undefined, null, {}, self[name].prototype]) {
          throws('TypeError', () => shape.get.call(wrong), what);
        }
      }
    }
  },

  async 'names of stores and indexes can be set'() {
    for (const name of ['IDBObjectStore', 'IDBIndex']) {
      const shape = Object.getOwnPropertyDescriptor(self[name].prototype, 'name');
      equal([typeof shape.get, typeof shape.set, shape.set.length], ['function', 'function', 1]);
      throws('TypeError', () => shape.set.call({}, 'x'));
    }
  },

  async 'operations are methods on the prototype'() {
    for (const [name, [, , operations]] of Object.entries(interfaces)) {
      for (const [operation, length] of Object.entries(operations)) {
        const what = `${name}.${operation}()`;
        const { prototype } = self[name];
        const { value, ...flags } = Object.getOwnPropertyDescriptor(prototype, operation);
        equal(flags, { writable: true, enumerable: true, configurable: true }, what);
        equal([value.name, value.length], [operation, length], what);
        holds(!('prototype' in value), `${what} is no constructor`);
        if (operation === 'databases') continue;
        const anything = Array(length).fill('a');
        throws('TypeError', () => value.apply({}, anything), `${what} of another object`);
        throws('TypeError', () => value.apply(self[name].prototype, anything), what);
      }
    }
  },

  async 'the static calls of IDBKeyRange'() {
    const lengths = { only: 1, lowerBound: 1, upperBound: 1, bound: 2 };
    for (const [name, length] of Object.entries(lengths)) {
      const { value, ...flags } = Object.getOwnPropertyDescriptor(IDBKeyRange, name);
      equal(flags, { writable: true, enumerable: true, configurable: true }, name);
      equal([value.name, value.length], [name, length]);
      holds(value.call(undefined, 1, 2) instanceof IDBKeyRange, 'needs no this');
    }
  },

  async 'event handlers are accessors that take functions and objects'() {
    for (const [name, [, , , events]] of Object.entries(interfaces)) {
      for (const type of words(events)) {
        const shape = Object.getOwnPropertyDescriptor(self[name].prototype, `on${type}`);
        const what = `${name}.on${type}`;
        equal([typeof shape?.get, typeof shape?.set], ['function', 'function'], what);
        equal([shape.enumerable, shape.configurable], [true, true], what);
        throws('TypeError', () => shape.get.call({}), what);
        throws('TypeError', () => shape.set.call({}, null), what);
      }
    }
  },

  async 'the prototypes have nothing else'() {
    for (const [name, [, attributes, operations, events]] of Object.entries(interfaces)) {
      const expected = new Set(['constructor', ...words(attributes), ...Object.keys(operations),
        ...words(events).map((type) => `on${type}`)]);
      if (['IDBObjectStore', 'IDBIndex'].includes(name)) expected.add('name');
      // What EventTarget has may be there again.
      const seen = Object.getOwnPropertyNames(self[name].prototype).filter(
        (each) => expected.has(each) || !(each in EventTarget.prototype));
      equal(seen.toSorted(), [...expected].toSorted(), name);
      const tag = Object.getOwnPropertyDescriptor(self[name].prototype, Symbol.toStringTag);
      equal(tag, { value: name, writable: false, enumerable: false, configurable: true }, name);
    }
  },

  async 'objects are what their prototypes say, and have nothing of their own'({ open }) {
    let open1;
    const db = await open(1, (fresh, _, event) => {
      open1 = event;
      fresh.createObjectStore('s').createIndex('i', 'x');
      fresh.createObjectStore('t').put({ x: 1 }, 1);
    });
    const tx = db.transaction(['s', 't']);
    const s = tx.objectStore('s');
    const cursor = await result(tx.objectStore('t').openCursor());
    const keyCursor = await result(tx.objectStore('t').openKeyCursor());
    const [line] = await result(tx.objectStore('t').getAllRecords());
    const expected = { IDBFactory: indexedDB, IDBDatabase: db, IDBTransaction: tx,
      IDBObjectStore: s, IDBIndex: s.index('i'), IDBRequest: cursor.request, IDBRecord: line,
      IDBOpenDBRequest: open1.target, IDBVersionChangeEvent: open1, IDBCursor: keyCursor,
      IDBCursorWithValue: cursor, IDBKeyRange: IDBKeyRange.only(1),
      DOMStringList: db.objectStoreNames };
    for (const [name, object] of Object.entries(expected)) {
      equal(Object.prototype.toString.call(object), `[object ${name}]`);
      holds(object instanceof self[name], `instanceof ${name}`);
      if (name in interfaces) same(object.constructor, self[name]);
      const own = Object.getOwnPropertyNames(object).filter(
        (key) => !['isTrusted', '0', '1'].includes(key));
      equal(own, [], `own properties of an ${name}`);
    }
  },

  async 'read-only attributes stay when they are set'({ store }) {
    const db = await store();
    throws('TypeError', () => { db.version = 5; });
    throws('TypeError', () => { db.objectStoreNames = []; });
    throws('TypeError', () => { IDBKeyRange.only(1).lower = 2; });
    equal([db.version, db.objectStoreNames.length], [1, 1]);
  },

  async 'objects of the API can not be stored'({ store }) {
    const db = await store();
    const tx = db.transaction('s', 'readwrite');
    const s = tx.objectStore('s');
    for (const object of [indexedDB, db, tx, s, s.get(1), IDBKeyRange.only(1)]) {
      throws('DataCloneError', () => s.put(object, 1), String(object));
      throws('DataCloneError', () => s.put({ nested: [object] }, 1), String(object));
      throws('DataCloneError', () => s.put(new Map([[1, new Set([object])]]), 1), String(object));
    }
  },
};
