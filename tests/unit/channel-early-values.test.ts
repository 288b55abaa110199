// Values that are decoded before they are asked for: the same as by themselves, whatever stands
// beside them.
import { describe, expect, it } from 'vitest';
import { decodeEarly, earlyBytesMax } from '../../js/channel/early-values';
import { ReplyReader, type Reply } from '../../js/channel/reply-reader';
import { MalformedError } from '../../js/codec/malformed-error';
import { message, sized, withLength } from './channel-replies';

const hex = (text: string) => Buffer.from(text).toString('hex');
const json = (text: string) => [1, 0, ...sized(hex(text))];
const tagged = [1, 1, ...sized('0100')];
const none = [0];

function repliesOf(...bodies: (number | string)[][]): Reply[] {
  const reader = new ReplyReader(
    message(...bodies.flatMap((body, i) => withLength(0, 7, 9, i + 1, body))),
  );
  return bodies.map(() => reader.next() as Reply);
}

/** What a GET's answer says. */
function taken(reply: Reply): unknown {
  return reply.u32('found') === 0 ? 'none' : reply.value();
}

describe('early values', () => {
  it('are the values of those that have found JSON text', () => {
    const replies = repliesOf(json('{"a":"ö"}'), none, tagged, json('[1,2]'), json('null'));
    decodeEarly(replies);
    expect(replies.map((reply) => reply.isEarly)).toEqual([true, false, false, true, true]);
    expect(replies.map(taken)).toEqual([{ a: 'ö' }, 'none', undefined, [1, 2], null]);
    expect(replies.map((reply) => reply.isEarly)).not.toContain(true);
  });

  it('are what they are by themselves', () => {
    const texts = ['{"__proto__":{"a":1}}', '"\ufeff"', ' 1 ', '"\\ud800"', '{"a":[]}'];
    const early = repliesOf(...texts.map(json));
    decodeEarly(early);
    expect(early.every((reply) => reply.isEarly)).toBe(true);
    expect(early.map(taken)).toStrictEqual(repliesOf(...texts.map(json)).map(taken));
  });

  it('are not made where one is no UTF-8', () => {
    const cut = [1, 0, ...sized('22c3')];
    const replies = repliesOf(json('1'), cut, json('2'));
    decodeEarly(replies);
    expect(taken(replies[0] as Reply)).toBe(1);
    expect(() => taken(replies[1] as Reply)).toThrow(MalformedError);
    expect(taken(replies[2] as Reply)).toBe(2);
  });

  it('are not made for one alone', () => {
    const replies = repliesOf(json('1'), none);
    decodeEarly(replies);
    expect(replies.map((reply) => reply.isEarly)).toEqual([false, false]);
    expect(replies.map(taken)).toEqual([1, 'none']);
  });

  it.each([['{"a":'], ['1,2'], [''], ['"\u0001"']])('leave all where one is %j', (text) => {
    const replies = repliesOf(json('{"b":1}'), json(text), json('3'));
    decodeEarly(replies);
    expect(replies.map((reply) => reply.isEarly)).toEqual([false, false, false]);
    expect(taken(replies[0] as Reply)).toEqual({ b: 1 });
    expect(() => taken(replies[1] as Reply)).toThrow(MalformedError);
    expect(taken(replies[2] as Reply)).toBe(3);
  });

  it('pass over what has no room for what it promises', () => {
    const [first, short, long] = repliesOf(json('1'), [1, 0], [1, 0, 99, 0]) as Reply[];
    decodeEarly([first, short, long] as Reply[]);
    expect(short?.foundJson).toBeUndefined();
    expect(long?.foundJson).toBeUndefined();
    for (const body of [[], [1], [1, 0]]) {
      expect(repliesOf(json('1'), body)[1]?.foundJson).toBeUndefined();
    }
    expect(() => taken(short as Reply)).toThrow(MalformedError);
    expect(() => taken(long as Reply)).toThrow(MalformedError);
  });

  it('are so many as fit', () => {
    // Beside two brackets and a comma.
    const of = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    const [first, second] = [of(earlyBytesMax / 2), of(earlyBytesMax / 2 - 3)];
    const [third, fourth] = [of(earlyBytesMax / 4), of(earlyBytesMax / 4 - 4 + 1)];
    const over = repliesOf(json(first), json(third), json(fourth), json('1'));
    decodeEarly(over);
    expect(over.map((reply) => reply.isEarly)).toEqual([true, true, false, false]);
    const fitting = repliesOf(json(first), json(second), json('1'));
    decodeEarly(fitting);
    expect(fitting.map((reply) => reply.isEarly)).toEqual([true, true, false]);
    expect(fitting.map(taken)).toEqual([JSON.parse(first), JSON.parse(second), 1]);
  });
});
