// The workloads in a page, in turn: each of them on FlowDB and on the browser's own IndexedDB, one
// right after the other, who is first changing from round to round.
import { type ImplementationName, implementation } from '../implementations';
import { Bed } from './bed';
import type { Workload } from './workload';

export interface Turn {
  readonly workload: Workload;
  readonly implementation: ImplementationName;
  /** Microseconds an operation. */
  readonly us: number;
}

async function bedOf(name: ImplementationName, records: number): Promise<Bed> {
  const { factory, KeyRange } = await implementation(name);
  return new Bed({ indexedDB: factory, IDBKeyRange: KeyRange }, records);
}

/** Of Chromium; Firefox's is coarser. What is too fast for it must not have taken no time at all. */
const clockMs = 0.1;

/** Runs a workload once, and checks what it found. */
async function runOnce(workload: Workload, bed: Bed): Promise<number> {
  const work = await workload.prepare(bed);
  const start = performance.now();
  const check = await work();
  const ms = Math.max(performance.now() - start, clockMs / 2);
  await check();
  return (1000 * ms) / workload.operations(bed.records);
}

/**
 * Runs workloads on databases of their own, which are deleted afterwards.
 * @returns each turn as it is over; throws what a workload throws, a wrong result among it
 */
export async function* turns(
  workloads: readonly Workload[],
  rounds: number,
  records: number,
): AsyncGenerator<Turn> {
  const beds = {
    flowdb: await bedOf('flowdb', records),
    native: await bedOf('native', records),
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? (['native', 'flowdb'] as const) : (['flowdb', 'native'] as const);
      for (const name of order) await beds[name].renew();
      for (const workload of workloads) {
        for (const name of order) {
          yield { workload, implementation: name, us: await runOnce(workload, beds[name]) };
        }
      }
    }
  } finally {
    await beds.flowdb.remove();
    await beds.native.remove();
  }
}
