// Browser tests, in Debian's Chromium and Firefox. How the browsers are started, on profiles in
// real folders, is in tests/browser/fixtures.ts.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/browser',
  testMatch: '**/*.spec.ts',
  outputDir: 'build/test-results/browser',
  reporter: 'list',
  timeout: 60_000,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  projects: [
    { name: 'chromium', use: { browserName: 'chromium' } },
    { name: 'firefox', use: { browserName: 'firefox' } },
  ],
});
