// The project's conformance tests (pages/programs/conformance): each module in a window and in a
// dedicated worker. With CONFORMANCE_TARGET=native they run on the browser's own IndexedDB, which
// has to pass them, too, but for what deviations.ts lists: so the tests are tested.
import type { Page } from '@playwright/test';
import { deviations } from './deviations';
import { expect, test } from './fixtures';

interface Result {
  readonly name: string;
  readonly problem: string | null;
}

const modules = [
  'factory',
  'opening',
  'connection-queue',
  'database',
  'scheduling',
  'lifetime',
  'commit',
  'abort',
  'object-store',
  'key-generator',
  'indexes',
  'get-all',
  'cursors',
  'cursor-writes',
  'renames',
  'events',
  'web-idl',
  'keys',
  'key-ranges',
  'key-paths',
  'values',
];

const target = process.env['CONFORMANCE_TARGET'] ?? 'flowdb';
if (target !== 'flowdb' && target !== 'native') {
  throw new Error(`CONFORMANCE_TARGET=${target} is neither flowdb nor native`);
}

const perform = {
  window: (page: Page, module: string): Promise<Result[]> =>
    page.evaluate(
      async ({ target, module, path }) => {
        const { prepare, run } = await import(path);
        await prepare(target);
        return run(module);
      },
      { target, module, path: '/programs/conformance/run.js' },
    ),

  worker: (page: Page, module: string): Promise<Result[]> =>
    page.evaluate(
      async ({ order, path }) => (await import(path)).runInWorker(order),
      { order: { target, module }, path: '/programs/conformance/in-worker.js' },
    ),
};

for (const [scope, run] of Object.entries(perform)) {
  test(`conformance, ${target}, ${scope}`, async ({ page, browserName }) => {
    test.setTimeout(180_000);
    const known = new Set(target === 'native' ? deviations(browserName) : []);
    for (const module of modules) {
      const results = await run(page, module);
      expect(results, module).not.toEqual([]);
      for (const { name, problem } of results) {
        const isKnown = known.delete(`${module}: ${name}`);
        expect.soft(isKnown ? 'as listed' : problem, `${module}: ${name}`).toBe(
          isKnown ? 'as listed' : null,
        );
        if (isKnown) expect.soft(problem, `${module}: ${name} is listed`).not.toBe(null);
      }
    }
    expect([...known]).toEqual([]);
  });
}
