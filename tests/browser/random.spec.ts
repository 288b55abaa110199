// Random programs on the browser's own IndexedDB and on FlowDB: they have to see the same, also
// across reloads of the page. A failure names its seed. To run that seed alone, or for longer than
// by default:
//
//   FLOWDB_SEED=123 npx playwright test random
//   FLOWDB_SECONDS=3600 npx playwright test random
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

const onlySeed = process.env.FLOWDB_SEED;
const seconds = Number(process.env.FLOWDB_SECONDS ?? 15);

type Where = 'native' | 'flowdb';

/** How long a round may take; it needs some milliseconds. */
const patienceMs = 20_000;

async function reloadsOf(page: Page, seed: number): Promise<boolean[]> {
  return page.evaluate(async (seed) => {
    const path = '/programs/random/run.js';
    const { reloads } = await import(path);
    return reloads(seed);
  }, seed);
}

async function runRound(page: Page, seed: number, round: number, where: Where): Promise<string[]> {
  return page.evaluate(
    async ({ seed, round, where, patienceMs }) => {
      const load = (url: string) => import(url);
      const { runRound } = await load('/programs/random/run.js');
      const global = globalThis as { flow?: Promise<object> };
      if (where === 'flowdb') global.flow ??= (await load('/dist/index.js')).FlowDB.open();
      const implementation = where === 'native' ? globalThis : await global.flow;
      const hung = new Promise<string[]>((resolve) => {
        setTimeout(() => resolve([`${where}: no end after ${patienceMs} ms`]), patienceMs);
      });
      return Promise.race([runRound(seed, round, implementation, `random ${seed}`), hung]);
    },
    { seed, round, where, patienceMs },
  );
}

async function compare(page: Page, seed: number): Promise<void> {
  for (const [round, isReloadedBefore] of (await reloadsOf(page, seed)).entries()) {
    if (isReloadedBefore) await page.reload();
    const native = await runRound(page, seed, round, 'native');
    const flowdb = await runRound(page, seed, round, 'flowdb');
    expect(flowdb, `FLOWDB_SEED=${seed}, round ${round}`).toEqual(native);
  }
}

async function runOrder(page: Page, seed: number, where: Where): Promise<string[]> {
  return page.evaluate(
    async ({ seed, where, patienceMs }) => {
      const load = (url: string) => import(url);
      const { runOrder } = await load('/programs/random/order.js');
      const global = globalThis as { flow?: Promise<object> };
      if (where === 'flowdb') global.flow ??= (await load('/dist/index.js')).FlowDB.open();
      const implementation = where === 'native' ? globalThis : await global.flow;
      const hung = new Promise<string[]>((resolve) => {
        setTimeout(() => resolve([`${where}: no end after ${patienceMs} ms`]), patienceMs);
      });
      return Promise.race([runOrder(seed, implementation, `order ${seed}`), hung]);
    },
    { seed, where, patienceMs },
  );
}

async function compareOrder(page: Page, seed: number): Promise<void> {
  const native = await runOrder(page, seed, 'native');
  expect(await runOrder(page, seed, 'flowdb'), `FLOWDB_SEED=${seed}`).toEqual(native);
}

/** Compares one seed after the other, or the one that was asked for. */
async function search(
  page: Page,
  what: string,
  compareSeed: (page: Page, seed: number) => Promise<void>,
): Promise<void> {
  if (onlySeed !== undefined) {
    await compareSeed(page, Number(onlySeed));
    return;
  }
  const first = Math.floor(Math.random() * 2 ** 31);
  const end = performance.now() + seconds * 1000;
  let seed = first;
  for (; performance.now() < end; seed += 1) await compareSeed(page, seed);
  console.log(`${what}: seeds ${first} to ${seed - 1}`);
  expect(seed).toBeGreaterThan(first);
}

test('random programs see what they see on the browser’s own', async ({ page }) => {
  test.setTimeout((seconds + 60) * 1000);
  await search(page, 'random programs', compare);
});

test('random handlers hear events in the order of the browser’s own', async ({ page }) => {
  test.setTimeout((seconds + 60) * 1000);
  await search(page, 'random orders', compareOrder);
});
