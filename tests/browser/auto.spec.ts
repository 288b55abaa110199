// flowdb-wasm/auto: what it puts where, and what it leaves alone.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

interface AutoPage {
  readonly opened?: Promise<number>;
  readonly nativeIndexedDB: IDBFactory;
  /** By a library that took the globals while it was loaded beside flowdb-wasm/auto. */
  roundTrip(value: unknown): Promise<unknown>;
}

function roundTrip(page: Page): Promise<unknown> {
  return page.evaluate(() => (globalThis as unknown as AutoPage).roundTrip('value'));
}

function nativeNames(page: Page): Promise<(string | undefined)[]> {
  return page.evaluate(async () => {
    const list = await (globalThis as unknown as AutoPage).nativeIndexedDB.databases();
    return list.map(({ name }) => name);
  });
}

const names = [
  'IDBCursor',
  'IDBCursorWithValue',
  'IDBDatabase',
  'IDBFactory',
  'IDBIndex',
  'IDBKeyRange',
  'IDBObjectStore',
  'IDBOpenDBRequest',
  'IDBRequest',
  'IDBTransaction',
  'IDBVersionChangeEvent',
];

function openedVersion(page: Page): Promise<number | undefined> {
  return page.evaluate(() => (globalThis as unknown as AutoPage).opened);
}

// The page loads the worker's script, too.
const inWorker = "'DedicatedWorkerGlobalScope' in globalThis";

// The worker of this page runs without a part of the browser, as on one that has not got it.
async function withoutInWorker(page: Page, statement: string): Promise<void> {
  await page.route('**/dist/worker.js', async (route) => {
    const response = await route.fetch();
    const body = `if (${inWorker}) { ${statement}; }\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
}

const noOpfs = 'delete StorageManager.prototype.getDirectory';

test('open() works right after the import', async ({ page, origin }) => {
  await page.goto(`${origin}/auto.html`);
  await page.waitForFunction(() => 'opened' in globalThis);
  expect(await openedVersion(page)).toBe(3);
  await page.reload();
  await page.waitForFunction(() => 'opened' in globalThis);
  expect(await openedVersion(page)).toBe(3);
});

test('a library that is imported beside it works on FlowDB', async ({ page, origin }) => {
  await page.goto(`${origin}/auto.html`);
  await page.waitForFunction(() => 'opened' in globalThis);
  expect(await roundTrip(page)).toBe('value');
  expect(await nativeNames(page)).not.toContain('captured');
});

test('the globals have the shape of the native ones', async ({ page, origin }) => {
  const shapes = (wanted: readonly string[]) =>
    ['indexedDB', ...wanted].map((name) => {
      const { value, get, ...flags } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
      return [name, typeof value, value?.name, value?.length, typeof get, get?.name, flags];
    });
  await page.goto(`${origin}/`);
  const native = await page.evaluate(shapes, names);
  await page.goto(`${origin}/auto.html`);
  await page.waitForFunction(() => 'opened' in globalThis);
  const ours = await page.evaluate(shapes, names);
  expect(ours).toEqual(native);
  const instance = await page.evaluate(() => [
    indexedDB instanceof IDBFactory,
    (globalThis as unknown as AutoPage).nativeIndexedDB instanceof IDBFactory,
  ]);
  expect(instance).toEqual([true, false]);
});

test('it works in a dedicated worker', async ({ page }) => {
  const answer = await page.evaluate(async (path) => {
    const { startWorker } = await import(path);
    return (await startWorker('/programs/nested-worker.js')).first;
  }, '/programs/start-worker.js');
  expect(answer).toEqual(['value', true]);
});

test('without OPFS the native IndexedDB stays, and the console says so once', async ({
  page,
  origin,
}) => {
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  await withoutInWorker(page, noOpfs);
  await page.goto(`${origin}/auto.html`);
  await page.waitForFunction(() => 'opened' in globalThis);
  expect(await openedVersion(page)).toBe(3);
  const isNative = await page.evaluate(
    () => indexedDB === (globalThis as unknown as AutoPage).nativeIndexedDB,
  );
  expect(isNative).toBe(true);
  expect(warnings.filter((text) => text.startsWith('flowdb-wasm:'))).toHaveLength(1);
  expect(await roundTrip(page)).toBe('value');
  expect((await nativeNames(page)).sort()).toEqual(['app', 'captured']);
});

test('where WebAssembly does not run, the native IndexedDB stays, too', async ({ page, origin }) => {
  await withoutInWorker(page, "WebAssembly.Module = () => { throw new Error('forbidden'); }");
  await page.goto(`${origin}/auto.html`);
  await page.waitForFunction(() => 'opened' in globalThis);
  expect(await openedVersion(page)).toBe(3);
  expect(await nativeNames(page)).toEqual(['app']);
});

test('where even the page has no OPFS, nothing is replaced at all', async ({ page, origin }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(StorageManager.prototype, 'getDirectory');
  });
  await page.goto(`${origin}/auto.html`);
  await page.waitForFunction(() => 'opened' in globalThis);
  expect(await openedVersion(page)).toBe(3);
  expect(await roundTrip(page)).toBe('value');
  expect((await nativeNames(page)).sort()).toEqual(['app', 'captured']);
});

test('without OPFS it is an error where FlowDB has data', async ({ page, origin }) => {
  await page.goto(`${origin}/auto.html`);
  await page.waitForFunction(() => 'opened' in globalThis);
  await openedVersion(page);
  // The marker is made beside the first opening, which does not wait for it.
  await page.waitForFunction(async () => {
    const { nativeIndexedDB } = globalThis as unknown as AutoPage;
    return (await nativeIndexedDB.databases()).length > 0;
  });
  await withoutInWorker(page, noOpfs);
  const failed = page.waitForEvent('pageerror');
  await page.goto(`${origin}/auto.html`);
  expect((await failed).message).toContain('FlowDB data');
  expect(await page.evaluate(() => 'opened' in globalThis)).toBe(false);
});

test('a worker that can’t be loaded is an error, not a silent change of database', async ({
  page,
  origin,
}) => {
  // The page has got it when the worker asks.
  let requests = 0;
  await page.route('**/dist/worker.js', (route) => {
    requests += 1;
    return requests === 1 ? route.continue() : route.fulfill({ status: 404, body: '' });
  });
  const failed = page.waitForEvent('pageerror');
  await page.goto(`${origin}/auto.html`);
  expect((await failed).message).toContain('worker');
});

test('without the worker’s script the import fails, and nothing is replaced', async ({ page }) => {
  await page.route('**/dist/worker.js', (route) => route.fulfill({ status: 404, body: '' }));
  const [failed, isNative] = await page.evaluate(async (path) => {
    const before = indexedDB;
    const error: unknown = await import(path).then(() => undefined, (thrown: unknown) => thrown);
    return [error instanceof Error, indexedDB === before];
  }, '/dist/auto.js');
  expect(failed).toBe(true);
  expect(isNative).toBe(true);
});
