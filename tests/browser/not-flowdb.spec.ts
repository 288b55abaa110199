// Where the package answers with the browser's own IndexedDB (not-flowdb/), everything that measures
// or tests FlowDB says so and fails.
import { runHeadless } from '../../demo/headless.mjs';
import { serve } from '../../js/build/serve.mjs';
import { bundle } from '../bench/browser/bundle.mjs';
import { expect, test } from './fixtures';
import { programReady } from './program';
import { notFlowDB } from './under-test';

/** Serves folders as they are, but for the package. */
async function withoutFlowDB<T>(
  folders: Record<string, string>,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = await serve({ ...folders, '/dist/': 'tests/browser/not-flowdb' });
  try {
    return await use(server.url);
  } finally {
    await server.close();
  }
}

const pages = { '/': 'tests/browser/pages', '/node_modules/': 'node_modules' };

test('the tests', async ({ page }) => {
  await withoutFlowDB(pages, async (url) => {
    await page.goto(`${url}/`);
    expect(await notFlowDB(page)).toEqual([
      'what FlowDB.open() gives',
      'indexedDB behind flowdb-wasm/auto',
    ]);
    for (const library of ['idb-keyval', 'localforage']) {
      await page.goto(`${url}/library.html?${library}`);
      await expect(programReady(page), library).rejects.toThrow();
    }
    for (const library of ['dexie', 'idb']) {
      await page.goto(`${url}/${library}.html`);
      await expect(programReady(page), library).rejects.toThrow();
    }
  });
});

test('the conformance tests', async ({ page }) => {
  await withoutFlowDB(pages, async (url) => {
    await page.goto(`${url}/`);
    const inWindow = page.evaluate(async (path) => {
      const { prepare } = await import(path);
      await prepare('flowdb');
    }, '/programs/conformance/run.js');
    await expect(inWindow).rejects.toThrow('the indexedDB under test is not flowdb');
    const inWorker = page.evaluate(
      async (path) =>
        (await import(path)).runInWorker({ target: 'flowdb', module: 'factory' }),
      '/programs/conformance/in-worker.js',
    );
    await expect(inWorker).rejects.toThrow('the indexedDB under test is not flowdb');
  });
});

test('the demo and its bench', async ({ page, browserName }) => {
  await withoutFlowDB({ '/': 'build/demo' }, async (url) => {
    const status = page.locator('#status');
    await page.goto(url);
    await expect(status).toContainText("this is the browser's own IndexedDB");
    await page.goto(`${url}/bench.html`);
    await page.getByRole('button', { name: 'Run' }).click();
    await expect(status).toContainText("this is the browser's own IndexedDB");
    // It starts Chromium itself.
    if (browserName === 'chromium') expect(await runHeadless(url, 1)).toBe(false);
  });
});

test('the bench', async ({ page }) => {
  await bundle();
  const folders = {
    '/': 'tests/bench/browser',
    '/built/': 'build/bench',
    '/node_modules/': 'node_modules',
  };
  await withoutFlowDB(folders, async (url) => {
    await page.goto(`${url}/bench.html`);
    await page.waitForFunction(() => globalThis.bench !== undefined);
    await expect(page.evaluate(() => globalThis.bench.start(10))).rejects.toThrow(
      "the indexedDB on FlowDB's side is not FlowDB's",
    );
    const inWorker = page.evaluate(() =>
      globalThis.bench.inWorker({ side: 'flowdb', name: undefined, records: 10 }),
    );
    await expect(inWorker).rejects.toThrow("this is not FlowDB's indexedDB");
    await page.goto(`${url}/cold.html`);
    await page.waitForFunction(() => globalThis.cold !== undefined);
    await expect(page.evaluate(() => globalThis.cold.open('flowdb', 'none', 10))).rejects.toThrow(
      "this is not FlowDB's indexedDB",
    );
  });
});
