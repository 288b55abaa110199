// What is left when things break: the module traps, can't be loaded, or finds damaged files, and
// when the page goes.
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
      throw new WebAssembly.RuntimeError('unreachable');
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

it('closes the connections of a database that can write no more, and opens it again', async () => {
  let isFailing = false;
  const onModule = (module: FlowModule) => {
    const { Database } = module;
    const open = Database.open.bind(Database);
    Database.open = (container, log, ...rest) => {
      const file = module.flowFiles[log];
      if (file === undefined) throw new Error('no log');
      const flush = file.flush.bind(file);
      file.flush = () => {
        if (isFailing) throw new DOMException('the disk is gone', 'UnknownError');
        flush();
      };
      return open(container, log, ...rest);
    };
  };
  worker = new WorkerDriver({ onModule });
  const a = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  const { connection: second } = await worker.open('a');
  const write = (connection: number, key: string) =>
    worker?.send((writer) => {
      writer.begin(connection, 1, TransactionMode.readwrite, Durability.strict, [1]);
      writer.requests(connection, 1);
      put(writer, 0, 1, key, 'value');
      writer.commit(connection, 1);
    });
  isFailing = true;
  write(a, 'k');
  expect((await worker.reply(a, 1)).kind).toBe(ReplyKind.aborted);
  const closed = [await worker.message('closed'), await worker.message('closed')];
  expect(closed.map(({ connection }) => connection).sort()).toEqual([a, second].sort());
  expect(closed[0]?.error?.status).toBe(StatusCode.closed);
  expect(closed[0]?.error?.message).toContain('the disk is gone');
  isFailing = false;
  const { connection } = await worker.open('a');
  write(connection, 'l');
  expect((await worker.reply(connection, 1)).kind).toBe(ReplyKind.committed);
});

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
