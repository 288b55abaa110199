// What is left when things break: the module traps, can't be loaded, or finds damaged files, and
// when the page goes.
import fs from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { Durability, ReplyKind, TransactionMode } from '../../js/channel/protocol';
import { StatusCode } from '../../js/channel/status';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import { StorageError } from '../../js/opfs/storage';
import type { FlowDatabase, FlowModule } from '../../js/worker/flow-module';
import { begin, createStore, get, put, valueOf, WorkerDriver } from './worker-driver';

let worker: WorkerDriver | undefined;
afterEach(() => worker?.end());

// A module whose next call of execute() traps, once it is armed.
function trapping(): { onModule: (module: FlowModule) => void; arm: () => void; made: number } {
  let isArmed = false;
  let isTrapped = false;
  const state = {
    made: 0,
    arm: () => {
      isArmed = true;
    },
    onModule: (module: FlowModule) => {
      state.made += 1;
      const { Database } = module;
      const open = Database.open.bind(Database);
      Database.open = (...args) => {
        const database = open(...args);
        if (database !== null) trapWhenArmed(database);
        return database;
      };
    },
  };
  const trapWhenArmed = (database: FlowDatabase) => {
    const execute = database.execute.bind(database);
    database.execute = (...args) => {
      if (!isArmed) return execute(...args);
      isArmed = false;
      isTrapped = true;
      throw new WebAssembly.RuntimeError('unreachable');
    };
    // Its heap may be in any state.
    const free = database.delete.bind(database);
    database.delete = () => {
      if (isTrapped) throw new Error('a trapped module was called');
      free();
    };
  };
  return state;
}

it('tells everybody when the module traps, and the next open recovers', async () => {
  const trap = trapping();
  worker = new WorkerDriver({ onModule: trap.onModule });
  const a = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  const b = await worker.upgrade('b', 1, (writer) => createStore(writer, 1, 'one'));
  worker.send((writer) => {
    begin(writer, a, 1, 'readwrite', 1);
    put(writer, 0, 1, 'k', 'kept');
    writer.commit(a, 1);
  });
  expect((await worker.reply(a, 1)).kind).toBe(ReplyKind.committed);
  trap.arm();
  const waiting = worker.requestOpen('b', 2);
  await worker.message('versionchange');
  worker.send((writer) => {
    begin(writer, a, 2, 'readwrite', 1);
    put(writer, 1, 1, 'k', 'lost');
    writer.commit(a, 2);
  });
  const closed = [await worker.message('closed'), await worker.message('closed')];
  expect(closed.map(({ connection }) => connection).sort()).toEqual([a, b].sort());
  expect(closed[0]?.error).toMatchObject({ reason: 'worker' });
  const failed = await worker.message('failed');
  expect(failed).toMatchObject({ request: waiting, error: { reason: 'worker' } });

  const { connection } = await worker.open('a');
  expect(trap.made).toBe(2);
  worker.send((writer) => {
    begin(writer, connection, 1, 'readonly', 1);
    get(writer, 1, 1, 'k');
  });
  expect(valueOf(await worker.reply(connection, 1))).toBe('kept');
});

// Files whose next flush fails, once they are armed.
function failingDisk() {
  const disk = {
    isFailing: false, // with the next flush
    onModule: (module: FlowModule) => {
      const { Database } = module;
      const open = Database.open.bind(Database);
      Database.open = (container, log, name) => {
        for (const slot of [container, log]) {
          const file = module.flowFiles[slot];
          if (file === undefined) throw new Error('no file');
          const flush = file.flush.bind(file);
          file.flush = () => {
            if (!disk.isFailing) return flush();
            disk.isFailing = false;
            throw new DOMException('the disk is gone', 'UnknownError');
          };
        }
        return open(container, log, name, memtableBytes, 0);
      };
    },
  };
  return disk;
}

/** Few, so that there is something to keep up. */
const memtableBytes = 64 << 10;

function write(connection: number, transaction: number, durability: Durability, value = 'value') {
  worker?.send((writer) => {
    writer.begin(connection, transaction, TransactionMode.readwrite, durability, [1]);
    writer.requests(connection, transaction);
    put(writer, 0, 1, `key ${transaction}`, value);
    writer.commit(connection, transaction);
  });
  return worker?.reply(connection, transaction);
}

