// The close event: a connection that is closed by force, here because FlowDB is ended under it.
// https://w3c.github.io/IndexedDB/#close-a-database-connection
import { expect, test } from './fixtures';

test('closing by force aborts transactions, then tells the connections', async ({ page }) => {
  const seen = await page.evaluate(async () => {
    const load = (url: string) => import(url);
    const { FlowDB } = await load('/dist/index.js');
    const flow = await FlowDB.open();
    const log: string[] = [];
    const open = (indexedDB: IDBFactory) =>
      new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('closed by force', 1);
        request.onupgradeneeded = () => request.result.createObjectStore('s').put('kept', 1);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const [db, closed] = [await open(flow.indexedDB), await open(flow.indexedDB)];
    closed.onclose = () => log.push('a connection that was closed before');
    closed.close();
    const event = new Promise<Event>((resolve) => (db.onclose = resolve));
    const transaction = db.transaction('s', 'readwrite');
    transaction.objectStore('s').put('lost', 1);
    transaction.onabort = () => log.push(`abort ${transaction.error?.name}`);
    // It never ends by itself.
    const spin = () => {
      const request = transaction.objectStore('s').get(1);
      request.onsuccess = spin;
      request.onerror = () => log.push(`error ${request.error?.name}`);
    };
    await new Promise<void>((resolve) => {
      transaction.objectStore('s').get(1).onsuccess = () => {
        spin();
        resolve();
      };
    });
    await flow.close();
    const { type, bubbles, cancelable, target } = await event;
    log.push(`${type} ${bubbles} ${cancelable} ${target === db}`);
    try {
      db.transaction('s');
      log.push('still open');
    } catch (error) {
      log.push((error as DOMException).name);
    }
    const again = await FlowDB.open();
    const fresh = await open(again.indexedDB);
    const get = fresh.transaction('s').objectStore('s').get(1);
    const value = await new Promise((resolve) => (get.onsuccess = () => resolve(get.result)));
    await again.close();
    return { log, value };
  });
  expect(seen).toEqual({
    log: ['error AbortError', 'abort AbortError', 'close false false true', 'InvalidStateError'],
    value: 'kept',
  });
});

test('what is asked for while FlowDB ends, or afterwards, has an end', async ({ page }) => {
  const seen = await page.evaluate(async () => {
    const load = (url: string) => import(url);
    const { FlowDB } = await load('/dist/index.js');
    const flow = await FlowDB.open();
    const factory: IDBFactory = flow.indexedDB;
    const ended = (request: IDBOpenDBRequest) =>
      new Promise<string>((resolve) => {
        request.onerror = () => resolve('failed');
        request.onsuccess = () => (request.result.onclose = () => resolve('closed'));
      });
    const ends = [ended(factory.open('before', 1))];
    const closing = flow.close();
    ends.push(ended(factory.open('meanwhile', 1)));
    await closing;
    ends.push(ended(factory.open('afterwards', 1)), ended(factory.deleteDatabase('afterwards')));
    const list = factory.databases().then(() => 'listed', ({ name }: DOMException) => name);
    const late = new Promise((resolve) => setTimeout(resolve, 5000, 'no end'));
    return Promise.all([...ends, list].map((end) => Promise.race([end, late])));
  });
  expect(seen).toEqual([
    expect.stringMatching(/failed|closed/),
    expect.stringMatching(/failed|closed/),
    'failed',
    'failed',
    'UnknownError',
  ]);
});
