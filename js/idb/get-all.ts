// Reading many records with one request: getAll, getAllKeys, getAllRecords.
// Specification: https://w3c.github.io/IndexedDB/#create-request-to-retrieve-multiple-items
import type { Range } from '../channel/commands';
import { Direction, GetAllWhat } from '../channel/protocol';
import type { Reply } from '../channel/reply-reader';
import { KeyReader, type KeyValue } from '../codec/key-decoder';
import { IDBRecord } from './IDBRecord';
import { isPotentialKeyRange, toKeyRange } from './key-range';
import type { Operation, Request } from './request';
import { requireReadable, type SourceHandle } from './source-handle';
import { internal } from './webidl/interface-shape';

/** What the dictionary IDBGetAllOptions holds, converted. */
export interface GetAllOptions {
  readonly count: number | undefined;
  readonly direction: Direction;
  readonly query: unknown;
}

type ItemKind = 'value' | 'key' | 'record';

const valuesResult: Operation = {
  result: (_request, reply) => reply?.values(reply.u32('count')),
};

const keysResult: Operation = {
  result: (_request, reply) => (reply === undefined ? undefined : readKeys(reply)),
};

// The detail is whether the records come from an index.
const recordsResult: Operation = {
  result: (request, reply) =>
    reply === undefined ? undefined : readRecords(reply, request.detail === true),
};

const kinds = {
  value: { what: GetAllWhat.values, operation: valuesResult },
  key: { what: GetAllWhat.primaryKeys, operation: keysResult },
  record: { what: GetAllWhat.records, operation: recordsResult },
} as const;

/**
 * https://w3c.github.io/IndexedDB/#create-a-request-to-retrieve-multiple-items
 * @param toOptions converts what is no key range to the dictionary of options
 */
export function getAll(
  source: SourceHandle,
  kind: ItemKind,
  queryOrOptions: unknown,
  count: number | undefined,
  toOptions: (value: unknown) => GetAllOptions,
): Request {
  requireReadable(source);
  const isNone = queryOrOptions === undefined || queryOrOptions === null;
  const isQuery = kind !== 'record' && (isNone || isPotentialKeyRange(queryOrOptions));
  if (isQuery) {
    const range = toKeyRange(queryOrOptions);
    return placeGetAll(source, kind, range, count, Direction.next);
  }
  const options = toOptions(queryOrOptions);
  const range = toKeyRange(options.query);
  return placeGetAll(source, kind, range, options.count, options.direction);
}

function placeGetAll(
  source: SourceHandle,
  kind: ItemKind,
  range: Range,
  count: number | undefined,
  direction: Direction,
): Request {
  // Getters of the options or of a key may have ended the transaction.
  requireReadable(source);
  const { transaction, id } = source;
  const { what, operation } = kinds[kind];
  const request = transaction.nextRequestId;
  transaction.commands.getAll(request, id, range, count ?? 0, direction, what);
  return transaction.place(source.facade, operation, source.isIndex);
}

function readKeys(reply: Reply): KeyValue[] {
  const count = reply.u32('count');
  const reader = new KeyReader(reply.sizedBytes('keys'));
  const keys: KeyValue[] = [];
  for (let i = 0; i < count; i++) keys.push(reader.value());
  return keys;
}

function readRecords(reply: Reply, isIndex: boolean): IDBRecord[] {
  const count = reply.u32('count');
  const reader = new KeyReader(reply.sizedBytes('keys'));
  const keys: { key: KeyValue; primaryKey: KeyValue }[] = [];
  for (let i = 0; i < count; i++) {
    const key = reader.value();
    keys.push({ key, primaryKey: isIndex ? reader.value() : key });
  }
  const values = reply.values(count);
  return keys.map(
    ({ key, primaryKey }, i) => new IDBRecord(internal, { key, primaryKey, value: values[i] }),
  );
}
