// The parts of js/api that need no browser: what is put in place of the globals, the search for
// the marker, and the errors of FlowDB.open.
import { describe, expect, it } from 'vitest';
import { FlowDB } from '../../js/api/flowdb';
import { interfaces, replaceGlobals } from '../../js/api/globals';
import { isMarked } from '../../js/api/marker';
import { MARKER_DATABASE } from '../../js/channel/marker';
import { FlowDBError } from '../../js/channel/flowdb-error';

const factory = {} as IDBFactory;

describe('replacing the globals', () => {
  it('gives them the properties of the native ones', () => {
    const target: Record<string, unknown> = {};
    replaceGlobals(target, factory);
    expect(target.indexedDB).toBe(factory);
    expect(Object.keys(target)).toEqual(['indexedDB']);
    const accessor = Object.getOwnPropertyDescriptor(target, 'indexedDB');
    expect(accessor).toMatchObject({ set: undefined, configurable: true });
    expect(accessor?.get?.name).toBe('get indexedDB');
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
    replaceGlobals(target, factory);
    expect('IDBRecord' in target).toBe(false);
    const modern: Record<string, unknown> = { IDBRecord: class {} };
    replaceGlobals(modern, factory);
    expect(modern.IDBRecord).toBe(interfaces.IDBRecord);
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
});
