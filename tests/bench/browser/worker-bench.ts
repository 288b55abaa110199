// The bench in a worker: FlowDB, through the IndexedDB API, and SQLite on the same documents.
import { FlowDB } from 'flowdb-wasm';
import { Bed } from '../../../demo/bench/bed';
import type { Work } from '../../../demo/bench/workload';
import { workloads } from '../../../demo/bench/workloads';
import { SqliteBed } from './sqlite';
import type { WorkerAnswer, WorkerQuestion, WorkerSide } from './worker-messages';

declare const self: DedicatedWorkerGlobalScope;

class FlowBed {
  readonly #bed: Bed;

  constructor(bed: Bed) {
    this.#bed = bed;
  }

  renew(): Promise<void> {
    return this.#bed.renew();
  }

  async prepare(name: string): Promise<{ operations: number; work: Work }> {
    const workload = workloads.find((one) => one.name === name);
    if (workload === undefined) throw new Error(`there is no workload '${name}'`);
    const work = await workload.prepare(this.#bed);
    return { operations: workload.operations(this.#bed.records), work };
  }
}

const beds = new Map<WorkerSide, FlowBed | SqliteBed>();

async function bedOf(side: WorkerSide, records: number): Promise<FlowBed | SqliteBed> {
  let bed = beds.get(side);
  if (bed === undefined) {
    if (side === 'flowdb') {
      const { indexedDB, IDBKeyRange } = await FlowDB.open();
      if (indexedDB instanceof IDBFactory) throw new Error("this is not FlowDB's indexedDB");
      bed = new FlowBed(new Bed({ indexedDB, IDBKeyRange }, records));
    } else bed = new SqliteBed(side, records);
    beds.set(side, bed);
  }
  return bed;
}

async function answer({ side, name, records }: WorkerQuestion): Promise<WorkerAnswer> {
  const bed = await bedOf(side, records);
  if (name === undefined) {
    await bed.renew();
    return { ms: 0, operations: 0 };
  }
  const { operations, work } = await bed.prepare(name);
  const start = performance.now();
  const check = await work();
  const ms = performance.now() - start;
  await check();
  return { ms, operations };
}

self.onmessage = ({ data }: MessageEvent<WorkerQuestion>) => {
  answer(data).then(
    (found) => self.postMessage(found),
    (error: unknown) => self.postMessage({ error: String(error) } satisfies WorkerAnswer),
  );
};
