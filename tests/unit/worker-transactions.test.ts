// Transactions in the worker: what they see, in which order they run, how they end, and how many
// writes they cost.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandWriter } from '../../js/channel/command-writer';
import {
  Direction,
  Durability,
  ReplyKind,
  ScanPosition,
  TransactionMode,
} from '../../js/channel/protocol';
import { StatusCode } from '../../js/channel/status';
import { KeyReader } from '../../js/codec/key-decoder';
import { cloneForStorage } from '../../js/codec/storable-clone';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import type { Storage, SyncHandle } from '../../js/opfs/storage';
import { aloneMax, probeEvery } from '../../js/worker/company';
import { begin, createStore, get, keyOf, put, valueOf, WorkerDriver } from './worker-driver';

let worker: WorkerDriver;
let connection: number;
let logWrites: number;

// Stores 1 and 2 exist; writes to the log are counted.
beforeEach(async () => {
  worker = new WorkerDriver({ storage: countingStorage() });
  connection = await worker.upgrade('a', 1, (writer) => {
    createStore(writer, 1, 'one');
    createStore(writer, 2, 'two');
  });
  await worker.reply(connection, 0);
  await worker.message('ready');
  logWrites = 0;
});
afterEach(() => worker.end());

function countingStorage(): Storage {
  const inner = new MemoryStorage();
  return {
    kind: 'memory',
    list: () => inner.list(),
    open: async (name, create) => {
      const files = await inner.open(name, create);
      if (files === undefined) return undefined;
      const { log } = files;
      const counted: SyncHandle = {
        read: (buffer, options) => log.read(buffer, options),
        write: (buffer, options) => {
          logWrites += 1;
          return log.write(buffer, options);
        },
        truncate: (size) => log.truncate(size),
        getSize: () => log.getSize(),
        flush: () => log.flush(),
        close: () => log.close(),
      };
      return {
        container: files.container,
        log: counted,
        prepareVersion: () => files.prepareVersion(),
        recordVersion: (version) => files.recordVersion(version),
        ensureVersion: (version) => files.ensureVersion(version),
        close: () => files.close(),
        remove: () => files.remove(),
      };
    },
  };
}

async function valueAt(transaction: number, store: number, key: unknown): Promise<unknown> {
  worker.send((writer) => {
    begin(writer, connection, transaction, 'readonly', store);
    get(writer, 1, store, key);
    writer.commit(connection, transaction);
  });
  const value = valueOf(await worker.reply(connection, transaction));
  expect((await worker.reply(connection, transaction)).kind).toBe(ReplyKind.committed);
  return value;
}

