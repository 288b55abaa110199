// Bytes that are not what was written: every truncation and every flipped bit of a sample, and
// random bytes. Each gives a value or a MalformedError, never another exception, a crash or a hang.
import { describe, expect, it } from 'vitest';
import { MalformedError } from '../../js/codec/malformed-error';
import { decodeTagged } from '../../js/codec/tagged-decoder';
import { ValueTag } from '../../js/codec/value-tags';
import { Random } from './codec-random';
import { encodeTaggedValue, fromHex, toHex } from './codec-values';

const inner = { n: -0, list: [1, , 'é\ud800'], missing: undefined };
const sample = encodeTaggedValue({
  inner,
  again: inner,
  map: new Map<unknown, unknown>([[new Date(5), /a(b)/g], [inner, new Set([1n, -300n])]]),
  wrappers: [new Boolean(true), new Number(1), new String('s'), Object(1n)],
  bytes: Uint16Array.of(1, 2, 3),
  view: new DataView(new ArrayBuffer(4), 1),
  error: new RangeError('m', { cause: inner }),
});
const platformObjects = fromHex(
  '01 11 03 20 04 612f 02 6869 21 02 66 0000000000000840 00 01 21 24 12 446174614572726f72 02 6d',
);
const resizable = fromHex('01 11 02 1e 05 01 04 1d 08 10 0102030405060708 08 01');

function outcome(bytes: Uint8Array): 'value' | 'error' {
  try {
    decodeTagged(bytes);
    return 'value';
  } catch (error) {
    if (error instanceof MalformedError) return 'error';
    throw new Error(`decoding ${toHex(bytes)}`, { cause: error });
  }
}

describe.each([
  ['the language', sample],
  ['the platform', platformObjects],
  ['resizable buffers', resizable],
])('the objects of %s', (_, whole) => {
  it('are read when whole', () => expect(outcome(whole)).toBe('value'));

  it('cut off anywhere are an error', () => {
    for (let end = 0; end < whole.length; end++) {
      expect([end, outcome(whole.subarray(0, end))]).toEqual([end, 'error']);
    }
  });

  it('with any bit flipped are a value or an error', () => {
    const outcomes = new Set<string>();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const broken = whole.slice();
      broken[bit >> 3] = (broken[bit >> 3] as number) ^ (1 << (bit & 7));
      outcomes.add(outcome(broken));
    }
    expect(outcomes).toContain('error');
  });
});

describe('random bytes', () => {
  const seed = Number(process.env['FLOWDB_SEED'] ?? Date.now() % 1e9);
  const tags = Object.values(ValueTag);

  it(`are a value or an error (FLOWDB_SEED=${seed})`, () => {
    const random = new Random(seed);
    const counts = { value: 0, error: 0 };
    for (let i = 0; i < 8_000; i++) {
      const byte = () => (random.chance(0.6) ? random.oneOf(tags) : random.below(256));
      counts[outcome(Uint8Array.from([1, ...random.list(16, byte)]))]++;
    }
    expect(counts.error).toBeGreaterThan(0);
    expect(counts.value).toBeGreaterThan(0);
  });
});
