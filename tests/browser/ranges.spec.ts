// The browser's own key ranges, which a script has that takes FlowDB's indexedDB and no more.
import { expect, test } from './fixtures';

test("FlowDB takes the browser's own key ranges", async ({ page }) => {
  const found = await page.evaluate(async () => {
    const load = (url: string) => import(url);
    const { indexedDB } = (await (await load('/dist/index.js')).FlowDB.open()) as typeof globalThis;
    const opening = indexedDB.open('ranges', 1);
    opening.onupgradeneeded = () => {
      const store = opening.result.createObjectStore('s');
      store.createIndex('i', 'n');
      for (let n = 0; n < 10; n++) store.put({ n }, n);
      store.put({ n: 20 }, [new Date(5), 'x']);
    };
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const store = opening.result.transaction('s').objectStore('s');
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as DOMException);
      });
    const { bound, lowerBound, upperBound, only, prototype } = IDBKeyRange;
    const ranges = [
      bound(3, 5),
      bound(3, 5, true, true),
      lowerBound(8),
      lowerBound(8, true),
      upperBound(1),
      upperBound(1, true),
      only(7),
      only([new Date(5), 'x']),
    ];
    const keys = [];
    for (const range of ranges) keys.push(await done(store.getAllKeys(range)));
    let refusal = '';
    try {
      store.get(Object.create(prototype) as IDBKeyRange);
    } catch (error) {
      refusal = (error as DOMException).name;
    }
    const cursor = await done(store.index('i').openCursor(bound(4, 6, true)));
    return {
      keys,
      refusal,
      count: await done(store.count(bound(2, 4))),
      values: await done(store.index('i').getAll(lowerBound(9))),
      options: await done(store.getAllKeys({ query: only(2) } as unknown as IDBKeyRange)),
      cursor: cursor?.key,
    };
  });
  expect(found.keys.slice(0, -2)).toEqual([
    [3, 4, 5],
    [4],
    [8, 9, [new Date(5), 'x']],
    [9, [new Date(5), 'x']],
    [0, 1],
    [0],
  ]);
  expect(found.keys.slice(-2)).toEqual([[7], [[new Date(5), 'x']]]);
  expect(found.refusal).toBe('DataError');
  expect(found.count).toBe(3);
  expect(found.values).toEqual([{ n: 9 }, { n: 20 }]);
  expect(found.options).toEqual([2]);
  expect(found.cursor).toBe(5);
});