describe('a transaction', () => {
  it('stores and finds values, and sees its own writes', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      put(writer, 1, 1, 'k', { text: 'ü', list: [1, 2] });
      get(writer, 2, 1, 'k');
      get(writer, 3, 1, 'missing');
      writer.commit(connection, 1);
    });
    const [stored, found, missing, end] = [
      await worker.reply(connection, 1),
      await worker.reply(connection, 1),
      await worker.reply(connection, 1),
      await worker.reply(connection, 1),
    ];
    expect([stored, found, missing, end].map(({ request }) => request)).toEqual([1, 2, 3, 0]);
    expect(valueOf(found)).toEqual({ text: 'ü', list: [1, 2] });
    expect(valueOf(missing)).toBeUndefined();
    expect(end.kind).toBe(ReplyKind.committed);
    expect(await valueAt(2, 1, 'k')).toEqual({ text: 'ü', list: [1, 2] });
  });

  it('scans in key order', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      for (const key of [3, 'a', 1, 2]) put(writer, 0, 1, key, `value ${key}`);
      writer.scan(1, 1, {
        range: undefined,
        direction: Direction.next,
        keyOnly: false,
        entriesMax: 10,
        valueBytesMax: 1 << 20,
        skip: 1,
        start: { position: ScanPosition.behind, key: keyOf(1) },
      });
    });
    const reply = await worker.reply(connection, 1);
    const count = reply.u32('count');
    expect([count, reply.u32('done')]).toEqual([2, 1]);
    const keys = new KeyReader(reply.sizedBytes('keys'));
    expect([keys.value(), keys.value()]).toEqual([3, 'a']);
    expect(reply.values(count)).toEqual(['value 3', 'value a']);
  });

  it('leaves no trace when it is aborted', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      put(writer, 0, 1, 'k', 1);
      writer.abort(connection, 1);
    });
    const reply = await worker.reply(connection, 1);
    expect(reply.kind).toBe(ReplyKind.aborted);
    expect(reply.failure().status).toBe(StatusCode.ok);
    expect(await valueAt(2, 1, 'k')).toBeUndefined();
    expect(logWrites).toBe(0);
  });

  it('goes on after a failed request that asked for its answer', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      for (const request of [1, 2]) {
        const clone = cloneForStorage(request);
        writer.put(request, 1, { key: keyOf('k'), clone, indexKeys: [], noOverwrite: true });
      }
      get(writer, 3, 1, 'k');
      writer.commit(connection, 1);
    });
    expect((await worker.reply(connection, 1)).kind).toBe(ReplyKind.ok);
    const refused = await worker.reply(connection, 1);
    expect(refused.kind).toBe(ReplyKind.error);
    expect(refused.failure().status).toBe(StatusCode.constraint);
    expect(valueOf(await worker.reply(connection, 1))).toBe(1);
    expect((await worker.reply(connection, 1)).kind).toBe(ReplyKind.committed);
  });

  it('ends with a failed request that asked for no answer; the rest is passed over', async () => {
    const record = { key: keyOf('k'), clone: cloneForStorage(1), indexKeys: [], noOverwrite: true };
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      writer.put(0, 1, record);
      writer.put(0, 1, record);
      get(writer, 1, 1, 'k');
      writer.commit(connection, 1);
    });
    const refused = await worker.reply(connection, 1);
    expect([refused.kind, refused.request]).toEqual([ReplyKind.error, 0]);
    const end = await worker.reply(connection, 1);
    expect(end.kind).toBe(ReplyKind.aborted);
    expect(end.failure().status).toBe(StatusCode.constraint);
    worker.send((writer) => writer.commit(connection, 1));
    expect(await valueAt(2, 1, 'k')).toBeUndefined();
    expect(worker.log).toEqual([]);
  });

  it('may not write when it is readonly', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readonly', 1);
      put(writer, 1, 1, 'k', 1);
      writer.commit(connection, 1);
    });
    expect((await worker.reply(connection, 1)).kind).toBe(ReplyKind.error);
    expect(await valueAt(2, 1, 'k')).toBeUndefined();
  });
});

describe('order', () => {
  it('makes transactions of a store wait for the one that writes it', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      put(writer, 1, 1, 'k', 'first');
      begin(writer, connection, 2, 'readonly', 1, 2);
      get(writer, 1, 1, 'k');
      begin(writer, connection, 3, 'readonly', 2);
      get(writer, 1, 2, 'k');
    });
    await worker.reply(connection, 3);
    expect(worker.log).toEqual(['ok 1/1']);
    worker.send((writer) => {
      writer.requests(connection, 1);
      put(writer, 2, 1, 'k', 'second');
      writer.commit(connection, 1);
    });
    expect(valueOf(await worker.reply(connection, 2))).toBe('second');
    expect(worker.log).toEqual(['ok 1/1', 'ok 1/2', 'committed 1']);
  });

  it('lets readers of a store run together', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readonly', 1);
      get(writer, 1, 1, 'k');
      begin(writer, connection, 2, 'readonly', 1);
      get(writer, 1, 1, 'k');
    });
    await worker.reply(connection, 2);
    await worker.reply(connection, 1);
  });

  it('goes on when one that waits is aborted', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      put(writer, 1, 1, 'k', 1);
      begin(writer, connection, 2, 'readwrite', 1);
      put(writer, 1, 1, 'k', 2);
      begin(writer, connection, 3, 'readonly', 1);
      get(writer, 1, 1, 'k');
    });
    await worker.reply(connection, 1);
    worker.send((writer) => writer.abort(connection, 2));
    expect((await worker.reply(connection, 2)).kind).toBe(ReplyKind.aborted);
    expect(worker.log).toEqual([]);
    worker.send((writer) => writer.commit(connection, 1));
    expect(valueOf(await worker.reply(connection, 3))).toBe(1);
  });
});

