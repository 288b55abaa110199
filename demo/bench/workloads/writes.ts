// Workloads that put documents, in many transactions or in one.
import { completed, done } from '../../requests';
import type { Bed } from '../bed';
import { type Document, documents } from '../documents';
import { type Check, type Work, type Workload, expectSame } from '../workload';

const relaxedCount = 400;
const strictCount = 50;

/** The store holds exactly these documents. */
function holds(bed: Bed, store: string, wanted: readonly Document[]): Check {
  return async () => {
    expectSame(await done(bed.reading(store).getAll()), wanted, `documents of '${store}'`);
  };
}

async function putEach(
  bed: Bed,
  count: number,
  durability: IDBTransactionDurability,
): Promise<Work> {
  const all = documents(0, count, bed.records);
  await bed.clear('singles');
  return async () => {
    for (const document of all) {
      const transaction = bed.begin('singles', 'readwrite', durability);
      transaction.objectStore('singles').put(document);
      await completed(transaction);
    }
    return holds(bed, 'singles', all);
  };
}

export const putTxEach: Workload = {
  name: 'put tx each',
  what: 'put in a transaction each, two indexes',
  operations: () => relaxedCount,
  prepare: (bed) => putEach(bed, relaxedCount, 'relaxed'),
};

export const strict: Workload = {
  name: 'strict',
  what: 'the same with durability strict',
  operations: () => strictCount,
  prepare: (bed) => putEach(bed, strictCount, 'strict'),
};

function fill(bed: Bed, store: string, version: number): Work {
  const all = bed.documents(version);
  return async () => {
    await bed.putAll(store, all);
    if (store === 'documents') bed.loaded = version;
    return holds(bed, store, all);
  };
}

export const bulkPut: Workload = {
  name: 'bulk put 2 idx',
  what: 'put of all documents in one transaction, two indexes',
  operations: (records) => records,
  async prepare(bed) {
    await bed.clear('documents');
    bed.loaded = undefined;
    return fill(bed, 'documents', 0);
  },
};

export const overwrite: Workload = {
  name: 'overwrite',
  what: 'put over all documents in one transaction, two indexes',
  operations: (records) => records,
  async prepare(bed) {
    await bed.load();
    return fill(bed, 'documents', (bed.loaded ?? 0) + 1);
  },
};

const bulkInto = (name: string, what: string, store: string): Workload => ({
  name,
  what: `put of all documents in one transaction, ${what}`,
  operations: (records) => records,
  async prepare(bed) {
    await bed.clear(store);
    return fill(bed, store, 0);
  },
});

export const bulkPutNone = bulkInto('bulk put 0 idx', 'no index', 'no index');
export const bulkPutFour = bulkInto('bulk put 4 idx', 'four indexes', 'four indexes');