it('closes the connections of a database that can write no more, and opens it again', async () => {
  const disk = failingDisk();
  worker = new WorkerDriver({ onModule: disk.onModule });
  const a = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  const { connection: second } = await worker.open('a');
  disk.isFailing = true;
  expect((await write(a, 1, Durability.strict))?.kind).toBe(ReplyKind.aborted);
  const closed = [await worker.message('closed'), await worker.message('closed')];
  expect(closed.map(({ connection }) => connection).sort()).toEqual([a, second].sort());
  expect(closed[0]?.error?.status).toBe(StatusCode.closed);
  expect(closed[0]?.error?.message).toContain('the disk is gone');
  const { connection } = await worker.open('a');
  expect((await write(connection, 1, Durability.strict))?.kind).toBe(ReplyKind.committed);
});

it('does the same when upkeep has failed, before anybody asks for something', async () => {
  const disk = failingDisk();
  let ms = 0;
  worker = new WorkerDriver({ onModule: disk.onModule, now: () => (ms += 0.5) });
  const a = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  const text = 'x'.repeat(memtableBytes);
  expect((await write(a, 1, Durability.relaxed, text))?.kind).toBe(ReplyKind.committed);
  expect((await write(a, 2, Durability.relaxed, text))?.kind).toBe(ReplyKind.committed);
  disk.isFailing = true;
  let isClosed = false;
  const closed = worker.message('closed').then((message) => {
    isClosed = true;
    return message;
  });
  while (!isClosed) {
    ms += 1000;
    for (const resolve of worker.waits.splice(0)) resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await closed).toMatchObject({ connection: a, error: { status: StatusCode.closed } });
  const { connection } = await worker.open('a');
  worker.send((writer) => {
    begin(writer, connection, 1, 'readonly', 1);
    get(writer, 1, 1, 'key 2');
  });
  expect(valueOf(await worker.reply(connection, 1))).toBe(text);
});

it('does the same when a request has failed in a transaction that may go on', async () => {
  const disk = failingDisk();
  worker = new WorkerDriver({ onModule: disk.onModule });
  const a = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  const text = 'x'.repeat(memtableBytes);
  expect((await write(a, 1, Durability.relaxed, text))?.kind).toBe(ReplyKind.committed);
  expect((await write(a, 2, Durability.relaxed, text))?.kind).toBe(ReplyKind.committed);
  disk.isFailing = true;
  worker.send((writer) => {
    begin(writer, a, 3, 'readwrite', 1);
    put(writer, 1, 1, 'large', 'x'.repeat(8 << 20));
  });
  expect((await worker.reply(a, 3)).kind).toBe(ReplyKind.error);
  expect(await worker.message('closed')).toMatchObject({ connection: a });
});

it.each(['a deletion', 'an upgrade'])(
  '%s that waits for a connection goes on when that is lost',
  async (kind) => {
    const disk = failingDisk();
    worker = new WorkerDriver({ onModule: disk.onModule });
    const a = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
    const request = kind === 'a deletion' ? worker.requestDelete('a') : worker.requestOpen('a', 2);
    const { token } = await worker.message('versionchange');
    worker.post({ t: 'versionchange-done', connection: a, token });
    await worker.message('blocked');
    disk.isFailing = true;
    expect((await write(a, 1, Durability.strict))?.kind).toBe(ReplyKind.aborted);
    const asked = { request, oldVersion: 1 };
    if (kind === 'a deletion') expect(await worker.message('deleted')).toMatchObject(asked);
    else expect(await worker.message('upgrade', (m) => m.request === request)).toMatchObject(asked);
  },
);

it('fails an open in whose upgrade the module traps', async () => {
  const trap = trapping();
  worker = new WorkerDriver({ onModule: trap.onModule });
  const request = worker.requestOpen('a', 1);
  const { connection } = await worker.message('upgrade');
  trap.arm();
  worker.send((writer) => {
    writer.requests(connection, 0);
    createStore(writer, 1, 'one');
    writer.commit(connection, 0);
  });
  expect(await worker.message('failed')).toMatchObject({ request, error: { reason: 'worker' } });
  await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
});

