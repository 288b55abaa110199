// Where databases are kept when it is not the usual place, or when that place is in disorder.
import type { FlowDB } from '../../js/index';
import { expect, test } from './fixtures';

interface Entry {
  readonly FlowDB: typeof FlowDB;
}

test('databases in memory work without files, and are gone with the page', async ({ page }) => {
  const run = () =>
    page.evaluate(async () => {
      const entry = '/dist/index.js';
      const { FlowDB } = (await import(entry)) as Entry;
      const { indexedDB } = await FlowDB.open({
        storage: 'memory',
        workerUrl: 'dist/worker.js',
        wasmUrl: 'dist/flowdb.wasm',
      });
      const request = indexedDB.open('m', 2);
      const oldVersion = await new Promise((resolve, reject) => {
        request.onerror = () => reject(request.error);
        request.onupgradeneeded = (event) => {
          request.result.createObjectStore('s').put('value', 'key');
          resolve(event.oldVersion);
        };
      });
      await new Promise((resolve) => (request.onsuccess = resolve));
      const get = request.result.transaction('s').objectStore('s').get('key');
      await new Promise((resolve) => (get.onsuccess = resolve));
      const root = await navigator.storage.getDirectory();
      const files: string[] = [];
      for await (const name of root.keys()) files.push(name);
      return [oldVersion, get.result, await indexedDB.databases(), files];
    });
  const expected = [0, 'value', [{ name: 'm', version: 2 }], []];
  expect(await run()).toEqual(expected);
  await page.reload();
  expect(await run()).toEqual(expected);
});

test('what an interrupted creation left behind is no database, and in nobody’s way', async ({
  page,
}) => {
  const result = await page.evaluate(async () => {
    // "ghost" in UTF-16.
    const units = Uint16Array.from('ghost', (letter) => letter.charCodeAt(0));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', units));
    const hash = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle('flowdb', { create: true });
    const leave = async (...files: string[]) => {
      const folder = await all.getDirectoryHandle(hash, { create: true });
      for (const file of files) await folder.getFileHandle(file, { create: true });
    };
    const isThere = async () => {
      for await (const name of all.keys()) if (name === hash) return true;
      return false;
    };
    const entry = '/dist/index.js';
    const { FlowDB } = (await import(entry)) as Entry;
    const { indexedDB } = await FlowDB.open();
    const remove = () =>
      new Promise<number>((resolve, reject) => {
        const request = indexedDB.deleteDatabase('ghost');
        request.onsuccess = (event) => resolve((event as IDBVersionChangeEvent).oldVersion);
        request.onerror = () => reject(request.error);
      });
    const seen: unknown[] = [];
    for (const files of [[], ['name'], ['flow.db'], ['flow.wal', 'flow.db', 'name']]) {
      await leave(...files);
      seen.push((await indexedDB.databases()).length, await remove(), await isThere());
    }
    await leave('flow.db', 'name');
    const request = indexedDB.open('ghost');
    seen.push(
      await new Promise((resolve, reject) => {
        request.onupgradeneeded = (event) => resolve(event.oldVersion);
        request.onerror = () => reject(request.error);
      }),
    );
    return seen;
  });
  expect(result).toEqual([0, 0, false, 0, 0, false, 0, 0, false, 0, 0, false, 0]);
});
