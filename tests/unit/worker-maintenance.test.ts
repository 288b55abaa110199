// When the engine's upkeep runs: not between the messages of a busy page, but not never either.
import { expect, test } from 'vitest';
import type { Database } from '../../js/worker/database';
import type { Environment } from '../../js/worker/environment';
import { Maintenance } from '../../js/worker/maintenance';

// A clock that stands until a test moves it, and a database with that many slices to do.
class Bench {
  nowMs = 0;
  slices: number[] = [];
  tidied: number[] = [];
  readonly errors: unknown[] = [];
  readonly maintenance: Maintenance;
  readonly database: { isClosed: boolean; maintain: (us: number, tidies: boolean) => boolean };
  #waits: { due: number; resolve: () => void }[] = [];

  constructor(pending: number, maintain?: () => boolean, tidyings = 1) {
    const environment = {
      postTask: (callback: () => void) => queueMicrotask(callback),
      clock: {
        now: () => this.nowMs,
        wait: (ms: number) =>
          new Promise<void>((resolve) => this.#waits.push({ due: this.nowMs + ms, resolve })),
      },
    } as unknown as Environment;
    this.maintenance = new Maintenance(
      environment,
      () => {},
      (error) => this.errors.push(error),
    );
    const slice = (_budgetUs: number, tidies: boolean) => {
      if (tidies) return this.tidied.push(this.nowMs) < tidyings;
      this.slices.push(this.nowMs);
      return this.slices.length < pending;
    };
    this.database = { isClosed: false, maintain: maintain ?? slice };
    this.add();
  }

  add(): void {
    this.maintenance.add(this.database as unknown as Database);
  }

  opened(): void {
    this.maintenance.opened(this.database as unknown as Database);
  }

  start(): void {
    this.maintenance.start(this.nowMs);
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
  bench.start();
  await bench.advance(2);
  expect(bench.slices).toEqual([]);
  await bench.advance(1);
  expect(bench.slices).toEqual([3, 3, 3, 3]);
});

test('a busy page has a slice in its way now and then only', async () => {
  const bench = new Bench(1000);
  for (let ms = 0; ms < 400; ms++) {
    bench.start();
    await bench.advance(1);
  }
  expect(bench.slices).toEqual([100, 200, 300, 400]);
});

test('what was found at an opening waits until the page is idle', async () => {
  const bench = new Bench(1000, undefined, 2);
  bench.opened();
  for (let ms = 0; ms < 499; ms++) await bench.advance(1);
  expect(bench.tidied).toEqual([]);
  await bench.advance(1);
  expect(bench.tidied).toEqual([500, 500]);
  expect(bench.slices).toEqual([]);
});

test('what was added while it ran is done, too, and a second start does not run it twice', async () => {
  const bench = new Bench(2);
  bench.start();
  bench.start();
  await bench.advance(3);
  expect(bench.slices).toEqual([3, 3]);
  bench.start();
  await bench.advance(10);
  expect(bench.slices).toHaveLength(2);
});

test('a slice that traps is told, and the next start tries again', async () => {
  let calls = 0;
  const bench = new Bench(1, () => {
    if (++calls === 1) throw new Error('trap');
    return false;
  });
  bench.start();
  await bench.advance(3);
  expect(bench.errors).toHaveLength(1);
  bench.start();
  await bench.advance(3);
  expect(calls).toBe(2);
});

test('the container is tidied when the page has done nothing for a while', async () => {
  const bench = new Bench(2, undefined, 3);
  bench.start();
  for (let ms = 0; ms < 400; ms++) await bench.advance(1);
  expect(bench.slices).toEqual([3, 3]);
  // It asks for something, and so puts it off.
  bench.start();
  for (let ms = 0; ms < 499; ms++) await bench.advance(1);
  expect(bench.tidied).toEqual([]);
  for (let ms = 0; ms < 101; ms++) await bench.advance(1);
  expect(bench.tidied).toHaveLength(3);
  for (let ms = 0; ms < 2000; ms++) await bench.advance(1);
  expect(bench.tidied).toHaveLength(3);
});

test('what is written before it is tidied comes first', async () => {
  const bench = new Bench(2);
  bench.start();
  for (let ms = 0; ms < 300; ms++) await bench.advance(1);
  bench.slices = [];
  bench.add();
  bench.start();
  await bench.advance(3);
  expect(bench.slices).toEqual([303, 303]);
  expect(bench.tidied).toEqual([]);
  for (let ms = 0; ms < 700; ms++) await bench.advance(1);
  expect(bench.tidied).toHaveLength(1);
});

test('a database that was closed is left alone', async () => {
  const bench = new Bench(1);
  bench.start();
  await bench.advance(3);
  bench.database.isClosed = true;
  await bench.advance(1000);
  expect(bench.tidied).toEqual([]);
});
