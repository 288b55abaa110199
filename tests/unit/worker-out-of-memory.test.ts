// The module has no room for the commands of a request: its transaction ends without a trace, and
// the database goes on.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReplyKind } from '../../js/channel/protocol';
import type { Reply } from '../../js/channel/reply-reader';
import { errorData, StatusCode } from '../../js/channel/status';
import type { FlowModule } from '../../js/worker/flow-module';
import { begin, createStore, get, put, valueOf, WorkerDriver } from './worker-driver';

/** More than is left of the 2 GiB that the heap may have. */
const tooManyBytes = 0x7fff_0000;

let worker: WorkerDriver;
/** After so many allocations one fails. */
let allocationsLeft: number;
/** Of those that failed; 0 each, or the module would write there. */
let addresses: number[];
/** Bytes at the heap's start, where the address 0 points to. */
let readStart: () => string;

// The module itself refuses: what it is asked for is replaced, and nothing else.
function starve(module: FlowModule): void {
  const { Database } = module;
  const open = Database.open.bind(Database);
  readStart = () => module.HEAPU8.slice(0, 1024).join();
  Database.open = (...args) => {
    const database = open(...args);
    if (database === null) return null;
    const allocate = database.allocate.bind(database);
    database.allocate = (bytes) => {
      allocationsLeft -= 1;
      if (allocationsLeft !== -1) return allocate(bytes);
      const address = allocate(tooManyBytes);
      addresses.push(address);
      return address;
    };
    return database;
  };
}

beforeEach(() => {
  allocationsLeft = Infinity;
  addresses = [];
  worker = new WorkerDriver({ onModule: starve });
});
afterEach(() => worker.end());

/** A database with store 1, which holds 'old' under 'k'. */
async function opened(): Promise<number> {
  const connection = await worker.upgrade('a', 1, (writer) => {
    createStore(writer, 1, 'one');
    put(writer, 0, 1, 'k', 'old');
  });
  expect((await worker.reply(connection, 0)).kind).toBe(ReplyKind.committed);
  return connection;
}

function expectOutOfMemory(reply: Reply): void {
  expect(addresses).toEqual([0]);
  expect(reply.kind).toBe(ReplyKind.aborted);
  const { status, message } = reply.failure();
  expect(status).toBe(StatusCode.out_of_memory);
  expect(errorData(status, message)).toMatchObject({
    name: 'UnknownError',
    message: 'The memory budget is exceeded.',
  });
}

/** What transaction `id` reads under these keys. */
async function read(connection: number, id: number, ...keys: string[]): Promise<unknown[]> {
  worker.send((writer) => {
    begin(writer, connection, id, 'readonly', 1);
    keys.forEach((key, i) => get(writer, i + 1, 1, key));
  });
  const values: unknown[] = [];
  for (const _ of keys) values.push(valueOf(await worker.reply(connection, id)));
  return values;
}

it('ends the transaction without a trace, and the next one works', async () => {
  const connection = await opened();
  const before = readStart();
  // The second one waits for the first one's locks.
  allocationsLeft = 0;
  worker.send((writer) => {
    begin(writer, connection, 1, 'readwrite', 1);
    put(writer, 1, 1, 'k', 'lost');
    put(writer, 0, 1, 'l', 'lost');
    writer.commit(connection, 1);
    begin(writer, connection, 2, 'readwrite', 1);
    put(writer, 0, 1, 'm', 'kept');
    writer.commit(connection, 2);
  });
  expectOutOfMemory(await worker.reply(connection, 1));
  expect((await worker.reply(connection, 2)).kind).toBe(ReplyKind.committed);
  expect(readStart()).toBe(before);
  expect(await read(connection, 3, 'k', 'l', 'm')).toEqual(['old', undefined, 'kept']);
  // Nothing else was told to the page.
  expect(worker.log.filter((text) => text.includes(' 1'))).toEqual([]);
});

it('undoes what the transaction has written before', async () => {
  const connection = await opened();
  worker.send((writer) => {
    begin(writer, connection, 1, 'readwrite', 1);
    put(writer, 1, 1, 'k', 'lost');
  });
  expect((await worker.reply(connection, 1)).kind).toBe(ReplyKind.ok);
  allocationsLeft = 0;
  worker.send((writer) => {
    writer.requests(connection, 1);
    put(writer, 2, 1, 'l', 'lost');
    writer.commit(connection, 1);
  });
  expectOutOfMemory(await worker.reply(connection, 1));
  expect(await read(connection, 2, 'k', 'l')).toEqual(['old', undefined]);
});

it('leaves a database at its version when an upgrade fails so', async () => {
  const first = await opened();
  worker.post({ t: 'close', connection: first });
  await worker.message('closed');
  const request = worker.requestOpen('a', 2);
  const { connection } = await worker.message('upgrade');
  allocationsLeft = 0;
  worker.send((writer) => {
    writer.requests(connection, 0);
    createStore(writer, 2, 'two');
    put(writer, 0, 1, 'k', 'lost');
    writer.commit(connection, 0);
  });
  expectOutOfMemory(await worker.reply(connection, 0));
  expect(await worker.message('failed')).toMatchObject({
    request,
    error: { status: StatusCode.aborted },
  });
  expect(await worker.list()).toEqual([{ name: 'a', version: 1 }]);
  const again = await worker.upgrade('a', 2, (writer) => createStore(writer, 2, 'two'));
  expect(await read(again, 1, 'k')).toEqual(['old']);
});

it('ends an upgrade in the midst of a backfill', async () => {
  const first = await opened();
  worker.post({ t: 'close', connection: first });
  await worker.message('closed');
  const createIndex = (request: number) => {
    worker.send((writer) => {
      writer.requests(request, 0);
      const names = { name: '"i"', keyPath: '"length"' };
      writer.createIndex(0, { store: 1, index: 2, ...names, unique: false, multiEntry: false });
      writer.commit(request, 0);
    });
  };
  worker.requestOpen('a', 2);
  const { connection } = await worker.message('upgrade');
  // The command itself and the reading of the records have their room.
  allocationsLeft = 2;
  createIndex(connection);
  expectOutOfMemory(await worker.reply(connection, 0));
  await worker.message('failed');
  const request = worker.requestOpen('a', 2);
  const next = await worker.message('upgrade');
  createIndex(next.connection);
  await worker.message('opened', (message) => message.request === request);
});
