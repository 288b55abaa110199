// Scope locks: the order of transactions over stores.
import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../js/worker/scheduler';
import type { Claim } from '../../js/worker/scheduler';

const reader = (...stores: number[]): Claim => ({ isWriter: false, stores });
const writer = (...stores: number[]): Claim => ({ isWriter: true, stores });

describe('the scheduler', () => {
  it('lets readers of a store run together', () => {
    const scheduler = new Scheduler<Claim>();
    expect(scheduler.add(reader(1))).toBe(true);
    expect(scheduler.add(reader(1, 2))).toBe(true);
  });

  it('lets writers of different stores run together', () => {
    const scheduler = new Scheduler<Claim>();
    expect(scheduler.add(writer(1))).toBe(true);
    expect(scheduler.add(writer(2))).toBe(true);
  });

  it('gives a store in the order of the transactions', () => {
    const scheduler = new Scheduler<Claim>();
    const [w1, r1, r2, w2, r3] = [writer(1), reader(1), reader(1), writer(1), reader(1)];
    expect([w1, r1, r2, w2, r3].map((claim) => scheduler.add(claim))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(scheduler.end(w1)).toEqual([r1, r2]);
    expect(scheduler.end(r2)).toEqual([]);
    expect(scheduler.end(r1)).toEqual([w2]);
    expect(scheduler.end(w2)).toEqual([r3]);
  });

  it('makes a reader wait behind a writer that waits', () => {
    const scheduler = new Scheduler<Claim>();
    const [r1, w, r2] = [reader(1), writer(1), reader(1)];
    expect([r1, w, r2].map((claim) => scheduler.add(claim))).toEqual([true, false, false]);
    expect(scheduler.end(r1)).toEqual([w]);
    expect(scheduler.end(w)).toEqual([r2]);
  });

  it('waits for all stores of a scope', () => {
    const scheduler = new Scheduler<Claim>();
    const [a, b, both] = [writer(1), writer(2), writer(2, 1, 2)];
    expect([a, b, both].map((claim) => scheduler.add(claim))).toEqual([true, true, false]);
    expect(scheduler.end(b)).toEqual([]);
    expect(scheduler.end(a)).toEqual([both]);
  });

  it('gives up the place of one that ends while it waits', () => {
    const scheduler = new Scheduler<Claim>();
    const [w1, w2, w3] = [writer(1), writer(1), writer(1)];
    for (const claim of [w1, w2, w3]) scheduler.add(claim);
    // The third stood behind the second only, and has to wait for the first nevertheless.
    expect(scheduler.end(w2)).toEqual([]);
    expect(scheduler.end(w1)).toEqual([w3]);
  });

  it('answers ending twice, or something unknown, with nothing', () => {
    const scheduler = new Scheduler<Claim>();
    const claim = writer(1);
    scheduler.add(claim);
    scheduler.end(claim);
    expect(scheduler.end(claim)).toEqual([]);
    expect(scheduler.add(writer(1))).toBe(true);
  });
});
