// What is larger than the worker's heap: a value of 300 MB, and a transaction of 500 MB (of 100 in
// Firefox, unless FLOWDB_LARGE is set). Both survive a reload, and the heap stays below its limit.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

const heapBytesMax = 64 << 20;
const isFull = process.env['FLOWDB_LARGE'] !== undefined;

test.setTimeout(300_000);

function run<T>(page: Page, call: string, argument: number): Promise<T> {
  return page.evaluate(
    async ({ call, argument }) => {
      const load = (url: string) => import(url);
      const large = await load('/programs/storage/large.js');
      const global = globalThis as { flow?: Promise<object> };
      global.flow ??= (await load('/dist/index.js')).FlowDB.open({
        workerUrl: '/measured-worker.js',
        wasmUrl: '/dist/flowdb.wasm',
      });
      return large[call](await global.flow, argument) as unknown;
    },
    { call, argument },
  ) as Promise<T>;
}

async function expectHeapInBounds(page: Page): Promise<void> {
  const bytes = await run<number>(page, 'heapBytes', 0);
  console.log(`The heap takes ${bytes} bytes.`);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(heapBytesMax);
}

test('a value of 300 MB', async ({ page }) => {
  const stored = await run<string>(page, 'storeValue', 300_000_000);
  await expectHeapInBounds(page);
  expect(await run(page, 'hashOfStored', 0)).toBe(stored);
  await expectHeapInBounds(page);
  await page.reload();
  expect(await run(page, 'hashOfStored', 0)).toBe(stored);
  await expectHeapInBounds(page);
});

test('a transaction larger than the heap', async ({ page, browserName }) => {
  const mebibytes = isFull || browserName === 'chromium' ? 500 : 100;
  const count = await run<number>(page, 'storeRecords', mebibytes);
  await expectHeapInBounds(page);
  expect(await run(page, 'checkRecords', count)).toEqual([]);
  await page.reload();
  expect(await run(page, 'checkRecords', count)).toEqual([]);
  await expectHeapInBounds(page);
});
