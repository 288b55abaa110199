// Chance that can be had again: everything below follows from the seed.

export class Dice {
  #state;

  /** @param {number} seed any integer from 0 to 2^32 - 1 */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, and without, 1 (the generator is known as mulberry32). */
  roll() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 up to, and without, `end`. */
  below(end) {
    return Math.floor(this.roll() * end);
  }

  /** True that often, of 1. */
  chance(probability) {
    return this.roll() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** `count` things, each made by a call. */
  times(count, make) {
    return Array.from({ length: count }, (_, i) => make(i));
  }
}
