// Tens of megabytes, most of them written over or deleted later: what is there stays what was
// written, while tables are flushed and compacted, and after reloads.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

const rounds = 9;

function playRound(page: Page, seed: number, round: number): Promise<string[]> {
  return page.evaluate(
    async ({ seed, round }) => {
      const load = (url: string) => import(url);
      const { playRound } = await load('/programs/storage/bulk.js');
      const global = globalThis as { flow?: Promise<object> };
      global.flow ??= (await load('/dist/index.js')).FlowDB.open();
      return playRound(await global.flow, seed, round);
    },
    { seed, round },
  );
}

test('many records stay what they are', async ({ page }) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  for (let round = 0; round < rounds; round += 1) {
    if (round % 4 === 3) await page.reload();
    expect(await playRound(page, seed, round), `seed ${seed}, round ${round}`).toEqual([]);
  }
});
