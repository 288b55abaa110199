// The ground that everything else stands on: synchronous access handles work in a worker, in a
// profile that outlives the page, the browser and the browser's death.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

// Has the worker append that many lines and hands back how many there are then.
function lines(page: Page, append: number): Promise<number> {
  return page.evaluate(async (count) => {
    const worker = new Worker('/opfs-worker.js');
    const answer = await new Promise<{ lines?: number; error?: string }>((resolve) => {
      worker.onmessage = ({ data }) => {
        if (data.appended === undefined) resolve(data);
      };
      worker.onerror = (event) => resolve({ error: event.message });
      worker.postMessage({ append: count });
    });
    worker.terminate();
    if (answer.lines === undefined) throw new Error(answer.error);
    return answer.lines;
  }, append);
}

test('a file outlives a reload of the page', async ({ page }) => {
  expect(await lines(page, 3)).toBe(3);
  await page.reload();
  expect(await lines(page, 2)).toBe(5);
});

test('each test has an origin of its own', async ({ page }) => {
  expect(await lines(page, 0)).toBe(0);
  expect(await page.evaluate(() => isSecureContext && !crossOriginIsolated)).toBe(true);
});

test('a file outlives the browser', async ({ profile, origin }) => {
  expect(await lines(await profile.open(origin), 4)).toBe(4);
  await profile.close();
  expect(await lines(await profile.open(origin), 0)).toBe(4);
});

test('what was written outlives a killed browser', async ({ profile, origin }) => {
  const page = await profile.open(origin);
  let appended = 0;
  let resolve = (): void => undefined;
  const enough = new Promise<void>((done) => (resolve = done));
  await page.exposeFunction('told', (count: number) => {
    appended = count;
    if (count >= 20) resolve();
  });
  await page.evaluate(() => {
    const worker = new Worker('/opfs-worker.js');
    const { told } = globalThis as unknown as { told: (count: number) => void };
    worker.onmessage = ({ data }) => told(data.appended);
    worker.postMessage({ append: 1e9 });
  });
  await enough;
  await profile.kill();
  expect(await lines(await profile.open(origin), 0)).toBeGreaterThanOrEqual(appended);
});
