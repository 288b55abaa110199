// The parts of js/api that need no browser: what is put in place of the globals, the search for
// the marker, and the errors of FlowDB.open.
import { describe, expect, it } from 'vitest';
import { FlowDB } from '../../js/api/flowdb';
import { replaceGlobals, restoreGlobals } from '../../js/api/globals';
import { interfaces } from '../../js/api/interfaces';
import { isMarked } from '../../js/api/marker';
import { StandIn } from '../../js/api/stand-in';
import { MARKER_DATABASE } from '../../js/channel/status';
import { FlowDBError } from '../../js/channel/flowdb-error';

const factory = {} as IDBFactory;

describe('replacing the globals', () => {
  it('gives them the properties of the native ones', () => {
    const target: Record<string, unknown> = {};
    replaceGlobals(target, factory, interfaces.IDBKeyRange);
    expect(target.indexedDB).toBe(factory);
    expect(Object.keys(target)).toEqual(['indexedDB']);
    const accessor = Object.getOwnPropertyDescriptor(target, 'indexedDB');
    expect(accessor).toMatchObject({ set: undefined, configurable: true });
    expect(accessor?.get?.name).toBe('get indexedDB');
    expect(accessor?.get?.call(undefined)).toBe(factory);
    expect(() => accessor?.get?.call({}) as unknown).toThrow(TypeError);
    for (const [name, made] of Object.entries(interfaces)) {
      if (name === 'IDBRecord') continue;
      expect(Object.getOwnPropertyDescriptor(target, name)).toEqual({
        value: made,
        writable: true,
        enumerable: false,
        configurable: true,
      });
      expect(made.name).toBe(name);
    }
  });

  it('brings IDBRecord only where there was one', () => {
    const target: Record<string, unknown> = {};
    replaceGlobals(target, factory, interfaces.IDBKeyRange);
    expect('IDBRecord' in target).toBe(false);
    const modern: Record<string, unknown> = { IDBRecord: class {} };
    replaceGlobals(modern, factory, interfaces.IDBKeyRange);
    expect(modern.IDBRecord).toBe(interfaces.IDBRecord);
  });
});

describe('restoring the globals', () => {
  it('gives back own properties and lets inherited ones show again', () => {
    const inherited = {};
    const own = class {};
    const target = Object.create({ indexedDB: inherited }) as Record<string, unknown>;
    target.IDBRequest = own;
    const replaced = replaceGlobals(target, factory, interfaces.IDBKeyRange);
    expect([target.indexedDB, target.IDBRequest]).toEqual([factory, interfaces.IDBRequest]);
    restoreGlobals(target, replaced);
    expect(target.indexedDB).toBe(inherited);
    expect(target.IDBRequest).toBe(own);
    expect(Object.getOwnPropertyNames(target)).toEqual(['IDBRequest']);
  });
});

describe('the stand-in', () => {
  it('is FlowDB’s until it falls back', () => {
    const standIn = new StandIn(factory);
    const range = standIn.keyRange.bound(1, 2);
    expect(range).toBeInstanceOf(interfaces.IDBKeyRange);
    expect(range).toBeInstanceOf(standIn.keyRange);
    expect(standIn.indexedDB).toBe(factory);
  });

  it('is the browser’s own afterwards', () => {
    class NativeKeyRange {
      static only(value: unknown): NativeKeyRange {
        return Object.assign(new NativeKeyRange(), { value });
      }
    }
    const native = {
      names: ['a'],
      open(name: string) {
        return this.names.indexOf(name);
      },
    };
    const standIn = new StandIn({} as IDBFactory);
    const asNative = NativeKeyRange as unknown as typeof IDBKeyRange;
    standIn.fallBackTo(native as unknown as IDBFactory, asNative);
    expect(standIn.indexedDB.open('a')).toBe(0);
    const range = standIn.keyRange.only(7);
    expect(range).toEqual({ value: 7 });
    expect(range).toBeInstanceOf(standIn.keyRange);
    expect(range).not.toBeInstanceOf(interfaces.IDBKeyRange);
  });
});

describe('the marker', () => {
  const listing = (names: string[]) =>
    ({ databases: async () => names.map((name) => ({ name, version: 1 })) }) as IDBFactory;

  // A browser without databases(): opening what is not there asks for an upgrade.
  function opening(isThere: boolean) {
    let isAborted = false;
    const open = () => {
      const request = {
        result: { close: () => undefined },
        transaction: {
          abort: () => {
            isAborted = true;
          },
        },
      } as unknown as Record<'onupgradeneeded' | 'onsuccess' | 'onerror', () => void>;
      queueMicrotask(() => {
        if (isThere) return request.onsuccess();
        request.onupgradeneeded();
        request.onerror();
      });
      return request;
    };
    return { native: { open } as unknown as IDBFactory, wasAborted: () => isAborted };
  }

  it('is found among the databases', async () => {
    expect(await isMarked(listing(['a', MARKER_DATABASE]))).toBe(true);
    expect(await isMarked(listing(['a']))).toBe(false);
    expect(await isMarked(undefined)).toBe(false);
  });

  it('is found by opening where they can’t be listed, and not made by that', async () => {
    expect(await isMarked(opening(true).native)).toBe(true);
    const missing = opening(false);
    expect(await isMarked(missing.native)).toBe(false);
    expect(missing.wasAborted()).toBe(true);
  });
});

describe('FlowDB.open', () => {
  it('refuses a storage that there is not', async () => {
    const options = { storage: 'disk' as unknown as 'opfs', wasmUrl: 'file:///flowdb.wasm' };
    await expect(FlowDB.open(options)).rejects.toThrow(TypeError);
  });

  it('says that it can’t run where there are no workers', async () => {
    const failure = await FlowDB.open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FlowDBError);
    expect(failure).toBeInstanceOf(DOMException);
    expect(failure).toMatchObject({ reason: 'unsupported', name: 'InvalidStateError' });
  });

  it('fails what was asked before it knew', async () => {
    const { flow, ready } = FlowDB.begin({});
    const request = flow.indexedDB.open('early');
    const failed = new Promise((resolve) => (request.onerror = resolve));
    await expect(ready).rejects.toBeInstanceOf(FlowDBError);
    await failed;
    expect(request.error).toMatchObject({ reason: 'unsupported' });
    await expect(flow.indexedDB.databases()).rejects.toMatchObject({ reason: 'unsupported' });
  });
});
