// Values of random programs: each has a number that tells the rest, in all the ways in which values
// are stored.
import type { Random } from '../codec-random';
import type { Value } from './stores';

const ways = 9;
/** More than one message holds, and more than the page keeps. */
const largeChars = 300_000;
const longChars = 20_000;

export interface Stored extends Record<string, unknown> {
  readonly v: number;
}

export class Values {
  readonly #random: Random;
  readonly #newNumber: () => number;

  constructor(random: Random, newNumber: () => number) {
    this.#random = random;
    this.#newNumber = newNumber;
  }

  /** One that was not there before. */
  next(): Value {
    return valueOf(this.#newNumber());
  }

  stored({ v, by, one }: Value): Stored {
    return { v, by, one, ...this.#more(v) };
  }

  #more(v: number): Record<string, unknown> {
    switch (v % ways) {
      case 0:
        return { date: new Date(v) };
      case 1:
        return { missing: undefined };
      case 2:
        return { bytes: Uint8Array.of(v & 255, 1, 2), none: NaN };
      case 3:
        return { text: 'é'.repeat(this.#length()) };
      case 4:
        return this.#random.chance(0.3) ? { blob: new Blob(['x'.repeat(v % 7)]) } : {};
      case 5:
        return { map: new Map([[1, { v }]]) };
      default:
        return { text: `${v}` };
    }
  }

  #length(): number {
    return this.#random.chance(0.1) ? largeChars : this.#random.below(longChars);
  }
}

function valueOf(v: number): Value {
  return { v, by: v % 5, one: v % 8 };
}

/** 'none', or the value's number. Spoils the value: nobody else may have it. */
export function nameOfValue(value: unknown): string {
  if (value === undefined) return 'none';
  const stored = value as Stored;
  const name = isWhole(stored) ? `v${stored.v}` : `damaged v${stored.v}`;
  spoil(stored);
  return name;
}

function isWhole({ v, by, one, ...rest }: Stored): boolean {
  const { by: expectedBy, one: expectedOne } = valueOf(v);
  if (by !== expectedBy || one !== expectedOne) return false;
  switch (v % ways) {
    case 0:
      return rest['date'] instanceof Date && rest['date'].getTime() === v;
    case 1:
      return 'missing' in rest && rest['missing'] === undefined;
    case 2:
      return String(rest['bytes']) === `${v & 255},1,2` && Number.isNaN(rest['none']);
    case 3:
      return /^é*$/.test(String(rest['text']));
    case 4:
      return !('blob' in rest) || (rest['blob'] as Blob).size === v % 7;
    case 5:
      return (rest['map'] as Map<number, Stored>).get(1)?.v === v;
    default:
      return rest['text'] === `${v}`;
  }
}

function spoil(value: Stored): void {
  (value['date'] as Date | undefined)?.setTime(0);
  (value['bytes'] as Uint8Array | undefined)?.fill(9);
  (value['map'] as Map<number, unknown> | undefined)?.clear();
  for (const name of Object.keys(value)) value[name] = 'spoilt';
}
