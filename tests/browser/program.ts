// Runs the steps of a program page (tests/browser/pages/programs): each step is a function of the page that answers with
// what it saw. The page must have FlowDB under it, not the browser's own IndexedDB.
import type { Page } from '@playwright/test';
import { expect } from './fixtures';

interface ProgramPage {
  readonly program?: Record<string, () => Promise<unknown>>;
  readonly underTest?: boolean;
}

/** Waits until the page's program is loaded, and checks that it runs on FlowDB. */
export async function programReady(page: Page): Promise<void> {
  await page.waitForFunction(() => (globalThis as ProgramPage).program !== undefined);
  expect(await page.evaluate(() => (globalThis as ProgramPage).underTest)).toBe(true);
}

/** Runs one step; rejects with what the step threw. */
export function step(page: Page, name: string): Promise<unknown> {
  return page.evaluate(async (wanted) => {
    const run = (globalThis as ProgramPage).program?.[wanted];
    if (run === undefined) throw new Error(`the page has no step ${wanted}`);
    return run();
  }, name);
}
