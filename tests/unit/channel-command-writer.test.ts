// The bytes of sections and commands, written by hand from js/channel/PROTOCOL.md.
import { describe, expect, it, vi } from 'vitest';
import { CommandWriter } from '../../js/channel/command-writer';
import {
  Direction,
  Durability,
  GetAllWhat,
  Operation,
  ScanPosition,
  TransactionMode,
} from '../../js/channel/protocol';
import { ByteWriter } from '../../js/codec/byte-writer';
import { GENERATED } from '../../js/codec/key';
import { toKey } from '../../js/codec/key-encoder';
import type { Key } from '../../js/codec/key';
import { cloneForStorage, injectGenerated } from '../../js/codec/storable-clone';

/** Words (numbers), bytes (hexadecimal text) and f64s, as they stand in a message. */
function message(...parts: (number | string)[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part.replaceAll(' ', '');
      const word = Buffer.alloc(4);
      word.writeUInt32LE(part);
      return word.toString('hex');
    })
    .join('');
}

function written(write: (writer: CommandWriter) => void): string {
  const writer = new CommandWriter(8);
  write(writer);
  return Buffer.from(writer.take() ?? new ArrayBuffer(0)).toString('hex');
}

/** One command in a section of connection 7, transaction 9. */
function command(write: (writer: CommandWriter) => void): string {
  const all = written((writer) => {
    writer.requests(7, 9);
    write(writer);
  });
  expect(all.slice(0, 32)).toBe(message(2, all.length / 2, 7, 9));
  return all.slice(32);
}

const key = (value: unknown): Key => toKey(value) as Key;
const one = '10 bff0000000000000';

describe('sections', () => {
  it('BEGIN', () => {
    expect(
      written((writer) =>
        writer.begin(7, 9, TransactionMode.readwrite, Durability.strict, [3, 4]),
      ),
    ).toBe(message(1, 36, 7, 9, 1, 2, 2, 3, 4));
  });

  it('COMMIT and ABORT', () => {
    expect(written((writer) => writer.commit(7, 9))).toBe(message(3, 16, 7, 9));
    expect(written((writer) => writer.abort(7, 9))).toBe(message(4, 16, 7, 9));
  });

  it('hold the commands of one transaction until another one has its turn', () => {
    const clear = (request: number) => [6, 16, request, 5];
    expect(
      written((writer) => {
        writer.requests(1, 1);
        writer.clear(1, 5);
        writer.requests(1, 1);
        writer.clear(2, 5);
        writer.requests(1, 2);
        writer.clear(3, 5);
        writer.requests(2, 2);
        writer.clear(4, 5);
        writer.commit(2, 2);
        writer.requests(2, 2);
      }),
    ).toBe(
      message(
        ...[2, 48, 1, 1, ...clear(1), ...clear(2)],
        ...[2, 32, 1, 2, ...clear(3)],
        ...[2, 32, 2, 2, ...clear(4)],
        ...[3, 16, 2, 2],
        ...[2, 16, 2, 2],
      ),
    );
  });

  it('are taken out once, and the writer begins anew', () => {
    const writer = new CommandWriter();
    writer.requests(1, 1);
    writer.clear(1, 5);
    expect(writer.byteLength).toBe(32);
    expect(writer.take()?.byteLength).toBe(32);
    expect(writer.byteLength).toBe(0);
    expect(writer.take()).toBeUndefined();
    writer.requests(1, 1);
    writer.clear(2, 5);
    expect(Buffer.from(writer.take() as ArrayBuffer).toString('hex')).toBe(
      message(2, 32, 1, 1, 6, 16, 2, 5),
    );
  });
});

