// Numbers that look random and are the same in every run, so that each implementation and each
// round is given the same documents and the same keys.

/** @returns the next number from 0 to below `limit` */
export type Dice = (limit: number) => number;

/** Mulberry32, by Tommy Ettinger: a step of 32 bits, mixed twice. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit);
  };
}

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** A word of `length` letters. */
export function word(roll: Dice, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += letters[roll(letters.length)];
  return text;
}

/** Words with spaces between them, `length` characters in all. */
export function prose(roll: Dice, length: number): string {
  let text = word(roll, 3 + roll(7));
  while (text.length < length) text += ` ${word(roll, 3 + roll(7))}`;
  return text.slice(0, length);
}
