// Replies, built by hand from js/channel/PROTOCOL.md: what is read from them, and what is refused.
import { describe, expect, it } from 'vitest';
import { ReplyKind } from '../../js/channel/protocol';
import { Ahead, ReplyReader, type Reply } from '../../js/channel/reply-reader';
import { ByteReader } from '../../js/codec/byte-reader';
import { MalformedError } from '../../js/codec/malformed-error';
import { readTagged } from '../../js/codec/tagged-decoder';
import { message, sized, withLength } from './channel-replies';

function only(...parts: (number | string)[]): Reply {
  return new ReplyReader(message(...withLength(0, 7, 9, 5, parts))).next() as Reply;
}

describe('replies', () => {
  it('come one after the other and can be kept', () => {
    const reader = new ReplyReader(
      message(
        ...withLength(0, 7, 9, 1, [42]),
        ...withLength(1, 7, 9, 2, [2, ...sized('6578 69737473')]),
        ...withLength(2, 7, 9, 0, []),
        ...withLength(3, 8, 9, 0, [0, 0]),
      ),
    );
    const replies = [...Array(4)].map(() => reader.next() as Reply);
    expect(reader.next()).toBeUndefined();
    expect(replies.map(({ kind, connection, transaction, request, ok }) =>
      [kind, connection, transaction, request, ok])).toEqual([
      [ReplyKind.ok, 7, 9, 1, true],
      [ReplyKind.error, 7, 9, 2, false],
      [ReplyKind.committed, 7, 9, 0, false],
      [ReplyKind.aborted, 8, 9, 0, false],
    ]);
    expect(replies[0]?.u32('count')).toBe(42);
    expect(replies[0]?.error).toBeNull();
    expect(replies[1]?.error).toMatchObject({ name: 'ConstraintError', message: 'exists' });
    expect(replies[1]?.error).toBe(replies[1]?.error);
    expect(replies[3]?.failure()).toEqual({ status: 0, message: '' });
  });

  it('of no message at all are none', () => {
    expect(new ReplyReader(new ArrayBuffer(0)).next()).toBeUndefined();
  });

  it('hold numbers, bytes and values', () => {
    const reply = only('000000000000f83f', ...sized('0102 03'), 0, ...sized('7b7d'), 9);
    expect(reply.f64('count')).toBe(1.5);
    expect([...reply.sizedBytes('keys')]).toEqual([1, 2, 3]);
    expect(reply.value()).toEqual({});
    expect(reply.u32('end')).toBe(9);
    expect(() => reply.u32('more')).toThrow(MalformedError);
  });

  it('hold values as one JSON text', () => {
    const values = only(0, ...sized(Buffer.from('[1,{"a":2}]').toString('hex'))).values(2);
    expect(values).toEqual([1, { a: 2 }]);
  });

  it('hold values of several kinds', () => {
    const values = only(1, 0, ...sized('31'), 1, ...sized('0100')).values(2);
    expect(values).toEqual([1, undefined]);
  });

  it('of another number of values than promised are malformed', () => {
    expect(() => only(0, ...sized('5b315d')).values(2)).toThrow(MalformedError);
    expect(() => only(1, 0, ...sized('31')).values(2)).toThrow(MalformedError);
  });
});

describe('values of the tagged form', () => {
  const list = (...values: string[]): Reply =>
    only(values.length, 1, ...values.flatMap((hex) => [1, ...sized(hex)]));

  it('are read where they stand, one after the other', () => {
    const reply = list('01 1501 1000 1601 0406', '01 1e 01 00 00 02 1c 02 07 09', '01 07 02 05');
    const [map, ...others] = reply.values(reply.u32('count'));
    expect([...(map as Map<object, unknown>)]).toEqual([[{}, new Set([3])]]);
    expect(others).toEqual([Uint8Array.of(7, 9), 5n]);
  });

  it.each([
    ['a string', '01 06 04 61', '01 00'],
    ['a number', '01 05 00 00', '01 00'],
  ])('end where they end: %s does not go on in the next one', (_, cut, next) => {
    const reply = list(cut, next);
    expect(() => reply.values(reply.u32('count'))).toThrow(MalformedError);
  });

  it('end where they end, if a view has its buffer behind that', () => {
    const bytes = Uint8Array.of(1, 0x1e, 1, 0, 0, 2, 0x1c, 2, 7, 9);
    expect(readTagged(new ByteReader(bytes))).toEqual(Uint8Array.of(7, 9));
    expect(() => readTagged(new ByteReader(bytes, 0, 6))).toThrow(MalformedError);
  });
});

