// Reading from an object store or an index: get, getKey, count and their results.
// Specification: https://w3c.github.io/IndexedDB/#object-store-retrieval-operation,
// https://w3c.github.io/IndexedDB/#index-retrieval-operation
import { decodeEarly } from '../channel/early-values';
import type { Reply } from '../channel/reply-reader';
import { decodeKey } from '../codec/key-decoder';
import { requireKeyRange, toKeyRange } from './key-range';
import type { PlainKey } from './record-cache';
import type { Operation, Request } from './request';
import { convertToRead, type SourceHandle } from './source-handle';

/** With so many others that wait behind it, at most. */
const earlyMax = 31;

/** Where a get looks, in a store by a key. */
interface Place {
  readonly store: number;
  readonly key: PlainKey;
}

const valueResult: Operation = {
  result: ({ transaction }, reply) => {
    if (reply === undefined) return undefined;
    if (!reply.isEarly && reply.foundJson !== undefined) {
      const others = transaction.answersBehind(valueResult, earlyMax);
      if (others.length > 0) decodeEarly([reply, ...others]);
    }
    return reply.u32('found') === 0 ? undefined : reply.value();
  },
  onAnswer: ({ transaction: { connection }, detail }, reply) => {
    if (detail === undefined) return;
    const { store, key } = detail as Place;
    connection.cache?.add(connection.name, store, key, reply);
  },
};

const keyResult: Operation = {
  result: (_request, reply) =>
    reply === undefined || reply.u32('found') === 0
      ? undefined
      : decodeKey(reply.sizedBytes('primary key')),
};

const countResult: Operation = {
  result: (_request, reply: Reply | undefined) => reply?.f64('count'),
};

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-get, #dom-idbindex-get */
export function get(source: SourceHandle, query: unknown): Request {
  const range = convertToRead(source, requireKeyRange, query);
  const { transaction, id } = source;
  let place: Place | undefined;
  const isPlain = typeof range === 'number' || typeof range === 'string';
  if (transaction.mode === 'readonly' && !source.isIndex && isPlain) {
    const known = transaction.known(id, range);
    if (known !== undefined) return transaction.placeAnswered(source.facade, valueResult, known);
    place = { store: id, key: range };
  }
  transaction.commands.get(transaction.nextRequestId, id, range, false);
  return transaction.place(source.facade, valueResult, place);
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-getkey, #dom-idbindex-getkey */
export function getKey(source: SourceHandle, query: unknown): Request {
  const range = convertToRead(source, requireKeyRange, query);
  const { transaction } = source;
  transaction.commands.get(transaction.nextRequestId, source.id, range, true);
  return transaction.place(source.facade, keyResult);
}

/** https://w3c.github.io/IndexedDB/#dom-idbobjectstore-count, #dom-idbindex-count */
export function count(source: SourceHandle, query: unknown): Request {
  const range = convertToRead(source, toKeyRange, query);
  const { transaction } = source;
  transaction.commands.count(transaction.nextRequestId, source.id, range);
  return transaction.place(source.facade, countResult);
}
