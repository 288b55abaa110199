// Opening, upgrading, closing and deleting databases in the worker: who waits for whom, and what
// each page is told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import type { FlowSchema } from '../../js/worker/flow-module';
import { createStore, get, begin, put, valueOf, WorkerDriver } from './worker-driver';

let storage: MemoryStorage;
let worker: WorkerDriver;
beforeEach(() => {
  storage = new MemoryStorage();
  worker = new WorkerDriver({ storage });
});
afterEach(() => worker.end());

const newStore = (id: number, name: string) => (writer: Parameters<typeof createStore>[0]) =>
  createStore(writer, id, name);

describe('opening', () => {
  it('creates a database with version 1, and tells the schema', async () => {
    await worker.message('ready');
    const request = worker.requestOpen('a');
    const upgrade = await worker.message('upgrade');
    expect(upgrade).toMatchObject({ request, oldVersion: 0, newVersion: 1 });
    const { nextId } = JSON.parse(upgrade.schema) as FlowSchema;
    worker.send((writer) => {
      writer.requests(upgrade.connection, 0);
      createStore(writer, nextId, 'things');
      writer.commit(upgrade.connection, 0);
    });
    const opened = await worker.message('opened');
    expect(opened).toMatchObject({ request, connection: upgrade.connection, version: 1 });
    const schema = JSON.parse(opened.schema) as FlowSchema;
    expect(schema.stores).toEqual([
      { id: nextId, name: 'things', keyPath: null, autoIncrement: false, indexes: [] },
    ]);
    // The transaction's end is told before the connection may be used.
    expect(worker.log).toEqual(['committed 0']);
  });

  it('opens an existing database without an upgrade, several times', async () => {
    const first = await worker.upgrade('a', 3, newStore(1, 's'));
    const second = await worker.open('a');
    expect(second.version).toBe(3);
    expect(second.connection).not.toBe(first);
  });

  it('has a long log that was left behind written to a table, once the page is idle', async () => {
    const connection = await worker.upgrade('a', 1, newStore(1, 'things'));
    for (let i = 1; i <= 3; i += 1) {
      worker.send((writer) => {
        begin(writer, connection, i, 'readwrite', 1);
        for (let k = 0; k < 100; k += 1) put(writer, 0, 1, i * 100 + k, 'v'.repeat(5000));
        writer.commit(connection, i);
      });
      await worker.reply(connection, i);
    }
    const bytesOf = (from: MemoryStorage, name: 'container' | 'log') => {
      const file = from.filesOf('a')?.[name];
      const bytes = new Uint8Array(file?.size ?? 0);
      file?.read(bytes, 0);
      return bytes;
    };
    // As a page that is killed leaves them.
    const found = new MemoryStorage();
    const files = await found.open('a', true);
    for (const name of ['container', 'log'] as const) {
      files?.[name].write(bytesOf(storage, name), { at: 0 });
    }
    files?.close();
    worker.end();

    let nowMs = 0;
    worker = new WorkerDriver({ storage: found, now: () => (nowMs += 100) });
    await worker.open('a');
    // A commit writes one of the superblocks, which are in the file's first page.
    const superblocks = () => bytesOf(found, 'container').subarray(0, 4096).join();
    const before = superblocks();
    for (let i = 0; i < 100 && superblocks() === before; i += 1) {
      for (const resolve of worker.waits.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(superblocks()).not.toBe(before);
  });

  it('refuses a lower version', async () => {
    await worker.upgrade('a', 3, newStore(1, 's'));
    worker.requestOpen('a', 2);
    expect((await worker.message('failed')).error).toMatchObject({ name: 'VersionError' });
  });

  it('keeps databases apart, whatever their names', async () => {
    const names = ['', 'a', 'a/b', '..', '\ud800', '\ufffd', 'a\0b'];
    for (const [i, name] of names.entries()) await worker.upgrade(name, i + 1, newStore(1, 's'));
    const versions = [];
    for (const name of names) versions.push((await worker.open(name)).version);
    expect(versions).toEqual(names.map((_, i) => i + 1));
  });

  it('drops a database whose first upgrade is aborted', async () => {
    const request = worker.requestOpen('a', 1);
    const { connection } = await worker.message('upgrade');
    worker.send((writer) => {
      writer.requests(connection, 0);
      createStore(writer, 1, 's');
      writer.abort(connection, 0);
    });
    const failed = await worker.message('failed');
    expect(failed).toMatchObject({ request, error: { name: 'AbortError' } });
    expect(worker.log).toEqual(['ready', 'aborted 0']);
    expect(storage.filesOf('a')).toBeUndefined();
    expect(await worker.list()).toEqual([]);
  });

  it('keeps the old version when a later upgrade is aborted', async () => {
    const old = await worker.upgrade('a', 1, newStore(1, 's'));
    worker.post({ t: 'close', connection: old });
    worker.requestOpen('a', 2);
    const { connection } = await worker.message('upgrade');
    worker.send((writer) => {
      writer.requests(connection, 0);
      writer.deleteStore(0, 1);
      writer.abort(connection, 0);
    });
    await worker.message('failed');
    const { version, schema } = await worker.open('a');
    expect(version).toBe(1);
    expect((JSON.parse(schema) as FlowSchema).stores.map(({ name }) => name)).toEqual(['s']);
    expect(await worker.list()).toEqual([{ name: 'a', version: 1 }]);
  });

  it('fails when the connection is closed in its upgrade, which is committed', async () => {
    worker.requestOpen('a', 1);
    const { connection } = await worker.message('upgrade');
    worker.post({ t: 'close', connection });
    worker.send((writer) => {
      writer.requests(connection, 0);
      createStore(writer, 1, 's');
      writer.commit(connection, 0);
    });
    expect((await worker.message('failed')).error).toMatchObject({ name: 'AbortError' });
    expect(worker.log).toEqual(['ready', 'committed 0', 'closed']);
    expect((await worker.open('a')).version).toBe(1);
  });

  it('takes requests in order, each after the one before is done', async () => {
    const first = worker.requestOpen('a', 1);
    const second = worker.requestOpen('a', 1);
    const { connection } = await worker.message('upgrade', ({ request }) => request === first);
    worker.send((writer) => {
      writer.requests(connection, 0);
      writer.commit(connection, 0);
    });
    expect((await worker.message('opened')).request).toBe(first);
    expect((await worker.message('opened')).request).toBe(second);
  });
});

describe('a new version', () => {
  it('waits until the others have heard of it and are closed', async () => {
    const one = await worker.upgrade('a', 1, newStore(1, 's'));
    const two = (await worker.open('a')).connection;
    const request = worker.requestOpen('a', 2);
    const heard = [await worker.message('versionchange'), await worker.message('versionchange')];
    expect(heard.map(({ connection }) => connection).sort()).toEqual([one, two].sort());
    expect(heard[0]).toMatchObject({ oldVersion: 1, newVersion: 2 });
    // One closes in its event, so only the other is in the way.
    const [first, second] = heard;
    if (first === undefined || second === undefined) throw new Error('two were expected');
    worker.post({ t: 'close', connection: first.connection });
    worker.post({ t: 'versionchange-done', connection: first.connection, token: first.token });
    expect((await worker.message('closed')).connection).toBe(first.connection);
    worker.post({ t: 'versionchange-done', connection: second.connection, token: second.token });
    const blocked = await worker.message('blocked');
    expect(blocked).toMatchObject({ request, oldVersion: 1, newVersion: 2 });
    worker.post({ t: 'close', connection: second.connection });
    expect(await worker.message('upgrade')).toMatchObject({ request, oldVersion: 1 });
  });

  it('is not blocked by connections that close in their event', async () => {
    const one = await worker.upgrade('a', 1, newStore(1, 's'));
    worker.requestOpen('a', 2);
    const { token } = await worker.message('versionchange');
    worker.post({ t: 'close', connection: one });
    worker.post({ t: 'versionchange-done', connection: one, token });
    await worker.message('upgrade');
    expect(worker.log).not.toContain('blocked');
  });
});

describe('closing', () => {
  it('waits for the transactions of the connection', async () => {
    const connection = await worker.upgrade('a', 1, newStore(1, 's'));
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      put(writer, 1, 1, 'k', 'v');
    });
    await worker.reply(connection, 1);
    worker.post({ t: 'close', connection });
    worker.requestDelete('a');
    expect((await worker.message('blocked')).newVersion).toBeNull();
    worker.send((writer) => writer.commit(connection, 1));
    expect((await worker.message('closed')).error).toBeNull();
    expect((await worker.message('deleted')).oldVersion).toBe(1);
  });

  it('is answered for a connection that is gone already', async () => {
    worker.post({ t: 'close', connection: 77 });
    expect(await worker.message('closed')).toEqual({ t: 'closed', connection: 77, error: null });
  });

  it('keeps the engine open for a while, then closes it cleanly', async () => {
    const connection = await worker.upgrade('a', 1, newStore(1, 's'));
    worker.post({ t: 'close', connection });
    await worker.message('closed');
    expect(storage.filesOf('a')?.container.isOpen).toBe(true);
    const again = await worker.open('a');
    worker.post({ t: 'close', connection: again.connection });
    await worker.message('closed');
    for (const over of worker.waits.splice(0)) over();
    await worker.list();
    expect(storage.filesOf('a')?.container.isOpen).toBe(false);
    expect((await worker.open('a')).version).toBe(1);
  });
});