describe('values ahead of their reply', () => {
  const json = (text: string) => [0, ...sized(Buffer.from(text).toString('hex'))];
  const part = (...body: (number | string)[]) => withLength(5, 7, 9, 5, body);
  const ahead = new Ahead();
  const next = (...parts: (number | string)[]) => new ReplyReader(message(...parts), ahead).next();
  const rest = () => next(...withLength(0, 7, 9, 5, json('[4]'))) as Reply;

  it('are joined with its own, across messages', () => {
    expect(next(...part(2, ...json('[1,2]')), ...part(1, 1, 1, ...sized('0100')))).toBeUndefined();
    expect(next(...part(1, ...json('[3]')))).toBeUndefined();
    expect(rest().values(5)).toEqual([1, 2, undefined, 3, 4]);
    expect(rest().values(1)).toEqual([4]);
  });

  it('may come in pieces themselves', () => {
    const pieces = [
      ...withLength(4 + 0x100, 7, 9, 5, sized('2261')),
      ...withLength(4, 7, 9, 5, sized('62 22')),
    ];
    const large = [1, 0x100, 0];
    expect(next(...pieces, ...part(1, ...large), ...pieces)).toBeUndefined();
    const reply = next(...withLength(0, 7, 9, 5, large)) as Reply;
    expect(reply.values(2)).toEqual(['ab', 'ab']);
  });

  it('are void before an error', () => {
    const error = withLength(1, 7, 9, 5, [2, ...sized('6578 69737473')]);
    expect(next(...part(1, ...json('[1]')), ...error)?.error).toMatchObject({ message: 'exists' });
    expect(rest().values(1)).toEqual([4]);
  });

  it('that are damaged are the failure of the one who asks for them', () => {
    expect(next(...part(2, ...json('[1]')), ...part(1, ...json('[2]')))).toBeUndefined();
    const reply = rest();
    expect(() => reply.values(3)).toThrow(MalformedError);
    expect(rest().values(1)).toEqual([4]);
  });

  it('that the platform does not decode are nobody else’s failure', () => {
    const failing = only(1);
    failing.values = () => {
      throw new RangeError('too large');
    };
    ahead.addValues(failing);
    const reply = rest();
    expect(() => reply.values(2)).toThrow(RangeError);
    expect(rest().values(1)).toEqual([4]);
  });

  it('are as many as were promised', () => {
    expect(next(...part(2, ...json('[1,2]')))).toBeUndefined();
    const reply = rest();
    expect(() => reply.values(4)).toThrow(MalformedError);
    expect(next(...part(2, ...json('[1,2]')))).toBeUndefined();
    const none = next(...withLength(0, 7, 9, 5, [1])) as Reply;
    expect(() => none.values(1)).toThrow(MalformedError);
  });
});

describe('malformed replies', () => {
  it.each<[string, (number | string)[], string]>([
    ['an unknown kind', [6, 20, 0, 0, 0], 'reply kind'],
    ['flags that are reserved', [0x100, 20, 0, 0, 0], 'reply kind'],
    ['a short header', [0, 20, 0, 0], 'reply length'],
    ['half a word', [0, '14'], 'reply length'],
    ['a length below the header', [0, 16, 0, 0, 0], 'reply length'],
    ['a length past the end', [0, 24, 0, 0, 0], 'reply length'],
    ['a length off the grid', [0, 21, 0, 0, 0, 0], 'reply length'],
  ])('%s', (_, parts, field) => {
    const next = () => new ReplyReader(message(...parts)).next();
    expect(next).toThrow(MalformedError);
    expect(next).toThrow(expect.objectContaining({ field }));
  });

  it('never let a body be read past its end', () => {
    const two = message(...withLength(0, 1, 1, 1, [100]), ...withLength(0, 1, 1, 2, [1, 2, 3]));
    const first = new ReplyReader(two).next() as Reply;
    expect(() => first.sizedBytes('keys')).toThrow(expect.objectContaining({ field: 'keys' }));
    expect(() => only(2, 0, 0).values(1)).toThrow(
      expect.objectContaining({ field: 'values format' }),
    );
  });
});
