// Workloads that mix kinds of work, have several transactions under way at once, or open.
import { completed, done } from '../../requests';
import { type Bed, lanes } from '../bed';
import { type Document, documents, groupOf, perGroup } from '../documents';
import { type Dice, dice } from '../random';
import { type Workload, expectSame } from '../workload';

type Step = (bed: Bed) => Promise<void>;

const mixedCount = 500;
/** Tells what the mix has put from what was loaded. */
const putVersion = 1000;

/**
 * One step of the mix, which checks what it finds by its number alone: that is cheap.
 * @param all the documents as they will be stored in the end: a put replaces one in it
 */
function mixedStep(roll: Dice, bed: Bed, all: Document[]): Step {
  const [kind, id] = [roll(10), roll(bed.records)];
  if (kind < 7) {
    return async () => {
      const found = (await done(bed.reading('documents').get(id))) as Document | undefined;
      if (found?.id !== id) throw new Error(`wrong result: document ${found?.id} for ${id}`);
    };
  }
  if (kind < 9) {
    const [document] = documents(id, 1, bed.records, putVersion);
    if (document !== undefined) all[id] = document;
    return async () => {
      const transaction = bed.begin('documents', 'readwrite');
      transaction.objectStore('documents').put(document);
      await completed(transaction);
    };
  }
  const group = groupOf(id, bed.records);
  return async () => {
    const list = await done(bed.reading('documents').index('group').getAll(group));
    if (list.length < Math.min(perGroup, bed.records)) {
      throw new Error(`wrong result: ${list.length} documents of group ${group}`);
    }
  };
}

export const mixed: Workload = {
  name: 'mixed',
  what: '70 % get, 20 % put, 10 % getAll of 40 by an index, in a transaction each',
  operations: () => mixedCount,
  async prepare(bed) {
    await bed.load();
    const roll = dice(mixedCount);
    const all = [...bed.documents()];
    const steps = Array.from({ length: mixedCount }, () => mixedStep(roll, bed, all));
    return async () => {
      for (const step of steps) await step(bed);
      bed.loaded = undefined;
      return async () => {
        expectSame(await done(bed.reading('documents').getAll()), all, 'documents');
      };
    };
  },
};

const perLane = 40;

async function runLane(bed: Bed, lane: string, all: readonly Document[]): Promise<void> {
  for (const document of all) {
    const transaction = bed.begin(lane, 'readwrite');
    const store = transaction.objectStore(lane);
    const before = (await done(store.get(document.id - 1))) as Document | undefined;
    if ((before?.id ?? -1) !== document.id - 1) throw new Error('wrong result: the one before');
    store.put(document);
    await completed(transaction);
  }
}

export const concurrent: Workload = {
  name: '8 concurrent',
  what: 'eight stores at once: a get and a put in a transaction each',
  operations: () => lanes.length * perLane,
  async prepare(bed) {
    for (const lane of lanes) await bed.clear(lane);
    const all = documents(0, perLane, bed.records);
    return async () => {
      await Promise.all(lanes.map((lane) => runLane(bed, lane, all)));
      return async () => {
        for (const lane of lanes) {
          expectSame(await done(bed.reading(lane).getAll()), all, `documents of '${lane}'`);
        }
      };
    };
  },
};

const warmCount = 20;

export const openWarm: Workload = {
  name: 'open warm',
  what: 'close and open again on the same page',
  operations: () => warmCount,
  async prepare(bed) {
    await bed.load();
    return async () => {
      for (let i = 0; i < warmCount; i++) {
        bed.close();
        await bed.open();
      }
      return async () => {
        expectSame(await done(bed.reading('documents').count()), bed.records, 'count');
      };
    };
  },
};
