// The demo's job: load the cities, then make every look-up and check what it found. The job is
// written once and runs on whatever IDBFactory it is given.
import type { City } from './cities';
import { load, openExisting } from './database';
import type { Implementation, ImplementationName } from './implementations';
import { lookups } from './lookups';

/** One line of the result: how long a step took and whether it found what it had to. */
export interface Step {
  readonly title: string;
  readonly ms: number;
  readonly correct: boolean;
}

export interface JobReport {
  readonly implementation: ImplementationName;
  readonly steps: readonly Step[];
}

/** What opening the database of an earlier load took, in milliseconds, and what was in it. */
export interface OpeningReport {
  readonly implementation: ImplementationName;
  readonly startMs: number;
  readonly openMs: number;
  readonly count: number;
}

/**
 * Loads the cities and makes the look-ups.
 * @param onProgress is told how many cities are in
 */
export async function runJob(
  { name, factory, KeyRange }: Implementation,
  cities: readonly City[],
  onProgress: (count: number) => void,
): Promise<JobReport> {
  const start = performance.now();
  const database = await load(factory, cities, onProgress);
  const title = `Load of ${cities.length} cities, three indexes`;
  const loaded: Step = { title, ms: performance.now() - start, correct: true };
  try {
    return { implementation: name, steps: [loaded, ...(await ask(database, KeyRange, cities))] };
  } finally {
    database.close();
  }
}

/** Makes the look-ups on the database of an earlier load. */
export async function askAgain(
  { name, factory, KeyRange }: Implementation,
  cities: readonly City[],
): Promise<JobReport> {
  const database = await openExisting(factory);
  if (database === undefined) throw new Error('there is no database of an earlier load');
  try {
    return { implementation: name, steps: await ask(database, KeyRange, cities) };
  } finally {
    database.close();
  }
}

async function ask(
  database: IDBDatabase,
  KeyRange: typeof IDBKeyRange,
  cities: readonly City[],
): Promise<Step[]> {
  const steps: Step[] = [];
  for (const lookup of lookups(cities)) {
    const start = performance.now();
    const found = await lookup.run({ database, KeyRange });
    const ms = performance.now() - start;
    const correct = JSON.stringify(found) === JSON.stringify(lookup.expected());
    steps.push({ title: lookup.title, ms, correct });
  }
  return steps;
}
