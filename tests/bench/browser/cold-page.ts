// A fresh page that opens a database, the script and the module of FlowDB loaded only then.
import type { Side } from '../../../demo/bench/bed';
import { documents } from '../../../demo/bench/documents';
import { completed, done } from '../../../demo/requests';
import type { SideName } from './bench-page';

const batch = 5000;

async function sideOf(name: SideName): Promise<Side> {
  if (name === 'native') return globalThis;
  const { FlowDB } = await import('flowdb-wasm');
  const flow = await FlowDB.open();
  if (flow.indexedDB instanceof IDBFactory) throw new Error("this is not FlowDB's indexedDB");
  return flow;
}

function openOn({ indexedDB }: Side, name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('documents', { keyPath: 'id' });
    for (const index of ['group', 'category']) store.createIndex(index, index);
  };
  return done(request);
}

export const cold = {
  async fill(sideName: SideName, name: string, records: number): Promise<void> {
    const database = await openOn(await sideOf(sideName), name);
    for (let first = 0; first < records; first += batch) {
      const transaction = database.transaction('documents', 'readwrite');
      const store = transaction.objectStore('documents');
      const some = documents(first, Math.min(batch, records - first), records);
      for (const document of some) store.put(document);
      await completed(transaction);
    }
    database.close();
  },

  /** @returns milliseconds until the database is open */
  async open(sideName: SideName, name: string, records: number): Promise<number> {
    const start = performance.now();
    const database = await openOn(await sideOf(sideName), name);
    const ms = performance.now() - start;
    const count = await done(database.transaction('documents').objectStore('documents').count());
    if (count !== records) throw new Error(`wrong result: ${count} documents, not ${records}`);
    return ms;
  },
};

declare global {
  // `var` is how TypeScript declares a property of globalThis.
  var cold: typeof import('./cold-page').cold;
}
globalThis.cold = cold;
