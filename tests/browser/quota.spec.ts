// A full disk: the transaction that no longer fits aborts with a QuotaExceededError, nothing else
// is lost, and the database works on. The browser is given little room for the test's origin.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { firefox, type BrowserContext, type Page } from '@playwright/test';
import { firefoxOptions } from '../../js/build/browsers.mjs';
import { expect, test as base } from './fixtures';

const roomBytes = 12 * 2 ** 20;

const test = base.extend<{ cramped: Page }>({
  cramped: async ({ browserName, page, origin }, use) => {
    if (browserName === 'chromium') {
      const session = await page.context().newCDPSession(page);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: roomBytes });
      return use(page);
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-profile-'));
    const context: BrowserContext = await firefox.launchPersistentContext(folder, {
      ...firefoxOptions,
      firefoxUserPrefs: { 'dom.quotaManager.temporaryStorage.fixedLimit': roomBytes / 1024 },
    });
    const own = await context.newPage();
    await own.goto(`${origin}/`);
    await use(own);
    await context.close();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
});

test('a full disk aborts a transaction and loses nothing', async ({ cramped }) => {
  const told = await cramped.evaluate(async () => {
    const load = (url: string) => import(url);
    const { ended, result } = await load('/programs/compared/steps.js');
    const { FlowDB } = await load('/dist/index.js');
    const { indexedDB } = await FlowDB.open();
    const opening = indexedDB.open('full', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('big');
      opening.result.createObjectStore('small');
    };
    const db = await result(opening);
    const writeOne = (n: number, bytes: number): Promise<string> => {
      const tx = db.transaction(['big', 'small'], 'readwrite');
      const noise = new Uint8Array(bytes);
      for (let i = 0; i < bytes; i += 65_536) crypto.getRandomValues(noise.subarray(i, i + 65_536));
      tx.objectStore('small').put(n, n);
      tx.objectStore('big').put(noise, n);
      return ended(tx);
    };
    let written = 0;
    let end = await writeOne(0, 500_000);
    while (end === 'complete' && written < 100) {
      written += 1;
      end = await writeOne(written, 500_000);
    }
    const counts = async () => {
      const tx = db.transaction(['big', 'small']);
      return [
        await result(tx.objectStore('big').count()),
        await result(tx.objectStore('small').count()),
        (await result(tx.objectStore('big').getAll())).length,
      ];
    };
    return { end, written, counts: await counts(), name: db.name };
  });
  expect(told.end).toBe('abort QuotaExceededError');
  expect(told.written).toBeGreaterThan(3);
  expect(told.written).toBeLessThan(100);
  expect(told.counts).toEqual([told.written, told.written, told.written]);

  // And the next page finds the same.
  await cramped.reload();
  const found = await cramped.evaluate(async () => {
    const load = (url: string) => import(url);
    const { result } = await load('/programs/compared/steps.js');
    const { FlowDB } = await load('/dist/index.js');
    const db = await result((await FlowDB.open()).indexedDB.open('full'));
    const tx = db.transaction(['big', 'small']);
    return [
      (await result(tx.objectStore('big').getAllKeys())).length,
      await result(tx.objectStore('small').getAll()),
    ];
  });
  expect(found).toEqual([told.written, Array.from({ length: told.written }, (_, n) => n)]);
});
