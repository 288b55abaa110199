// The stream of transactions of tests/browser/pages/programs/storage/stream.js, as tests use it.
import type { Page } from '@playwright/test';

export type Durability = 'relaxed' | 'strict';

export interface Found {
  readonly count: number;
  readonly problems: readonly string[];
}

const database = 'stream';

/** Writes so many transactions more. */
export function writeSome(page: Page, count: number, durability: Durability): Promise<void> {
  return page.evaluate(
    async ({ database, count, durability }) => {
      const load = (url: string) => import(url);
      const { writeSome } = await load('/programs/storage/stream.js');
      const global = globalThis as { flow?: Promise<{ indexedDB: IDBFactory }> };
      global.flow ??= (await load('/dist/index.js')).FlowDB.open();
      const { indexedDB } = (await global.flow) as { indexedDB: IDBFactory };
      await writeSome(indexedDB, database, count, durability);
    },
    { database, count, durability },
  );
}

/** Reads everything and compares it with what was written. */
export function check(page: Page): Promise<Found> {
  return page.evaluate(async (database) => {
    const load = (url: string) => import(url);
    const { check } = await load('/programs/storage/stream.js');
    const global = globalThis as { flow?: Promise<{ indexedDB: IDBFactory }> };
    global.flow ??= (await load('/dist/index.js')).FlowDB.open();
    const { indexedDB } = (await global.flow) as { indexedDB: IDBFactory };
    return check(indexedDB, database);
  }, database);
}

/**
 * Begins to write and goes on until the page, its worker or the browser is gone.
 * @returns `enough`, which resolves when that many transactions more have completed, and `told`,
 *   the numbers of those that have so far
 */
export async function stream(
  page: Page,
  durability: Durability,
  enoughCount: number,
): Promise<{ enough: Promise<void>; told: Set<number> }> {
  const told = new Set<number>();
  let resolve = (): void => undefined;
  let reject = (_: unknown): void => undefined;
  const enough = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  await page.exposeFunction('told', (n: number) => {
    told.add(n);
    if (told.size >= enoughCount) resolve();
  });
  await page.exposeFunction('failed', (text: string) => reject(new Error(text)));
  await page.evaluate(
    async ({ database, durability }) => {
      const load = (url: string) => import(url);
      const { stream } = await load('/programs/storage/stream.js');
      const { indexedDB } = await (await load('/dist/index.js')).FlowDB.open();
      const { told, failed } = globalThis as unknown as Record<string, (what: unknown) => void>;
      stream(indexedDB, database, durability, told).catch((error: unknown) => failed?.(`${error}`));
    },
    { database, durability },
  );
  return { enough, told };
}
