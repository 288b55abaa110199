// Random programs of transactions through the page's side and the worker's, compared with a model
// in which one transaction comes behind the other. So nobody may see which gets the page answers by
// what it knows, and which writes it decides. Everything follows from the seed, also when messages
// come and where a run of events ends. To run other seeds, from one on so many, or the one that has
// failed:
//
//   FLOWDB_RANDOM_SEEDS=1000:200 npx vitest run idb-random
//   FLOWDB_RANDOM_SEEDS=1017:1 npx vitest run idb-random
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { RecordCache } from '../../js/idb/record-cache';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import { Random } from './codec-random';
import { Page } from './idb-page';
import { BrowserTasks } from './idb-random/browser-tasks';
import { RandomProgram } from './idb-random/program';

const [firstSeed = 1, seedCount = 8] = (process.env['FLOWDB_RANDOM_SEEDS'] ?? '')
  .split(':')
  .filter((text) => text !== '')
  .map(Number);
const requestsMax = 1200;

// The module is compiled once, which takes as long as it takes.
beforeAll(async () => {
  const page = new Page();
  await page.indexedDB.databases();
  page.end();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function run(seed: number): Promise<RandomProgram> {
  const tasks = new BrowserTasks(new Random(seed + 1e6));
  vi.stubGlobal('MessageChannel', tasks.channel);
  // Time runs out now and then.
  const times = new Random(seed + 2e6);
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += times.chance(0.02) ? 5 : 0.01));
  // Node's own takes as long as it takes. All Blobs of the programs are of this text.
  vi.spyOn(Blob.prototype, 'arrayBuffer').mockImplementation(async function (this: Blob) {
    await tasks.turn(this);
    return new TextEncoder().encode('x'.repeat(this.size)).buffer;
  });
  const page = new Page(new MemoryStorage(), (callback) => tasks.post(page, callback));
  const program = new RandomProgram(seed, page, tasks);
  try {
    await page.indexedDB.databases();
    await program.run(requestsMax);
  } catch (error) {
    (error as Error).message = `seed ${seed}: ${(error as Error).message}`;
    throw error;
  } finally {
    // What this worker still does must not ask for the time of the next one.
    await tasks.rest();
    page.end();
  }
  return program;
}

const reached = new Map<string, number>();
const seeds = Array.from({ length: seedCount }, (_, i) => firstSeed + i);

it.each(seeds)('seed %i is answered as the model says', async (seed) => {
  const find = vi.spyOn(RecordCache.prototype, 'find');
  const { counts } = await run(seed);
  counts.set('known', find.mock.results.filter(({ value }) => value !== undefined).length);
  for (const [what, count] of counts) reached.set(what, (reached.get(what) ?? 0) + count);
});

// A few seeds of one's own may not meet each of them.
if (seedCount >= 8) {
  it('what they are for was met', () => {
    const ends = ['complete', 'abort', 'abort ConstraintError', 'abort AbortError'];
    for (const what of [...ends, 'known', 'upgrade', 'deletion']) {
      expect([what, reached.get(what) ?? 0]).not.toEqual([what, 0]);
    }
  });
}