describe('turns on a thread that others share', () => {
  // Each look at the clock takes a millisecond, so a turn is over after a few of them.
  let now: number;
  beforeEach(async () => {
    worker.end();
    now = 0;
    worker = new WorkerDriver({ now: () => (now += 1), isShared: true });
    connection = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  });

  it('let other messages in while a long section is executed, in order', async () => {
    const value = 'x'.repeat(1000);
    const count = 2000;
    const tasks = worker.tasks;
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      for (let i = 0; i < count; i += 1) put(writer, i + 1, 1, i, value);
      writer.commit(connection, 1);
    });
    await worker.list();
    expect(worker.log).not.toContain('committed 1');
    for (let i = 0; i < count; i += 1) {
      const { kind, request } = await worker.reply(connection, 1);
      expect([kind, request]).toEqual([ReplyKind.ok, i + 1]);
    }
    expect((await worker.reply(connection, 1)).kind).toBe(ReplyKind.committed);
    expect(worker.tasks - tasks).toBeGreaterThan(5);
    expect(await valueAt(2, 1, count - 1)).toBe(value);
  });

  it('forget the rest of a section whose transaction is aborted in the middle', async () => {
    worker.send((writer) => {
      begin(writer, connection, 1, 'readwrite', 1);
      for (let i = 0; i < 2000; i += 1) put(writer, 0, 1, i, 'x'.repeat(1000));
      // Without a request id a failure aborts.
      put(writer, 0, 99, 'k', 'no such store');
      for (let i = 0; i < 2000; i += 1) put(writer, 0, 1, i, 'x'.repeat(1000));
      writer.commit(connection, 1);
    });
    const kinds = [await worker.reply(connection, 1), await worker.reply(connection, 1)];
    expect(kinds.map(({ kind }) => kind)).toEqual([ReplyKind.error, ReplyKind.aborted]);
    worker.send((writer) => {
      begin(writer, connection, 2, 'readonly', 1);
      get(writer, 1, 1, 0);
    });
    expect(valueOf(await worker.reply(connection, 2))).toBeUndefined();
  });
});

