// What travels between page and worker: few messages, however many requests a transaction has.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

/** Messages in both directions together that a transaction with 1000 puts may take. */
const messagesMax = 8;

interface Counted {
  /** Messages that the page saw pass, both ways. */
  readonly seen: number;
  /** What FlowDB itself says. */
  readonly said: number;
  readonly stored: number;
}

// Counts at the Worker itself, so that nothing can pass beside it.
function countedPuts(
  page: Page,
  options: { isUnique: boolean; call: 'put' | 'add'; transactions: number; puts: number },
): Promise<Counted> {
  return page.evaluate(async ({ isUnique, call, transactions, puts }) => {
    let seen = 0;
    const NativeWorker = globalThis.Worker;
    globalThis.Worker = class extends NativeWorker {
      constructor(url: string | URL, workerOptions?: WorkerOptions) {
        super(url, workerOptions);
        this.addEventListener('message', () => (seen += 1));
      }

      override postMessage(...args: unknown[]): void {
        seen += 1;
        super.postMessage(...(args as [unknown, Transferable[]]));
      }
    };
    const load = (url: string) => import(url);
    const { FlowDB } = await load('/dist/index.js');
    const { ended, result } = await load('/programs/compared/steps.js');
    const flow = await FlowDB.open();
    const messages = () => flow.channelCounts.messagesSent + flow.channelCounts.messagesReceived;

    const opening = flow.indexedDB.open('messages', 1);
    opening.onupgradeneeded = () => {
      const store = opening.result.createObjectStore('s', { keyPath: 'id' });
      store.createIndex('n', 'n', { unique: isUnique });
    };
    const db = await result(opening);
    const [seenBefore, saidBefore] = [seen, messages()];
    let stored = 0;
    for (let id = 0; id < transactions * puts; ) {
      const tx = db.transaction('s', 'readwrite');
      for (const end = id + puts; id < end; id += 1) {
        const document = { id, n: id * 7, text: `document ${id}`.repeat(8) };
        const request = tx.objectStore('s')[call](document);
        request.onsuccess = () => (stored += 1);
      }
      await ended(tx);
    }
    return { seen: seen - seenBefore, said: messages() - saidBefore, stored };
  }, options);
}

for (const call of ['put', 'add'] as const) {
  for (const isUnique of [false, true]) {
    const index = isUnique ? 'a unique index' : 'an index';
    test(`1000 calls of ${call} into a store with ${index} take few messages`, async ({ page }) => {
      const transaction = { isUnique, call, transactions: 1, puts: 1000 };
      const { seen, said, stored } = await countedPuts(page, transaction);
      expect(stored).toBe(1000);
      expect(seen).toBeGreaterThan(0);
      expect(seen).toBeLessThanOrEqual(messagesMax);
      expect(said).toBe(seen);
    });
  }
}

test('a put in a transaction of its own takes one message each way', async ({ page }) => {
  const single = { isUnique: false, call: 'put', transactions: 100, puts: 1 } as const;
  const { seen, said, stored } = await countedPuts(page, single);
  expect(stored).toBe(100);
  expect(said).toBe(seen);
  // A run that was cut off by its time sends what it has.
  expect(seen).toBeLessThanOrEqual(210);
});
