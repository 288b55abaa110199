// What a long transaction leaves behind: requests that had their events can be forgotten, though
// the transaction always has others to wait for.
import { expect, test } from './fixtures';

interface Walk {
  readonly early: WeakRef<object>;
  steps: number;
  stop(): Promise<unknown>;
}

test('a request that had its event is forgotten while its transaction goes on', async ({ page }) => {
  await page.evaluate(async () => {
    const load = (url: string) => import(url);
    const { indexedDB } = (await (await load('/dist/index.js')).FlowDB.open()) as typeof globalThis;
    const opening = indexedDB.open('long', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('s').put(new Array(100).fill('value'), 1);
    };
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const tx = opening.result.transaction('s');
    const store = tx.objectStore('s');
    let isOver = false;
    // Two requests are always on their way, so that the list is never empty.
    const ask = () => {
      const request = store.get(1);
      request.onsuccess = () => {
        walk.steps += 1;
        if (!isOver) ask();
      };
      return request;
    };
    const walk: Walk = {
      steps: 0,
      early: new WeakRef(ask()),
      stop() {
        isOver = true;
        return new Promise((resolve) => (tx.oncomplete = () => resolve('complete')));
      },
    };
    ask();
    Object.assign(globalThis, { walk });
  });
  const walkOf = () => (globalThis as unknown as { walk: Walk }).walk;
  await page.waitForFunction(`(${walkOf.toString()})().steps > 2000`);
  await page.requestGC();
  expect(await page.evaluate(`(${walkOf.toString()})().early.deref() === undefined`)).toBe(true);
  expect(await page.evaluate(`(${walkOf.toString()})().stop()`)).toBe('complete');
});
