// Where there is no Origin Private File System: the browser's own IndexedDB stays in place and
// FlowDB.open says why; but where FlowDB data is known to exist, an empty database would be a lie,
// and it is an error.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, firefox, type Page } from '@playwright/test';
import { chromiumOptions, firefoxOptions } from '../../js/build/browsers.mjs';
import { expect, test as base } from './fixtures';

const insecureHost = 'insecure.test';

interface Places {
  /** An origin without a certificate: no navigator.storage, no locks, no crypto.subtle. */
  readonly insecure: Page;
  /** A private window of Firefox has them all and refuses the directory; Chromium gives it. */
  readonly privateWindows: readonly Page[];
}

const test = base.extend<Places>({
  insecure: async ({ browserName, origin }, use) => {
    const url = origin.replace('localhost', insecureHost);
    if (browserName === 'chromium') {
      const args = [...chromiumOptions.args, `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`];
      await withPage(chromium, { ...chromiumOptions, args }, url, use);
    } else {
      const firefoxUserPrefs = { 'network.dns.localDomains': insecureHost };
      await withPage(firefox, { ...firefoxOptions, firefoxUserPrefs }, url, use);
    }
  },
  privateWindows: async ({ browserName, origin }, use) => {
    if (browserName === 'chromium') return use([]);
    const firefoxUserPrefs = { 'browser.privatebrowsing.autostart': true };
    const options = { ...firefoxOptions, firefoxUserPrefs };
    return withPage(firefox, options, origin, (page) => use([page]));
  },
});

async function withPage(
  browser: typeof chromium,
  options: NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>,
  url: string,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-profile-'));
  const context = await browser.launchPersistentContext(folder, options);
  const page = await context.newPage();
  await page.goto(`${url}/`);
  await use(page);
  await context.close();
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

// Imports auto.js twice, as two modules of an application would, and tells what has become of the
// globals.
async function importAuto(
  page: Page,
): Promise<{ isNative: boolean; error: unknown; said: string[] }> {
  const said: string[] = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  const told = await page.evaluate(async () => {
    const native = [indexedDB, IDBKeyRange, IDBFactory];
    const load = (url: string) => import(url);
    const { told } = await load('/programs/storage/notes.js');
    let error: unknown;
    try {
      await Promise.all([load('/dist/auto.js'), load('/dist/auto.js')]);
    } catch (thrown) {
      error = told(thrown, await load('/dist/index.js'));
    }
    const now = [indexedDB, IDBKeyRange, IDBFactory];
    return { isNative: native.every((each, i) => each === now[i]), error };
  });
  return { ...told, said };
}

async function openFlow(page: Page, storage: 'opfs' | 'memory'): Promise<unknown> {
  return page.evaluate(async (storage) => {
    const load = (url: string) => import(url);
    const [programs, package_] = await Promise.all([
      load('/programs/storage/notes.js'),
      load('/dist/index.js'),
    ]);
    try {
      const { indexedDB } = await package_.FlowDB.open({ storage });
      await programs.put(indexedDB, 'memory', 'note', 'kept');
      return await programs.get(indexedDB, 'memory', 'note');
    } catch (error) {
      return programs.told(error, package_);
    }
  }, storage);
}

async function expectNative(page: Page): Promise<void> {
  const { isNative, error, said } = await importAuto(page);
  expect({ isNative, error }).toEqual({ isNative: true, error: undefined });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^warning: flowdb-wasm: the browser's own IndexedDB stays in place/);
  expect(await openFlow(page, 'opfs')).toMatchObject({ isTyped: true, reason: 'no-opfs' });
  expect(await openFlow(page, 'memory')).toBe('kept');
}

test("the browser's own IndexedDB stays", async ({ insecure, privateWindows }) => {
  expect(await insecure.evaluate(() => isSecureContext)).toBe(false);
  await expectNative(insecure);
  for (const page of privateWindows) await expectNative(page);
});

test('where FlowDB data is known to exist it is an error', async ({ insecure }) => {
  await insecure.evaluate(async () => {
    const request = indexedDB.open('flowdb-marker', 1);
    await new Promise((resolve) => (request.onsuccess = resolve));
    request.result.close();
  });
  const { isNative, error, said } = await importAuto(insecure);
  expect(isNative).toBe(true);
  expect(error).toMatchObject({ isTyped: true, reason: 'no-opfs' });
  expect((error as { message: string }).message).toContain('has FlowDB data');
  expect(said).toEqual([]);
});

test('FlowDB leaves the marker that tells so', async ({ page }) => {
  await page.evaluate(async () => {
    const global = globalThis as { native?: IDBFactory };
    global.native = indexedDB;
    const load = (url: string) => import(url);
    await load('/dist/auto.js');
    const { put } = await load('/programs/storage/notes.js');
    await put(indexedDB, 'marked', 'note', 'kept');
  });
  // It is made beside the work, and not waited for.
  const names = () =>
    page.evaluate(async () => {
      const { native } = globalThis as unknown as { native: IDBFactory };
      return (await native.databases()).map(({ name }) => name);
    });
  await expect.poll(names).toEqual(['flowdb-marker']);
});