describe('committing', () => {
  it('writes the log once for all that commit in a turn, and answers with one message', async () => {
    const messages = worker.dataMessages;
    worker.send((writer) => {
      for (const store of [1, 2]) {
        begin(writer, connection, store, 'readwrite', store);
        for (let i = 0; i < 100; i += 1) put(writer, i + 1, store, i, { i });
        writer.commit(connection, store);
      }
    });
    for (const transaction of [1, 2]) {
      for (let i = 0; i < 100; i += 1) await worker.reply(connection, transaction);
      expect((await worker.reply(connection, transaction)).kind).toBe(ReplyKind.committed);
    }
    expect(logWrites).toBe(1);
    expect(worker.dataMessages - messages).toBeLessThanOrEqual(2);
  });

  let last: number;
  beforeEach(() => (last = 0));

  /** Two transactions that don't wait for each other, in a message each. */
  async function commitTwo(durability: Durability = Durability.default): Promise<void> {
    const transactions = [++last, ++last];
    for (const [i, transaction] of transactions.entries()) {
      worker.send((writer) => {
        writer.begin(connection, transaction, TransactionMode.readwrite, durability, [i + 1]);
        writer.requests(connection, transaction);
        put(writer, 0, i + 1, 'k', 1);
        writer.commit(connection, transaction);
      });
    }
    for (const transaction of transactions) {
      expect((await worker.reply(connection, transaction)).kind).toBe(ReplyKind.committed);
    }
  }

  async function commitAlone(): Promise<void> {
    const transaction = ++last;
    worker.send((writer) => {
      begin(writer, connection, transaction, 'readwrite', 1);
      put(writer, 0, 1, 'k', 1);
      writer.commit(connection, transaction);
    });
    expect((await worker.reply(connection, transaction)).kind).toBe(ReplyKind.committed);
  }

  it('joins the transactions of several messages that wait together', async () => {
    await commitTwo();
    expect(logWrites).toBe(1);
  });

  it('stops waiting for others when none come, until some do', async () => {
    for (let i = 0; i < aloneMax; i += 1) await commitAlone();
    logWrites = 0;
    await commitTwo();
    expect(logWrites).toBe(2);
    // Three at a time, so that the one that looks for others is a first of two in the end.
    for (let i = 0; i < probeEvery; i += 1) {
      await commitAlone();
      await commitTwo();
    }
    logWrites = 0;
    await commitTwo();
    expect(logWrites).toBe(1);
  });

  it('waits for a transaction that is under way', async () => {
    for (let i = 0; i < aloneMax; i += 1) await commitAlone();
    const underWay = ++last;
    worker.send((writer) => {
      begin(writer, connection, underWay, 'readwrite', 2);
      put(writer, 1, 2, 'k', 1);
    });
    await worker.reply(connection, underWay);
    logWrites = 0;
    const messages = [++last, underWay].map((transaction) => (writer: CommandWriter) => {
      if (transaction !== underWay) begin(writer, connection, transaction, 'readwrite', 1);
      else writer.requests(connection, transaction);
      put(writer, 0, transaction === underWay ? 2 : 1, 'k', 2);
      writer.commit(connection, transaction);
    });
    for (const message of messages) worker.send(message);
    for (const transaction of [last, underWay]) {
      expect((await worker.reply(connection, transaction)).kind).toBe(ReplyKind.committed);
    }
    expect(logWrites).toBe(1);
  });

  it('waits for others always where they share a flush', async () => {
    for (let i = 0; i < aloneMax; i += 1) await commitAlone();
    logWrites = 0;
    await commitTwo(Durability.strict);
    expect(logWrites).toBe(1);
  });

  it('writes nothing for one that only read', async () => {
    await valueAt(1, 1, 'k');
    expect(logWrites).toBe(0);
  });
});

describe('a malformed message', () => {
  const headerOf = (kind: number, length: number, bytes: number): ArrayBuffer => {
    const words = Uint32Array.of(kind, length, connection, 1);
    const buffer = new ArrayBuffer(bytes);
    new Uint8Array(buffer).set(new Uint8Array(words.buffer).subarray(0, bytes));
    return buffer;
  };

  it.each([
    ['of another kind', 9, 16, 16],
    ['longer than the message', 2, 32, 16],
    ['shorter than its header', 2, 12, 16],
    ['of an odd length', 2, 18, 20],
    ['a BEGIN without a body', 1, 16, 16],
    ['for a transaction that was not begun', 2, 16, 16],
  ])('%s closes its connection with an error', async (_, kind, length, bytes) => {
    const buffer = headerOf(kind, length, bytes);
    const whole = new Uint8Array(16 + buffer.byteLength);
    // In front of it a section that is whole, to tell whose message it is.
    whole.set(new Uint8Array(headerOf(2, 16, 16)));
    new DataView(whole.buffer).setUint32(12, 0, true);
    whole.set(new Uint8Array(buffer), 16);
    worker.sendBuffer(whole.buffer);
    const closed = await worker.message('closed');
    expect(closed).toMatchObject({ connection, error: { status: StatusCode.invalid_argument } });
    await worker.open('a');
  });

  it('for no connection is passed over', async () => {
    worker.sendBuffer(new ArrayBuffer(3));
    expect(await valueAt(1, 1, 'k')).toBeUndefined();
  });
});