describe('deleting', () => {
  it('deletes what is there, with its data', async () => {
    const connection = await worker.upgrade('a', 4, newStore(1, 's'));
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      put(writer, 1, 1, 'k', 'v');
      writer.commit(connection, 1);
    });
    worker.post({ t: 'close', connection });
    const request = worker.requestDelete('a');
    expect(await worker.message('deleted')).toEqual({ t: 'deleted', request, oldVersion: 4 });
    expect(await worker.list()).toEqual([]);
    const fresh = await worker.upgrade('a', 1, newStore(1, 's'));
    worker.send((writer) => {
      begin(writer, fresh, 1, 'readonly', 1);
      get(writer, 1, 1, 'k');
    });
    expect(valueOf(await worker.reply(fresh, 1))).toBeUndefined();
  });

  it('succeeds for what is not there, without creating it', async () => {
    worker.requestDelete('a');
    expect((await worker.message('deleted')).oldVersion).toBe(0);
    expect(storage.filesOf('a')).toBeUndefined();
  });

  it('waits for open connections', async () => {
    const connection = await worker.upgrade('a', 1, newStore(1, 's'));
    worker.requestDelete('a');
    const { token, newVersion } = await worker.message('versionchange');
    expect(newVersion).toBeNull();
    worker.post({ t: 'versionchange-done', connection, token });
    await worker.message('blocked');
    worker.post({ t: 'close', connection });
    await worker.message('deleted');
  });

  it('is finished by the next open when it was cut off', async () => {
    const first = await worker.upgrade('a', 5, newStore(1, 's'));
    worker.post({ t: 'close', connection: first });
    await worker.message('closed');
    // The files' removal fails behind the mark, as if the worker had died there.
    const cutOff = new WorkerDriver({
      storage: {
        kind: 'memory',
        list: () => storage.list(),
        open: async (name, create) => {
          const files = await storage.open(name, create);
          if (files !== undefined) {
            files.remove = async () => {
              files.close();
              throw new Error('killed');
            };
          }
          return files;
        },
      },
    });
    for (const over of worker.waits.splice(0)) over();
    await worker.list();
    cutOff.requestDelete('a');
    await cutOff.message('failed');
    cutOff.end();
    worker.requestOpen('a');
    expect((await worker.message('upgrade')).oldVersion).toBe(0);
  });
});

