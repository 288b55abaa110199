// An index created on a store that has records: the engine does not look into values, so the
// records are read here, their keys extracted as the page would, and handed back.
import type { BackfillRecord } from '../channel/commands';
import { CommandWriter } from '../channel/command-writer';
import { Direction, ScanPosition, SECTION_HEADER_BYTES } from '../channel/protocol';
import { Ahead, ReplyReader } from '../channel/reply-reader';
import { errorData, StatusCode } from '../channel/status';
import type { ErrorData } from '../channel/status';
import { KeyReader } from '../codec/key-decoder';
import { extractIndexKeys } from '../codec/key-path';
import { MalformedError } from '../codec/malformed-error';
import type { Engine } from './engine';
import type { FlowBackfill, TakeReplies } from './flow-module';
import type { Transaction } from './transaction';

// A batch in the heap at a time: small enough for it, large enough to be quick.
const entriesMax = 2048;
const valueBytesMax = 1 << 20;

/** A request id of the worker's own, in a reply that no page sees. */
const scanRequest = 1;

interface Batch {
  readonly keys: Uint8Array;
  readonly values: readonly unknown[];
  readonly isLast: boolean;
}

/**
 * Fills the index that waits for it, if one does. The transaction may be over afterwards: a
 * violated unique index aborts it.
 * @param keepReplies takes the page's replies out of the heap, where those of the scan will be
 * @returns why the transaction has to be aborted, if the engine has not done it
 */
export function runBackfill(
  engine: Engine,
  transaction: Transaction,
  keepReplies: () => void,
): ErrorData | undefined {
  const { calls } = engine;
  const { handle } = transaction;
  const text = calls.backfill(handle);
  if (text === '') return undefined;
  const waiting = JSON.parse(text) as FlowBackfill;
  keepReplies();
  try {
    let last: Uint8Array | undefined;
    for (let isLast = false; !isLast; ) {
      const batch = scan(engine, transaction, waiting.store, last);
      const records = recordsOf(batch, waiting);
      last = records.at(-1)?.primaryKey;
      isLast = batch.isLast || last === undefined;
      execute(engine, transaction, noReplies, (writer) =>
        writer.backfill(0, waiting.index.id, records),
      );
      if (!calls.isOpen(handle)) return undefined;
    }
    calls.endBackfill(handle);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.data;
    if (!(error instanceof MalformedError)) throw error;
    return errorData(StatusCode.corruption, error.message);
  }
}

class Refusal extends Error {
  constructor(readonly data: ErrorData) {
    super(data.message);
  }
}

function scan(
  engine: Engine,
  transaction: Transaction,
  store: number,
  behind: Uint8Array | undefined,
): Batch {
  const start =
    behind === undefined ? undefined : { position: ScanPosition.behind, key: behind };
  const request = {
    range: undefined,
    direction: Direction.next,
    keyOnly: false,
    entriesMax,
    valueBytesMax,
    skip: 0,
    start,
  };
  const ahead = new Ahead();
  // Only pieces come early: whatever else there was, the page has got before.
  const takePieces = ({ buffer }: Uint8Array<ArrayBuffer>) => new ReplyReader(buffer, ahead).next();
  execute(engine, transaction, takePieces, (writer) => writer.scan(scanRequest, store, request));
  const reply = new ReplyReader(engine.takeReplies().buffer, ahead).next();
  if (reply === undefined) throw new MalformedError('scan', 0, 'has no reply');
  if (!reply.ok) {
    const { status, message } = reply.failure();
    throw new Refusal(errorData(status, message));
  }
  const count = reply.u32('count');
  const isLast = reply.u32('done') !== 0;
  const keys = reply.sizedBytes('keys');
  return { keys, values: reply.values(count), isLast };
}

function recordsOf({ keys, values }: Batch, { index }: FlowBackfill): BackfillRecord[] {
  const reader = new KeyReader(keys);
  return values.map((value) => ({
    primaryKey: reader.keyBytes(),
    keys: extractIndexKeys(value, index.keyPath, index.multiEntry),
  }));
}

function execute(
  engine: Engine,
  transaction: Transaction,
  take: TakeReplies,
  write: (writer: CommandWriter) => void,
): void {
  const writer = new CommandWriter();
  writer.requests(transaction.connection.id, transaction.id);
  write(writer);
  // The engine takes the inside of a section, all of it: it is one command.
  const commands = new Uint8Array(writer.take() ?? new ArrayBuffer(0), SECTION_HEADER_BYTES);
  const consumed = engine.execute(transaction, commands, take);
  if (consumed === undefined) throw new Refusal(errorData(StatusCode.out_of_memory, ''));
}

function noReplies(): void {}
