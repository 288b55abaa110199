// The bench in a page: workloads on either side, one step of them at a time, as bench.mjs asks.
import { FlowDB } from 'flowdb-wasm';
import { Bed, type Side } from '../../../demo/bench/bed';
import type { Check, Work } from '../../../demo/bench/workload';
import { workloads } from '../../../demo/bench/workloads';
import { type Counts, counts, quiet } from './counting';
import { parseFloor, roundTripFloor } from './floors';
import type { WorkerAnswer, WorkerQuestion } from './worker-messages';

export type SideName = 'native' | 'flowdb';

let flow: FlowDB | undefined;
let beds: Record<SideName, Bed> | undefined;
let work: Work | undefined;
let check: Check | undefined;
let worker: Worker | undefined;

function bedOf(side: SideName): Bed {
  if (beds === undefined) throw new Error('start() comes first');
  return beds[side];
}

// The bench would be worth nothing if both sides were the same.
function sidesOf({ indexedDB, IDBKeyRange }: FlowDB): Record<SideName, Side> {
  const native = { indexedDB: globalThis.indexedDB, IDBKeyRange: globalThis.IDBKeyRange };
  const isOwn = indexedDB !== native.indexedDB && !(indexedDB instanceof IDBFactory);
  if (!isOwn) throw new Error("the indexedDB on FlowDB's side is not FlowDB's");
  if (!(native.indexedDB instanceof IDBFactory)) {
    throw new Error("the indexedDB on the native side is not the browser's");
  }
  return { native, flowdb: { indexedDB, IDBKeyRange } };
}

const messages = (): number => flow?.channelCounts.messagesSent ?? 0;

export const bench = {
  async start(records: number): Promise<void> {
    flow = await FlowDB.open({ workerUrl: '/counting-worker.js' });
    const sides = sidesOf(flow);
    beds = { native: new Bed(sides.native, records), flowdb: new Bed(sides.flowdb, records) };
  },

  renew: (side: SideName): Promise<void> => bedOf(side).renew(),

  /** @returns how many operations run() will do, and whether what it puts off is part of it */
  async prepare(side: SideName, name: string) {
    const workload = workloads.find((one) => one.name === name);
    if (workload === undefined) throw new Error(`there is no workload '${name}'`);
    work = await workload.prepare(bedOf(side));
    const operations = workload.operations(bedOf(side).records);
    return { operations, includesDeferred: workload.includesDeferred ?? false };
  },

  /** @returns milliseconds */
  async run(side: SideName): Promise<number> {
    const before = messages();
    const start = performance.now();
    check = await work?.();
    const ms = performance.now() - start;
    if (messages() > before !== (side === 'flowdb')) {
      throw new Error(`FlowDB's worker was ${side === 'flowdb' ? 'not ' : ''}asked by '${side}'`);
    }
    return ms;
  },

  async check(): Promise<void> {
    await check?.();
    work = check = undefined;
  },

  counts: (): Promise<Counts> => counts(),
  quiet: (): Promise<Counts> => quiet(),

  /** Lets go of the databases, for others to open. */
  async close(): Promise<void> {
    for (const bed of Object.values(beds ?? {})) bed.close();
    await flow?.close();
  },

  /** Has a workload run in a worker; see worker-bench.ts. */
  async inWorker(question: WorkerQuestion): Promise<WorkerAnswer> {
    worker ??= new Worker('/built/worker-bench.js', { type: 'module' });
    const asked = worker;
    const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
      asked.onmessage = ({ data }) => resolve(data as WorkerAnswer);
      asked.onerror = (event) => reject(new Error(`the worker: ${event.message}`));
      asked.postMessage(question);
    });
    if ('error' in answer) throw new Error(`${question.side}: ${answer.error}`);
    return answer;
  },

  /** Milliseconds of what nothing that asks a worker, or reads JSON, can be faster than. */
  async floors(): Promise<{ roundTrip: number; parse: number }> {
    return { roundTrip: await roundTripFloor(), parse: parseFloor(bedOf('flowdb').documents()) };
  },
};

declare global {
  // `var` is how TypeScript declares a property of globalThis.
  var bench: typeof import('./bench-page').bench;
}
globalThis.bench = bench;
