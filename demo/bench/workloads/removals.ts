// Workloads that remove documents. Each one counts what is left, through the store and through an
// index, and what the engine has put off is part of it.
import { completed, done } from '../../requests';
import type { Bed } from '../bed';
import { type Workload, expectSame } from '../workload';

const removal = (
  name: string,
  what: string,
  operations: (records: number) => number,
  left: (records: number) => number,
  remove: (bed: Bed, store: IDBObjectStore) => void,
): Workload => ({
  name,
  what: `${what}, in one transaction, and a count of what is left`,
  operations,
  includesDeferred: true,
  async prepare(bed) {
    await bed.load();
    return async () => {
      const transaction = bed.begin('documents', 'readwrite');
      remove(bed, transaction.objectStore('documents'));
      await completed(transaction);
      const inStore = await done(bed.reading('documents').count());
      const inIndex = await done(bed.reading('documents').index('group').count());
      const version = bed.loaded;
      bed.loaded = undefined;
      return async () => {
        expectSame([inStore, inIndex], Array(2).fill(left(bed.records)), 'counts');
        const kept = await done(bed.reading('documents').getAll());
        expectSame(kept, bed.documents(version).slice(bed.records - inStore), 'documents left');
      };
    };
  },
});

export const deleteEach = removal(
  'delete',
  'delete of all documents, one key after the other',
  (records) => records,
  () => 0,
  (bed, store) => {
    for (let key = 0; key < bed.records; key++) store.delete(key);
  },
);

export const clear = removal(
  'clear',
  'clear of the store',
  () => 1,
  () => 0,
  (_, store) => store.clear(),
);

export const deleteRange = removal(
  'delete range',
  'delete of the lower half of the documents as one range',
  () => 1,
  (records) => Math.ceil(records / 2),
  (bed, store) => {
    const gone = Math.floor(bed.records / 2);
    store.delete(bed.side.IDBKeyRange.bound(0, gone, false, true));
  },
);
