// Databases in real files: they outlast reloads, are there under any name, and belong to one tab
// at a time.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

interface Flow {
  readonly times: Record<string, number>;
  put(name: string, key: IDBValidKey, value: unknown): Promise<string>;
  get(name: string, key: IDBValidKey): Promise<unknown>;
  hold(name: string, version?: number): Promise<Record<string, unknown>>;
  remove(name: string): Promise<unknown[]>;
  databases(): Promise<IDBDatabaseInfo[]>;
  close(): Promise<void>;
}

type Call = Exclude<keyof Flow, 'times'>;

async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => 'flow' in globalThis);
}

/** Calls a function of the page's `flow`. */
function call(page: Page, name: Call, ...args: unknown[]): Promise<unknown> {
  return page.evaluate(
    ([wanted, values]) => {
      type Calls = Record<string, (...args: unknown[]) => unknown>;
      const { flow } = globalThis as unknown as { flow: Calls };
      return flow[wanted]?.(...values);
    },
    [name, args] as const,
  );
}

test.beforeEach(async ({ page, origin }) => {
  await page.goto(`${origin}/flow.html`);
  await ready(page);
});

test('a value is there after a reload', async ({ page }) => {
  const value = { text: 'Grüße', list: [1, { two: null }] };
  expect(await call(page, 'put', 'first', 'k', value)).toBe('done');
  await page.reload();
  await ready(page);
  expect(await call(page, 'get', 'first', 'k')).toEqual(value);
});

test('twenty reloads in a row always open, with the database in use', async ({ page }) => {
  await call(page, 'put', 'busy', 'k', 0);
  for (let i = 1; i <= 20; i += 1) {
    expect(await call(page, 'hold', 'busy')).toEqual({ version: 1 });
    await page.reload();
    await ready(page);
    expect(await call(page, 'get', 'busy', 'k')).toBe(i - 1);
    await call(page, 'put', 'busy', 'k', i);
  }
});

test('a second tab gets a typed error, and the database once the first is gone', async ({
  page,
  sharedProfile,
  origin,
}) => {
  expect(await call(page, 'hold', 'mine')).toEqual({ version: 1 });
  const second = await sharedProfile.open(`${origin}/flow.html`);
  await ready(second);
  expect(await call(second, 'hold', 'mine')).toMatchObject({
    error: 'InvalidStateError',
    reason: 'in-use',
  });
  // Others are not in the way, and listing asks nobody.
  expect(await call(second, 'put', 'other', 'k', 1)).toBe('done');
  expect(await call(second, 'databases')).toEqual([
    { name: 'mine', version: 1 },
    { name: 'other', version: 1 },
  ]);
  await page.close();
  expect(await call(second, 'hold', 'mine')).toEqual({ version: 1 });
  await second.close();
});

test('close() lets go of the files', async ({ page, sharedProfile, origin }) => {
  await call(page, 'hold', 'mine');
  await call(page, 'close');
  const second = await sharedProfile.open(`${origin}/flow.html`);
  await ready(second);
  expect(await call(second, 'hold', 'mine')).toEqual({ version: 1 });
  await second.close();
});

test('a deleted database is gone, and its files with it', async ({ page }) => {
  await call(page, 'put', 'gone', 'k', 1);
  expect(await call(page, 'remove', 'gone')).toEqual([1, null]);
  expect(await call(page, 'remove', 'never was')).toEqual([0, null]);
  expect(await call(page, 'databases')).toEqual([]);
  const directories = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const entry of (await root.getDirectoryHandle('flowdb')).values()) {
      if (entry.kind === 'directory') names.push(entry.name);
    }
    return names;
  });
  expect(directories).toEqual([]);
  expect(await call(page, 'get', 'gone', 'k')).toBeUndefined();
});

test('databases() knows names and versions, also after a reload', async ({ page }) => {
  await call(page, 'put', 'one', 'k', 1);
  await call(page, 'hold', 'five', 5);
  const expected = [
    { name: 'five', version: 5 },
    { name: 'one', version: 1 },
  ];
  expect(await call(page, 'databases')).toEqual(expected);
  await page.reload();
  await ready(page);
  expect(await call(page, 'databases')).toEqual(expected);
});

test('any string is a name', async ({ page }) => {
  const odd = ['', '.', '..', 'a/b', 'a\\b', '-', 'a\0b', '\u{1f600}', 'é', 'e\u0301'];
  const names = [...odd, 'x'.repeat(3000)];
  for (const [i, name] of names.entries()) await call(page, 'put', name, 'k', i);
  // Lone surrogates don't cross from the test to the page.
  const lone = await page.evaluate(async () => {
    const { flow } = globalThis as unknown as { flow: Flow };
    await flow.put('\ud800', 'k', 'high');
    await flow.put('\udc00', 'k', 'low');
    return [await flow.get('\ud800', 'k'), await flow.get('\udc00', 'k')];
  });
  expect(lone).toEqual(['high', 'low']);
  await page.reload();
  await ready(page);
  for (const [i, name] of names.entries()) expect(await call(page, 'get', name, 'k')).toBe(i);
  expect(await call(page, 'databases')).toHaveLength(names.length + 2);
});

test('when the worker dies, connections are closed and the next open recovers', async ({
  page,
  origin,
}) => {
  // The page's workers can be reached, and told to fail as a bug would make them.
  await page.addInitScript(() => {
    const Native = Worker;
    const workers: Worker[] = [];
    const Counted = class extends Native {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
    };
    Object.assign(globalThis, { Worker: Counted, workers });
  });
  const failing = `addEventListener('message', ({ data }) => {
    if (data === 'fail') setTimeout(() => { throw new Error('broken'); });
  });`;
  await page.route('**/dist/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${failing}` });
  });
  await page.goto(`${origin}/flow.html`);
  await ready(page);
  await call(page, 'put', 'kept', 'k', 'value');
  await call(page, 'hold', 'kept');
  await page.evaluate(() => {
    const { workers } = globalThis as unknown as { workers: Worker[] };
    workers[0]?.postMessage('fail');
  });
  await page.waitForFunction(() => 'lost' in globalThis);
  expect(await call(page, 'get', 'kept', 'k')).toBe('value');
});
