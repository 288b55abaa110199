// The same programs on the browser's own IndexedDB and on FlowDB, in one page: they have to see the
// same. Where a browser does not do what the specification says, a program has its expectations
// with it (specified-*.js).
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

type Logs = Record<string, string[]>;

const modules = [
  'opening',
  'schema',
  'records',
  'keys',
  'generator',
  'indexes',
  'cursors',
  'changes',
  'transactions',
  'events',
  'misuse',
  'values',
];

// What runs in the page has no types: the programs are plain JavaScript, loaded there.
async function logsOf(page: Page, module: string, where: 'native' | 'flowdb'): Promise<Logs> {
  return page.evaluate(
    async ({ path, where }) => {
      const load = (url: string) => import(url);
      const { run } = await load('/programs/compared/run.js');
      const programs = await load(path);
      const bodies = Object.entries<{ body?: unknown }>({ ...programs }).map(([name, program]) => [
        name,
        program.body ?? program,
      ]);
      const implementation =
        where === 'native' ? globalThis : await (await load('/dist/index.js')).FlowDB.open();
      return run(Object.fromEntries(bodies), implementation, 'compared');
    },
    { path: `/programs/compared/${module}.js`, where },
  );
}

for (const module of modules) {
  test(`as the browser's own: ${module}`, async ({ page }) => {
    const native = await logsOf(page, module, 'native');
    const flowdb = await logsOf(page, module, 'flowdb');
    expect(Object.keys(flowdb)).toEqual(Object.keys(native));
    for (const [program, lines] of Object.entries(native)) {
      expect(lines.filter((line) => line.startsWith('ended with')), program).toEqual([]);
      expect.soft(flowdb[program], program).toEqual(lines);
    }
  });
}

for (const module of ['specified-values', 'specified-order', 'specified-getters']) {
  test(`as the specification says: ${module}`, async ({ page }) => {
    const logs = await logsOf(page, module, 'flowdb');
    const expected = await page.evaluate(async (path) => {
      const programs: Record<string, { expected: string[] }> = await import(path);
      return Object.fromEntries(
        Object.entries(programs).map(([name, { expected }]) => [name, expected]),
      );
    }, `/programs/compared/${module}.js`);
    expect(Object.keys(logs)).toEqual(Object.keys(expected));
    for (const [program, lines] of Object.entries(expected)) {
      expect.soft(logs[program], program).toEqual(lines);
    }
  });
}
