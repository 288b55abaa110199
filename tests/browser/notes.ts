// The notes of tests/browser/pages/programs/storage/notes.js, as tests use them.
import type { Page } from '@playwright/test';

export interface ToldError {
  readonly isTyped: boolean;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

type Call = 'put' | 'get' | 'hold';

/**
 * Calls one of them on FlowDB, which the page opens the first time.
 * @returns what the call gave, or the error it rejected with, and how long it took
 */
export function notes(
  page: Page,
  call: Call,
  name: string,
  ...args: string[]
): Promise<{ value?: unknown; error?: ToldError; ms: number }> {
  return page.evaluate(
    async ({ call, name, args }) => {
      const load = (url: string) => import(url);
      const [programs, package_] = await Promise.all([
        load('/programs/storage/notes.js'),
        load('/dist/index.js'),
      ]);
      const start = performance.now();
      const since = () => performance.now() - start;
      const global = globalThis as { flow?: Promise<{ indexedDB: IDBFactory }>; held?: unknown };
      try {
        const { indexedDB } = await (global.flow ??= package_.FlowDB.open() as never);
        const value = await programs[call](indexedDB, name, ...args);
        if (call === 'hold') global.held = value;
        return { value: call === 'hold' ? undefined : value, ms: since() };
      } catch (error) {
        return { error: programs.told(error, package_), ms: since() };
      }
    },
    { call, name, args },
  );
}