it('fails to open when the module is not there', async () => {
  worker = new WorkerDriver({ wasmUrl: 'http://localhost/nowhere.wasm' });
  await worker.message('ready');
  worker.requestOpen('a');
  const { error } = await worker.message('failed');
  expect(error.reason).toBe('worker');
  expect(error.message).toContain('nowhere.wasm');
});

it('says that there is no place for databases', async () => {
  const storage = new MemoryStorage();
  const missing = new StorageError('absent', 'no OPFS here');
  worker = new WorkerDriver({ storage });
  await worker.message('ready');
  storage.open = () => Promise.reject(missing);
  worker.requestOpen('a');
  expect((await worker.message('failed')).error).toMatchObject({ reason: 'no-opfs' });
  storage.open = () => Promise.reject(new StorageError('in-use', 'another tab has it'));
  worker.requestOpen('a');
  expect((await worker.message('failed')).error).toMatchObject({
    status: StatusCode.busy,
    reason: 'in-use',
  });
});

it('refuses a damaged container with its name and offset, and can delete it', async () => {
  const storage = new MemoryStorage();
  worker = new WorkerDriver({ storage });
  const files = await storage.open('a', true);
  files?.container.write(new TextEncoder().encode('no database at all'.repeat(300)), { at: 0 });
  files?.close();
  worker.requestOpen('a');
  const { error } = await worker.message('failed');
  expect(error.reason).toBe('corruption');
  expect(error.message).toContain('flow.db');
  worker.requestDelete('a');
  expect((await worker.message('deleted')).oldVersion).toBe(0);
  await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
});

it.each([
  ['the page goes', false],
  ['it is closed', true],
])('keeps what was committed when %s, and lets go of the files', async (_, checkpoints) => {
  const storage = new MemoryStorage();
  worker = new WorkerDriver({ storage });
  const first = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  worker.send((writer) => {
    begin(writer, first, 1, 'readwrite', 1);
    put(writer, 0, 1, 'k', 'kept');
    writer.commit(first, 1);
    begin(writer, first, 2, 'readwrite', 1);
    put(writer, 0, 1, 'k', 'lost');
  });
  worker.post({ t: 'shutdown', checkpoints });
  expect((await worker.message('closed')).error).toMatchObject({ status: StatusCode.closed });
  const files = storage.filesOf('a');
  expect(files?.container.isOpen).toBe(false);
  const logHeaderBytes = 4096;
  if (checkpoints) expect(files?.log.size).toBe(logHeaderBytes);
  else expect(files?.log.size).toBeGreaterThan(logHeaderBytes);

  const { connection } = await worker.open('a');
  worker.send((writer) => {
    begin(writer, connection, 1, 'readonly', 1);
    get(writer, 1, 1, 'k');
  });
  expect(valueOf(await worker.reply(connection, 1))).toBe('kept');
});

// The native engine removes ranges, which the module doesn't know (src/util/features.h): what it
// would read without them is wrong.
it('refuses files that need more than the module has, and leaves them as they are', async () => {
  const storage = new MemoryStorage();
  const files = await storage.open('a', true);
  const stored = ['flow.db', 'flow.wal'].map((name) => {
    const url = new URL(`../native/engine/fixtures/records/${name}`, import.meta.url);
    return new Uint8Array(fs.readFileSync(url));
  });
  files?.container.write(stored[0] as Uint8Array<ArrayBuffer>, { at: 0 });
  files?.log.write(stored[1] as Uint8Array<ArrayBuffer>, { at: 0 });
  files?.close();
  worker = new WorkerDriver({ storage });
  worker.requestOpen('a');
  const { error } = await worker.message('failed');
  expect(error.status).toBe(StatusCode.unsupported);
  expect(error.message).toMatch(/flow\.(db|wal)/);
  const left = storage.filesOf('a');
  [left?.container, left?.log].forEach((file, i) => {
    const found = new Uint8Array(file?.size ?? 0);
    file?.read(found, 0);
    expect(Buffer.compare(found, stored[i] as Uint8Array)).toBe(0);
  });
});
