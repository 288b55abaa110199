// Connections that no script can reach any more, as those of programs that open a database for each
// thing they do and never close it: they are closed, and stand in nobody's way.
// https://w3c.github.io/IndexedDB/#garbage-collection-of-database-connections
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

type Where = 'native' | 'flowdb';

interface World {
  api: IDBFactory;
  seen: string[];
}

async function openAndForget(page: Page, where: Where, isListening: boolean): Promise<void> {
  await page.evaluate(
    async ({ where, isListening }) => {
      const load = (url: string) => import(url);
      const world = globalThis as unknown as World;
      world.seen = [];
      world.api =
        where === 'native' ? indexedDB : (await (await load('/dist/index.js')).FlowDB.open()).indexedDB;
      await new Promise<void>((resolve) => {
        const request = world.api.open('forgotten', 1);
        request.onupgradeneeded = () => request.result.createObjectStore('s');
        request.onsuccess = () => {
          const db = request.result;
          if (isListening) {
            db.onversionchange = () => {
              world.seen.push('versionchange');
              db.close();
            };
          }
          db.transaction('s').oncomplete = () => resolve();
        };
      });
    },
    { where, isListening },
  );
}

async function deleteIt(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { api, seen } = globalThis as unknown as World;
    const request = api.deleteDatabase('forgotten');
    request.onsuccess = () => seen.push('deleted');
  });
}

async function seenAfterCollection(page: Page): Promise<string[]> {
  await page.requestGC();
  return page.evaluate(() => (globalThis as unknown as World).seen);
}

for (const where of ['native', 'flowdb'] as const) {
  test(`a forgotten connection is closed: ${where}`, async ({ page }) => {
    await openAndForget(page, where, false);
    await deleteIt(page);
    await expect.poll(() => seenAfterCollection(page)).toEqual(['deleted']);
  });
}

// Firefox closes its own all the same.
test('a forgotten connection with a listener stays', async ({ page }) => {
  await openAndForget(page, 'flowdb', true);
  for (let i = 0; i < 3; i += 1) expect(await seenAfterCollection(page)).toEqual([]);
  await deleteIt(page);
  await expect.poll(() => seenAfterCollection(page)).toEqual(['versionchange', 'deleted']);
});
