// An index created on a store that has records already.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CommandWriter } from '../../js/channel/command-writer';
import { Direction, GetAllWhat, ReplyKind } from '../../js/channel/protocol';
import { StatusCode } from '../../js/channel/status';
import { KeyReader } from '../../js/codec/key-decoder';
import { begin, createStore, put, WorkerDriver } from './worker-driver';

let worker: WorkerDriver;
beforeEach(() => {
  worker = new WorkerDriver();
});
afterEach(() => worker.end());

const records = 5000;

// A store 1 with records { n, tags }, the keys counting from 0.
async function filled(value: (key: number) => unknown): Promise<void> {
  const connection = await worker.upgrade('a', 1, (writer) => {
    createStore(writer, 1, 'one');
    for (let key = 0; key < records; key += 1) put(writer, 0, 1, key, value(key));
  });
  await worker.reply(connection, 0);
  worker.post({ t: 'close', connection });
  await worker.message('closed');
}

function createIndex(writer: CommandWriter, keyPath: unknown, unique = false, multiEntry = false) {
  const names = { name: JSON.stringify('index'), keyPath: JSON.stringify(keyPath) };
  writer.createIndex(0, { store: 1, index: 2, ...names, unique, multiEntry });
}

async function entries(connection: number): Promise<[unknown, unknown][]> {
  worker.send((writer) => {
    begin(writer, connection, 1, 'readonly', 1);
    writer.getAll(1, 2, undefined, 0, Direction.next, GetAllWhat.records);
  });
  const reply = await worker.reply(connection, 1);
  const count = reply.u32('count');
  const keys = new KeyReader(reply.sizedBytes('keys'));
  return Array.from({ length: count }, () => [keys.value(), keys.value()]);
}

it('finds the records that were there, in as many batches as it takes', async () => {
  await filled((n) => ({ n: -n }));
  const connection = await worker.upgrade('a', 2, (writer) => createIndex(writer, 'n'));
  const found = await entries(connection);
  expect(found.length).toBe(records);
  expect(found[0]).toEqual([1 - records, records - 1]);
  expect(found.at(-1)).toEqual([0, 0]);
});

it('sees what the upgrade did before, and the rest of its commands comes after', async () => {
  await filled((n) => ({ n }));
  const connection = await worker.upgrade('a', 2, (writer) => {
    put(writer, 0, 1, 'early', { n: 1e6 });
    createIndex(writer, 'n');
    const names = { name: '"second"', keyPath: '["n","n"]' };
    writer.createIndex(0, { store: 1, index: 3, ...names, unique: true, multiEntry: false });
    createStore(writer, 4, 'late');
  });
  expect((await entries(connection)).at(-1)).toEqual([1e6, 'early']);
  const { schema } = await worker.open('a');
  expect(JSON.parse(schema)).toMatchObject({ stores: [{ name: 'one' }, { name: 'late' }] });
});

it('leaves out records without a key, and takes the elements of arrays one by one', async () => {
  await filled((n) => (n < 3 ? { tags: ['x', n, 'x', null] } : { other: n }));
  const connection = await worker.upgrade('a', 2, (writer) =>
    createIndex(writer, 'tags', false, true),
  );
  expect(await entries(connection)).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    ['x', 0],
    ['x', 1],
    ['x', 2],
  ]);
});

it('reads values in the tagged form, too', async () => {
  await filled((n) => ({ at: new Date(n), more: new Map([[n, n]]) }));
  const connection = await worker.upgrade('a', 2, (writer) => createIndex(writer, 'at'));
  expect((await entries(connection)).at(-1)).toEqual([new Date(records - 1), records - 1]);
});

it('aborts the upgrade when a unique index is violated', async () => {
  await filled((n) => ({ n: n % (records - 1) }));
  const request = worker.requestOpen('a', 2);
  const { connection } = await worker.message('upgrade', (one) => one.request === request);
  worker.send((writer) => {
    writer.requests(connection, 0);
    createIndex(writer, 'n', true);
    writer.commit(connection, 0);
  });
  const refused = await worker.reply(connection, 0);
  expect([refused.kind, refused.request]).toEqual([ReplyKind.error, 0]);
  const end = await worker.reply(connection, 0);
  expect(end.kind).toBe(ReplyKind.aborted);
  expect(end.failure().status).toBe(StatusCode.constraint);
  expect((await worker.message('failed')).error.name).toBe('AbortError');
  const { version, schema } = await worker.open('a');
  expect(version).toBe(1);
  expect(JSON.parse(schema)).toMatchObject({ stores: [{ name: 'one', indexes: [] }] });
});
