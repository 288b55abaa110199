// What the module makes of the answers of synchronous access handles, the strange ones of real
// browsers included.
import fs from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { StatusCode } from '../../js/channel/status';
import { MemoryFile } from '../../js/opfs/memory-handle';
import type { SyncHandle } from '../../js/opfs/storage';
import type { FlowDatabase, FlowModule } from '../../js/worker/flow-module';
import { moduleLoader } from '../../js/worker/module-loader';

const wasm = new URL('../../build/wasm/flowdb.wasm', import.meta.url);
let load: () => Promise<FlowModule>;
beforeAll(() => {
  load = moduleLoader(async () => WebAssembly.compile(fs.readFileSync(wasm)));
});

/** A handle some of whose calls answer differently, until `isOn` is cleared. */
function twisted(handle: SyncHandle, other: Partial<SyncHandle>, state: { isOn: boolean }) {
  return new Proxy(handle, {
    get(target, name) {
      const call: unknown = state.isOn ? Reflect.get(other, name) : undefined;
      const original: unknown = Reflect.get(target, name);
      const chosen = call ?? original;
      return typeof chosen === 'function' ? chosen.bind(target) : chosen;
    },
  });
}

/** Opens a database whose log answers with `other` from the first commit on, and commits. */
async function commitOn(other: Partial<SyncHandle>) {
  const module = await load();
  const state = { isOn: false };
  const container = new MemoryFile();
  const log = new MemoryFile();
  module.flowFiles[0] = container.open();
  module.flowFiles[1] = twisted(log.open(), other, state);
  const database = opened(module);
  state.isOn = true;
  const transaction = database.beginUpgrade(1);
  database.stageCommit(transaction, 1, 0);
  const code = database.commitStaged();
  const schema = JSON.parse(database.schema()) as { version: number };
  database.delete();
  return { code, message: module.lastErrorMessage(), version: schema.version };
}

function opened(module: FlowModule): FlowDatabase {
  const database = module.Database.open(0, 1, '"files"', 0, 0);
  if (database === null) throw new Error(module.lastErrorMessage());
  return database;
}

const quota: [string, Partial<SyncHandle>][] = [
  ['Chromium returns -8 as u32', { write: () => 4294967288 }],
  ['Firefox returns a short count', { write: () => 7 }],
  [
    'the specification throws',
    {
      write: () => {
        throw new DOMException('no room', 'QuotaExceededError');
      },
    },
  ],
];

test.each(quota)('a full quota is told from other failures: %s', async (_, other) => {
  const { code, message, version } = await commitOn(other);
  expect(code).toBe(StatusCode.quota_exceeded);
  expect(message).toContain('flow.wal');
  expect(version).toBe(0);
});

const io: [string, Partial<SyncHandle>][] = [
  ['more than was asked for', { write: (bytes) => bytes.byteLength + 1 }],
  ['no number', { write: () => NaN }],
  [
    'an exception',
    {
      write: () => {
        throw new DOMException('the disk is gone', 'InvalidStateError');
      },
    },
  ],
];

test.each(io)('any other answer of a write is an I/O error: %s', async (_, other) => {
  const { code, message, version } = await commitOn(other);
  expect(code).toBe(StatusCode.io_error);
  expect(message).toContain('flow.wal');
  expect(version).toBe(0);
});

test('an exception keeps its words', async () => {
  const { message } = await commitOn(Object.fromEntries(io[2] ? [['write', io[2][1].write]] : []));
  expect(message).toContain('the disk is gone');
});

test('a read that fails or falls short is an error of the open', async () => {
  const bad: Partial<SyncHandle>[] = [
    { read: () => 4294967288 },
    { read: () => 1 },
    {
      getSize: () => {
        throw new DOMException('gone', 'InvalidStateError');
      },
    },
  ];
  for (const other of bad) {
    const module = await load();
    const files = [new MemoryFile(), new MemoryFile()];
    files.forEach((file, i) => (module.flowFiles[i] = file.open()));
    opened(module).delete();
    module.flowFiles[0] = twisted(module.flowFiles[0] as SyncHandle, other, { isOn: true });
    expect(module.Database.open(0, 1, '"files"', 0, 0)).toBeNull();
    expect(module.lastErrorCode()).toBe(StatusCode.io_error);
    expect(module.lastErrorMessage()).toContain('flow.db');
  }
});

test('a missing handle is an I/O error, not a trap', async () => {
  const module = await load();
  expect(module.Database.open(3, 4, '"files"', 0, 0)).toBeNull();
  expect(module.lastErrorCode()).toBe(StatusCode.io_error);
});
