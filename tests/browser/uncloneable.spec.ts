// Objects that only the browser itself can clone into a database: they are refused with a message
// that names them, and the transaction goes on.
import { expect, test } from './fixtures';

test('what only the browser can clone is a DataCloneError that says so', async ({ page }) => {
  const seen = await page.evaluate(async () => {
    const load = (url: string) => import(url);
    const { FlowDB } = await load('/dist/index.js');
    const { indexedDB } = (await FlowDB.open()) as { indexedDB: IDBFactory };
    const algorithm = { name: 'AES-GCM', length: 128 };
    const folder = await navigator.storage.getDirectory();
    const values: Record<string, unknown> = {
      CryptoKey: await crypto.subtle.generateKey(algorithm, true, ['encrypt']),
      FileSystemDirectoryHandle: folder,
      FileSystemFileHandle: await folder.getFileHandle('file', { create: true }),
      RTCCertificate: await RTCPeerConnection.generateCertificate({
        name: 'ECDSA',
        namedCurve: 'P-256',
      } as EcKeyGenParams),
    };
    const request = indexedDB.open('uncloneable', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('s');
    await new Promise((resolve) => (request.onsuccess = resolve));
    const transaction = request.result.transaction('s', 'readwrite');
    const store = transaction.objectStore('s');
    const messages: Record<string, string[]> = {};
    for (const [name, value] of Object.entries(values)) {
      messages[name] = [value, { deep: [value] }].map((holder) => {
        try {
          store.put(holder, name);
          return 'stored';
        } catch (error) {
          return `${(error as DOMException).name}: ${(error as DOMException).message}`;
        }
      });
    }
    store.put('good', 'good');
    const ended = await new Promise((resolve) => {
      transaction.oncomplete = () => resolve('complete');
      transaction.onabort = () => resolve('abort');
    });
    request.result.close();
    return { messages, ended };
  });
  expect(seen.ended).toBe('complete');
  for (const name of Object.keys(seen.messages)) {
    const message = `DataCloneError: An object of type ${name} can't be stored.`;
    expect(seen.messages[name]).toEqual([message, message]);
  }
  expect(Object.keys(seen.messages)).toHaveLength(4);
});
