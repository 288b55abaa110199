// The bench as a page: every workload that has a bar runs on both sides, and each of them checks its
// own answers. How long they take is not this test's business.
import { bars } from '../../demo/bench/bars';
import { serve } from '../../js/build/serve.mjs';
import { expect, test } from './fixtures';

test('the bench runs every workload on both sides and plots them', async ({ page }) => {
  test.setTimeout(240_000);
  const server = await serve({ '/': 'build/demo', '/dist/': 'dist' });
  try {
    await page.goto(`${server.url}/bench.html`);
    // Playwright's fill() appends to a number input in Firefox.
    await page.evaluate(() => {
      for (const [id, value] of Object.entries({ rounds: '1', records: '400' })) {
        (document.getElementById(id) as HTMLInputElement).value = value;
      }
    });
    await page.getByRole('button', { name: 'Run' }).click();
    await expect(page.locator('#status')).toHaveText(/^Done: /, { timeout: 220_000 });
    const names = await page.locator('#results th').allTextContents();
    expect(names).toEqual(Object.keys(bars));
    const times = await page.locator('#results td:nth-child(-n + 3)').allTextContents();
    expect(times).toHaveLength(2 * names.length);
    for (const time of times) expect(time).toMatch(/^[\d,]*[1-9][\d,.]*$|^0\.[1-9]$/);
    await expect(page.locator('#plot canvas')).toHaveCount(1);
    // Its databases are gone again.
    const left = await page.evaluate(() => indexedDB.databases());
    expect(left.map(({ name }) => name)).not.toContain('bench');
  } finally {
    await server.close();
  }
});