describe('a BEGIN', () => {
  const begin = (writer: CommandWriter, transaction: number) =>
    writer.begin(1, transaction, 0, 0, [5]);
  const kinds = (writer: CommandWriter): number[] => {
    const view = new DataView(writer.take() ?? new ArrayBuffer(0));
    const found: number[] = [];
    for (let at = 0; at < view.byteLength; at += view.getUint32(at + 4, true)) {
      found.push(view.getUint32(at, true));
    }
    return found;
  };

  it('is taken back where it is the last thing written', () => {
    const writer = new CommandWriter();
    begin(writer, 1);
    begin(writer, 2);
    expect([writer.withdraw(1, 1), writer.withdraw(2, 2), writer.withdraw(1, 2)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(writer.withdraw(1, 2)).toBe(false);
    expect(kinds(writer)).toEqual([1]);
    begin(writer, 3);
    expect(kinds(writer)).toEqual([1]);
    expect(writer.withdraw(1, 3)).toBe(false);
    begin(writer, 4);
    writer.requests(1, 4);
    writer.clear(1, 5);
    expect(writer.withdraw(1, 4)).toBe(false);
    expect(kinds(writer)).toEqual([1, 2]);
  });

  it('is all that was written, or is not', () => {
    const writer = new CommandWriter();
    const seen: boolean[] = [];
    const look = () => seen.push(writer.hasOnlyBegins);
    look();
    begin(writer, 1);
    begin(writer, 2);
    look();
    writer.commit(1, 2);
    look();
    begin(writer, 3);
    look();
    writer.withdraw(1, 3);
    look();
    writer.take();
    // As long as a BEGIN that was taken back.
    begin(writer, 4);
    writer.withdraw(1, 4);
    writer.requests(1, 1);
    writer.clear(1, 5);
    look();
    writer.take();
    begin(writer, 5);
    writer.take();
    writer.requests(1, 5);
    writer.clear(1, 5);
    look();
    expect(seen).toEqual([true, true, false, false, false, false, false]);
  });
});

describe('PUT', () => {
  it('of JSON text with a key and index keys', () => {
    const record = {
      key: key(1),
      clone: cloneForStorage({ a: 'é' }),
      indexKeys: [
        { index: 4, key: key('é') },
        { index: 6, key: key(1) },
      ],
      noOverwrite: true,
    };
    expect(command((writer) => writer.put(2, 3, record))).toBe(
      message(
        ...[1 | (1 << 8), 100, 2, 3],
        ...[9, `${one} 000000`],
        ...[0, 0xffffffff, 10, '7b2261223a22c3a9227d 0000'],
        2,
        ...[4, 0, 4, '30 8069 00'],
        ...[6, 0, 9, `${one} 000000`],
      ),
    );
  });

  it('with a generated key', () => {
    const clone = cloneForStorage({ é: 1 });
    injectGenerated(clone, 'id');
    const indexKeys = [{ index: 4, key: key(['x', GENERATED]) }];
    const record = { key: undefined, clone, indexKeys, noOverwrite: false };
    expect(command((writer) => writer.put(2, 3, record))).toBe(
      message(
        ...[1 | (2 << 8), 84, 2, 3],
        0,
        ...[0, 13, 14, '7b22c3a9223a312c226964223a7d 0000'],
        1,
        ...[4, 1, 5, 14, '50 307800 10 0000000000000000 00 0000'],
      ),
    );
  });

  it('of a tagged value with a generated key', () => {
    const clone = cloneForStorage({ n: 1n });
    injectGenerated(clone, 'id');
    const record = { key: undefined, clone, indexKeys: [], noOverwrite: false };
    expect(command((writer) => writer.put(2, 3, record))).toBe(
      message(
        ...[1 | (2 << 8), 56, 2, 3],
        0,
        ...[1, 12, 20, '01 10 02 026e 07 02 01 04 6964 05 0000000000000000'],
        0,
      ),
    );
  });

  it('in pieces is the same behind whatever was written', () => {
    const put = (id: number, bytes: number) => (writer: CommandWriter) => {
      const clone = cloneForStorage(new Uint8Array(bytes).fill(id));
      writer.put(id, 3, { key: id, clone, indexKeys: [], noOverwrite: false });
    };
    const puts = [put(1, 300_000), put(2, 9), put(3, 200_000), put(4, 300_000), put(5, 1_500_000)];
    for (const order of [puts, [...puts].reverse()]) {
      const each = order.map((one) => command(one)).join('');
      expect(command((writer) => order.forEach((one) => one(writer))) === each).toBe(true);
    }
  });

  it('in pieces is copied few times, however much was written', () => {
    const append = vi.spyOn(ByteWriter.prototype, 'append');
    const copiedBytes = () =>
      append.mock.calls.splice(0).reduce((sum, [source]) => sum + source.length, 0);
    const clone = cloneForStorage(new Uint8Array(400_000));
    const record = { key: 1, clone, indexKeys: [], noOverwrite: false };
    command((writer) => writer.put(1, 3, record));
    expect(copiedBytes() / 400_000).toBeCloseTo(2, 2);
    command((writer) => {
      for (let i = 0; i < 16; i++) {
        writer.put(i, 3, record);
      }
    });
    expect(copiedBytes() / 400_000).toBeCloseTo(3 * 16 - 1, 0);
    append.mockRestore();
  });

  it('in pieces that fails leaves whole commands behind', () => {
    const sent: string[] = [];
    const take = () => sent.push(Buffer.from(writer.take() ?? new ArrayBuffer(0)).toString('hex'));
    const writer = new CommandWriter(16, take);
    writer.requests(7, 9);
    const record = (bytes: number, id: number) => ({
      key: id,
      clone: cloneForStorage(new Uint8Array(bytes).fill(id)),
      indexKeys: [],
      noOverwrite: false,
    });
    for (const id of [1, 2]) writer.put(id, 3, record(200_000, id));
    const failing = { ...record(1_500_000, 3), get indexKeys(): never { throw new RangeError(); } };
    expect(() => writer.put(3, 3, failing)).toThrow(RangeError);
    writer.put(4, 3, record(300_000, 4));
    writer.clear(5, 5);
    take();
    const operations = sent.map((text) => {
      const bytes = Buffer.from(text, 'hex');
      const found: number[] = [];
      for (let at = 16; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
        found.push(bytes.readUInt32LE(at) & 0xff);
      }
      return found;
    });
    const { put, piece, clear } = Operation;
    expect(operations.flat()).toEqual([
      ...[put, put, piece, piece, piece, piece, piece],
      ...[piece, put, clear],
    ]);
    expect(sent.length).toBeGreaterThan(1);
    const last = command((other) => other.put(4, 3, record(300_000, 4)));
    expect(sent.join('').includes(last)).toBe(true);
  });

  it('that fails leaves nothing behind', () => {
    const writer = new CommandWriter();
    writer.requests(7, 9);
    writer.clear(1, 5);
    const clone = cloneForStorage({ blob: new Blob(['x']) });
    const record = { key: key(1), clone, indexKeys: [], noOverwrite: false };
    expect(() => writer.put(2, 3, record)).toThrow(TypeError);
    writer.clear(3, 5);
    expect(Buffer.from(writer.take() as ArrayBuffer).toString('hex')).toBe(
      message(2, 48, 7, 9, 6, 16, 1, 5, 6, 16, 3, 5),
    );
  });
});

describe('ranges', () => {
  const bounds = (lower: unknown, upper: unknown, lowerOpen: boolean, upperOpen: boolean) => ({
    lowerKey: lower === undefined ? undefined : key(lower),
    upperKey: upper === undefined ? undefined : key(upper),
    lowerOpen,
    upperOpen,
  });

  it('of everything', () => {
    expect(command((writer) => writer.count(2, 3, undefined))).toBe(message(4, 20, 2, 3, 0));
  });

  it('of one key', () => {
    expect(command((writer) => writer.delete(2, 3, key('a')))).toBe(
      message(5, 28, 2, 3, 16, 3, '306100 00'),
    );
    expect(command((writer) => writer.get(2, 3, key([]), true))).toBe(
      message(2 | (1 << 8), 28, 2, 3, 16, 2, '5000 0000'),
    );
  });

  it('of two bounds', () => {
    const range = bounds('a', 'b', false, true);
    expect(command((writer) => writer.count(2, 3, range))).toBe(
      message(4, 36, 2, 3, 1 | 2 | 8, 3, '306100 00', 3, '306200 00'),
    );
  });

  it('of one bound', () => {
    expect(command((writer) => writer.count(2, 3, bounds('a', undefined, true, false)))).toBe(
      message(4, 28, 2, 3, 1 | 4, 3, '306100 00'),
    );
    expect(command((writer) => writer.count(2, 3, bounds(undefined, 'b', false, true)))).toBe(
      message(4, 28, 2, 3, 2 | 8, 3, '306200 00'),
    );
  });

  it('of bounds that are equal', () => {
    expect(command((writer) => writer.count(2, 3, bounds('a', 'a', false, false)))).toBe(
      message(4, 36, 2, 3, 1 | 2, 3, '306100 00', 3, '306100 00'),
    );
  });
});

describe('other commands', () => {
  it('GET_ALL', () => {
    expect(
      command((writer) =>
        writer.getAll(2, 3, undefined, 100, Direction.prev, GetAllWhat.records),
      ),
    ).toBe(message(3, 32, 2, 3, 0, 100, 2, 2));
  });

  it('SCAN from the start, and from where it was', () => {
    const scan = {
      range: undefined,
      direction: Direction.nextUnique,
      keyOnly: false,
      entriesMax: 10,
      valueBytesMax: 1000,
      skip: 1,
    };
    expect(command((writer) => writer.scan(2, 3, { ...scan, start: undefined }))).toBe(
      message(7, 48, 2, 3, 0, 1, 10, 1000, 1, 0, 0, 0),
    );
    const start = {
      position: ScanPosition.atEntry,
      key: Uint8Array.of(0x30, 0x61, 0),
      primaryKey: key(1),
    };
    expect(command((writer) => writer.scan(2, 3, { ...scan, keyOnly: true, start }))).toBe(
      message(
        ...[7 | (1 << 8), 64, 2, 3, 0, 1, 10, 1000, 1, 3],
        ...[3, '306100 00', 9, `${one} 000000`],
      ),
    );
  });

  it('of the schema', () => {
    const store = { store: 3, name: '"s"', keyPath: 'null', autoIncrement: true };
    expect(command((writer) => writer.createStore(2, store))).toBe(
      message(8 | (1 << 8), 32, 2, 3, 3, '227322 00', 4, '6e756c6c'),
    );
    const flags = { unique: true, multiEntry: true };
    const index = { store: 3, index: 4, name: '"i"', keyPath: '""', ...flags };
    expect(command((writer) => writer.createIndex(2, index))).toBe(
      message(11 | (3 << 8), 36, 2, 4, 3, 3, '226922 00', 2, '2222 0000'),
    );
    expect(command((writer) => writer.rename(2, 4, '"n"'))).toBe(
      message(10, 24, 2, 4, 3, '226e22 00'),
    );
    expect(command((writer) => writer.deleteStore(2, 3))).toBe(message(9, 16, 2, 3));
    expect(command((writer) => writer.deleteIndex(2, 4))).toBe(message(12, 16, 2, 4));
  });

  it('BACKFILL', () => {
    const records = [
      { primaryKey: Uint8Array.of(0x50, 0), keys: [key('a'), key('b')] },
      { primaryKey: Uint8Array.of(0x30, 0), keys: [] },
    ];
    expect(command((writer) => writer.backfill(2, 4, records))).toBe(
      message(
        ...[13, 60, 2, 4, 2],
        ...[2, '5000 0000', 2, 3, '306100 00', 3, '306200 00'],
        ...[2, '3000 0000', 0],
      ),
    );
  });
});
