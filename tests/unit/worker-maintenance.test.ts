// When the engine's upkeep runs: not between the messages of a busy page, but not never either.
import { expect, test } from 'vitest';
import type { Database } from '../../js/worker/database';
import type { Environment } from '../../js/worker/environment';
import { Maintenance } from '../../js/worker/maintenance';

// A clock that stands until a test moves it, and a database with that many slices to do.
class Bench {
  nowMs = 0;
  slices: number[] = [];
  readonly errors: unknown[] = [];
  readonly maintenance: Maintenance;
  #waits: { due: number; resolve: () => void }[] = [];

  constructor(pending: number, maintain?: () => number) {
    const environment = {
      postTask: (callback: () => void) => queueMicrotask(callback),
      clock: {
        now: () => this.nowMs,
        wait: (ms: number) =>
          new Promise<void>((resolve) => this.#waits.push({ due: this.nowMs + ms, resolve })),
      },
    } as unknown as Environment;
    this.maintenance = new Maintenance(environment, (error) => this.errors.push(error));
    const slice = () => {
      this.slices.push(this.nowMs);
      return this.slices.length < pending ? 1 : 0;
    };
    const database = { isClosed: false, engine: { calls: { maintain: maintain ?? slice } } };
    this.maintenance.add(database as unknown as Database);
  }

  async advance(ms: number): Promise<void> {
    this.nowMs += ms;
    const over = this.#waits.filter(({ due }) => due <= this.nowMs);
    this.#waits = this.#waits.filter(({ due }) => due > this.nowMs);
    for (const { resolve } of over) resolve();
    for (let i = 0; i < 50; i++) await Promise.resolve();
  }
}

test('a quiet page gets all of it', async () => {
  const bench = new Bench(4);
  bench.maintenance.start();
  await bench.advance(2);
  expect(bench.slices).toEqual([]);
  await bench.advance(1);
  expect(bench.slices).toEqual([3, 3, 3, 3]);
});

test('a busy page has a slice in its way now and then only', async () => {
  const bench = new Bench(1000);
  for (let ms = 0; ms < 400; ms++) {
    bench.maintenance.start();
    await bench.advance(1);
  }
  expect(bench.slices).toEqual([100, 200, 300, 400]);
});

test('what was added while it ran is done, too, and a second start does not run it twice', async () => {
  const bench = new Bench(2);
  bench.maintenance.start();
  bench.maintenance.start();
  await bench.advance(3);
  expect(bench.slices).toEqual([3, 3]);
  bench.maintenance.start();
  await bench.advance(10);
  expect(bench.slices).toHaveLength(2);
});

test('a slice that traps is told, and the next start tries again', async () => {
  let calls = 0;
  const bench = new Bench(1, () => {
    if (++calls === 1) throw new Error('trap');
    return 0;
  });
  bench.maintenance.start();
  await bench.advance(3);
  expect(bench.errors).toHaveLength(1);
  bench.maintenance.start();
  await bench.advance(3);
  expect(calls).toBe(2);
});