describe('databases', () => {
  it('lists names and versions, those of open databases too', async () => {
    await worker.upgrade('b', 2, newStore(1, 's'));
    const connection = await worker.upgrade('a', 1, newStore(1, 's'));
    worker.post({ t: 'close', connection });
    await worker.upgrade('a', 7, newStore(2, 't'));
    expect(await worker.list()).toEqual([
      { name: 'a', version: 7 },
      { name: 'b', version: 2 },
    ]);
  });

  it('lists what was committed when it was asked, however long the listing takes', async () => {
    const gates: (() => void)[] = [];
    const slow = new WorkerDriver({
      storage: {
        kind: 'memory',
        open: (name, create) => storage.open(name, create),
        list: async () => {
          await new Promise<void>((resolve) => gates.push(resolve));
          return storage.list();
        },
      },
    });
    const old = await slow.upgrade('a', 1, newStore(1, 's'));
    slow.post({ t: 'close', connection: old });
    const requests = [slow.requestOpen('a', 2), slow.requestOpen('b', 1)];
    const connections: number[] = [];
    for (const request of requests) {
      const { connection } = await slow.message('upgrade', (message) => message.request === request);
      connections.push(connection);
    }
    const during = slow.list();
    slow.send((writer) => {
      for (const connection of connections) {
        writer.requests(connection, 0);
        writer.commit(connection, 0);
      }
    });
    for (const request of requests) {
      await slow.message('opened', (message) => message.request === request);
    }
    const after = slow.list();
    // Requests are answered in no order of their own, and a message behind them has arrived.
    slow.post({ t: 'close', connection: 77 });
    await slow.message('closed', ({ connection }) => connection === 77);
    for (const open of gates) open();
    expect(await during).toEqual([{ name: 'a', version: 1 }]);
    expect(await after).toEqual([
      { name: 'a', version: 2 },
      { name: 'b', version: 1 },
    ]);
    slow.end();
  });

  it('does not list what has no version yet', async () => {
    worker.requestOpen('a', 1);
    await worker.message('upgrade');
    expect(await worker.list()).toEqual([]);
  });
});
