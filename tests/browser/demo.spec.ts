// The demo as a person uses it: load the cities, find some, reload, and find them again. The job
// itself compares every look-up with the data.
import { serve } from '../../js/build/serve.mjs';
import { expect, test } from './fixtures';

const opened = /^FlowDB opened in .*: 135,233 cities\.$/;

test('the demo loads the cities, finds them, and has them after a reload', async ({ page }) => {
  test.setTimeout(240_000);
  const server = await serve({ '/': 'build/demo', '/dist/': 'dist' });
  try {
    await page.goto(server.url);
    const status = page.locator('#status');
    await expect(status).toHaveText('No cities are loaded yet.');
    await page.getByRole('button', { name: 'Load and look up' }).click();
    await expect(status).toHaveText(opened, { timeout: 180_000 });
    await expect(page.locator('#results tr')).toHaveCount(8);
    await expect(page.locator('#results tr.wrong')).toHaveCount(0);

    await page.reload();
    await expect(status).toHaveText(opened);
    await page.getByLabel('Name begins with').fill('yörk');
    await expect(page.locator('#found tr').first()).toContainText('New York City');
    await page.getByLabel('Country').selectOption('GB');
    await expect(page.locator('#found tr').first()).toContainText('York');
    await expect(page.locator('#found tr').first()).toContainText('United Kingdom');

    // Nothing of all this was put into the browser's own IndexedDB.
    await page.getByText("Browser's own", { exact: true }).first().click();
    await expect(status).toHaveText('No cities are loaded yet.');
  } finally {
    await server.close();
  }
});
