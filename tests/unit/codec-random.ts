// Random keys and values from a seed that is printed, so that a failing run can be repeated.
import type { KeyValue } from '../../js/codec/key-decoder';

const units = [0, 1, 2, 0x61, 0x7f, 0x80, 0xff, 0x100, 0x407f, 0x4080, 0xd800, 0xdc00, 0xffff];
const numbers = [0, 1, -1, 1.5, -1.5, 255, 256, 5e-324, -5e-324, 2 ** 53, -(2 ** 53), Infinity];

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32. @returns 0 to 1, without 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  list<T>(lengthMax: number, make: () => T): T[] {
    return Array.from({ length: this.below(lengthMax + 1) }, make);
  }

  number(): number {
    if (this.chance(0.5)) return this.oneOf(numbers);
    return (this.next() - 0.5) * 10 ** this.below(20);
  }

  string(): string {
    const unit = () => (this.chance(0.7) ? this.oneOf(units) : this.below(0x10000));
    return String.fromCharCode(...this.list(this.chance(0.1) ? 60 : 5, unit));
  }

  buffer(): ArrayBuffer {
    return Uint8Array.from(this.list(4, () => this.oneOf([0, 0, 1, 254, 255]))).buffer;
  }

  key(depth: number): KeyValue {
    switch (this.below(depth === 0 ? 4 : 5)) {
      case 0:
        return this.number();
      case 1:
        return new Date(Math.trunc(this.below(1e6) - 5e5) + 0);
      case 2:
        return this.string();
      case 3:
        return this.buffer();
      default:
        return this.list(3, () => this.key(depth - 1));
    }
  }

  /** A key that has much in common with another one, and may be equal. */
  nearby(key: KeyValue): KeyValue {
    if (typeof key === 'number') return this.chance(0.5) ? key : -key + 0;
    if (key instanceof Date) return new Date(key.getTime() + this.below(3) - 1);
    if (typeof key === 'string') return this.chance(0.5) ? key + this.string() : key.slice(0, -1);
    if (key instanceof ArrayBuffer) return this.chance(0.5) ? key.slice(0) : key.slice(0, -1);
    if (key.length === 0 || this.chance(0.3)) return [...key, ...this.list(1, () => this.key(0))];
    const at = this.below(key.length);
    return key.map((element, i) => (i === at ? this.nearby(element) : element));
  }
}
