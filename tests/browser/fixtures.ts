// What the browser tests stand on. Every test has an origin of its own, and so no data of another
// test; pages of a worker's tests share one browser, on a profile in a real folder.
import { test as base } from '@playwright/test';
import { serve } from '../../js/build/serve.mjs';
import { Profile } from './profile';
import { notFlowDB } from './under-test';

export { expect } from '@playwright/test';

interface TestFixtures {
  /**
   * The URL, without a slash at its end, of a server with no special headers: `/` is
   * tests/browser/pages, `/dist/` the built package, `/node_modules/` what npm installed. Its port,
   * and so its origin, is this test's own; it stays until the test's end.
   */
  readonly origin: string;
  /** A browser of the test's own, not started yet, to close, kill and start again. */
  readonly profile: Profile;
}

interface WorkerFixtures {
  readonly sharedProfile: Profile;
}

/** What the test server of an origin sends, by path. */
const folders = {
  '/': 'tests/browser/pages',
  '/dist/': 'dist',
  '/node_modules/': 'node_modules',
};

const usedUrls = new Set<string>();

/**
 * The system gives a port again after a while, and the profile still has what the test before it
 * stored there.
 */
async function serveAnew(): ReturnType<typeof serve> {
  for (;;) {
    const server = await serve(folders);
    if (!usedUrls.has(server.url)) {
      usedUrls.add(server.url);
      return server;
    }
    await server.close();
  }
}

/** No test may pass because the browser's own IndexedDB has answered. */
async function checkUnderTest(profile: Profile): Promise<void> {
  const server = await serve(folders);
  const page = await profile.open(`${server.url}/`);
  const found = await notFlowDB(page);
  await page.close();
  await server.close();
  if (found.length > 0) throw new Error(`the browser's own IndexedDB is ${found.join(' and ')}`);
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  origin: async ({}, use) => {
    const server = await serveAnew();
    await use(server.url);
    await server.close();
  },

  profile: async ({ browserName }, use) => {
    const profile = new Profile(named(browserName));
    await use(profile);
    await profile.remove();
  },

  sharedProfile: [
    async ({ browserName }, use) => {
      const profile = new Profile(named(browserName));
      await profile.launch();
      await checkUnderTest(profile);
      await use(profile);
      await profile.remove();
    },
    { scope: 'worker' },
  ],

  // Playwright's own page would be in a private context, where OPFS is slow or missing.
  page: async ({ sharedProfile, origin }, use) => {
    const page = await sharedProfile.open(`${origin}/`);
    await use(page);
    await page.close();
  },
});

function named(browserName: string): 'chromium' | 'firefox' {
  if (browserName === 'chromium' || browserName === 'firefox') return browserName;
  throw new Error(`the tests have no ${browserName}`);
}
