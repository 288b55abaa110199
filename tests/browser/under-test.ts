// What every browser test stands on: that the package answers with FlowDB in this browser.
import type { Page } from '@playwright/test';

/**
 * @param page on an origin with the package below `/dist/`; what it has loaded stays loaded
 * @returns what is the browser's own instead of FlowDB's; empty: nothing
 */
export async function notFlowDB(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const load = (path: string) => import(path);
    const { FlowDB } = await load('/dist/index.js');
    const flow = await FlowDB.open();
    await load('/dist/auto.js');
    const isNative = ({ open }: IDBFactory): boolean =>
      Function.prototype.toString.call(open).includes('[native code]');
    const found = [];
    if (isNative(flow.indexedDB)) found.push('what FlowDB.open() gives');
    if (isNative(indexedDB)) found.push('indexedDB behind flowdb-wasm/auto');
    await flow.close();
    return found;
  });
}
