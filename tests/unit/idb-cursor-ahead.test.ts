// Cursors that ask for the next batch before they need it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDBKeyRange as Ranges } from '../../js/idb/IDBKeyRange';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import { dice } from '../../demo/bench/random';
import { FaultyStorage, ways } from './faulty-storage';
import { endOf, Page, resultOf, walk } from './idb-page';

const ranges = Ranges as unknown as typeof globalThis.IDBKeyRange;
const many = 3000;
/** Where a batch ends: of 8, 32 and 128 entries. */
const batchEnds = [8, 40, 168] as const;
/** Where half of the third one is taken. */
const inMiddleOfThird = 103;

const way = ways.find(({ name }) => name === 'a call throws');
if (way === undefined) throw new Error('there is no such way');
const reads = { ...way, calls: ['read'] as const };

const storage = new MemoryStorage();
const first = new FaultyStorage(storage, reads, Infinity, false);
let page: Page;
let db: IDBDatabase;

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const noise = dice(1);
// More than the memory holds, so that most of it is read from the file.
const incompressible = () => upTo(200).map(() => noise(1e9).toString(36)).join('');

async function openIn(where: Page): Promise<IDBDatabase> {
  return where.open('ahead', 1, (made) => {
    const store = made.createObjectStore('numbers');
    store.createIndex('half', 'half');
    for (let i = 0; i < many; i++) store.put({ half: i >> 1, text: incompressible() }, i);
  });
}

beforeAll(async () => {
  page = new Page(first);
  db = await openIn(page);
});
afterAll(() => page.end());

const read = () => db.transaction('numbers').objectStore('numbers');
const keyOf = (cursor: IDBCursor) => cursor.key as number;

describe('a cursor that only reads', () => {
  it('asks for the next batch in the middle of one', async () => {
    const asked: number[] = [];
    let before = page.counts.messagesSent;
    await walk(read().openCursor(), (cursor) => {
      const now = page.counts.messagesSent;
      if (now > before) asked.push(keyOf(cursor));
      before = now;
    });
    // Each is seen at the entry that the step which has asked arrives at.
    expect(asked.slice(0, 4)).toEqual([0, 8, 40, inMiddleOfThird]);
    expect(asked.length).toBeLessThan(12);
  });

  it('does not when it may write', async () => {
    const store = db.transaction('numbers', 'readwrite').objectStore('numbers');
    const seen = await walk(store.openCursor(), (cursor) => {
      if (keyOf(cursor) === inMiddleOfThird + 20) store.delete(batchEnds[2]);
      return keyOf(cursor);
    });
    expect(seen).toEqual(upTo(many).filter((i) => i !== batchEnds[2]));
    await resultOf(store.put({ half: 84, text: '' }, batchEnds[2]));
  });

  it.each(['next', 'prev'] as const)('goes %s in steps of all kinds', async (direction) => {
    const roll = dice(7);
    const all = direction === 'next' ? upTo(many) : upTo(many).reverse();
    const sign = direction === 'next' ? 1 : -1;
    for (let turn = 0; turn < 20; turn++) {
      let at = 0;
      const expected: number[] = [];
      const move = (cursor: IDBCursor) => {
        const [kind, far] = [roll(40), 1 + roll(roll(2) === 0 ? 4 : 700)];
        at += kind < 2 ? far : 1;
        if (kind === 0) cursor.advance(far);
        else if (kind === 1) cursor.continue(keyOf(cursor) + sign * far);
        else cursor.continue();
      };
      const seen = await walk(read().openCursor(null, direction), keyOf, (cursor) => {
        expected.push(all[at] as number);
        move(cursor);
      });
      expect(seen).toEqual(expected);
      expect(at).toBeGreaterThanOrEqual(many);
    }
  });

  it('goes through an index', async () => {
    const walked = walk(read().index('half').openCursor(), (cursor) => cursor.primaryKey);
    expect(await walked).toEqual(upTo(many));
    const unique = walk(read().index('half').openCursor(null, 'prevunique'), keyOf);
    expect(await unique).toEqual(upTo(many / 2).reverse());
    const range = ranges.bound(100, 1100);
    expect(await walk(read().index('half').openKeyCursor(range), keyOf)).toHaveLength(2002);
  });

  it('keeps its place among other requests, and beside other cursors', async () => {
    const store = read();
    const order: string[] = [];
    const others: Promise<unknown>[] = [];
    const visit = (name: string) => (cursor: IDBCursor) => {
      const key = keyOf(cursor);
      order.push(`${name} ${key}`);
      // Asked before the cursor goes on, so answered before.
      const asked = store.get(key);
      asked.addEventListener('success', () => order.push(`${name} got ${key}`));
      others.push(resultOf(asked));
    };
    const walks = ['a', 'b'].map((name) => walk(store.openCursor(), visit(name)));
    const [a, b] = await Promise.all(walks);
    expect([a?.length, b?.length]).toEqual([many, many]);
    await Promise.all(others);
    for (const name of ['a', 'b']) {
      const own = order.filter((one) => one.startsWith(name));
      expect(own).toEqual(upTo(many).flatMap((i) => [`${name} ${i}`, `${name} got ${i}`]));
    }
  });

  /** Calls `then` at the entry behind which the cursor waits for the worker, or has the batch. */
  const atEntry = (entry: number, then: (cursor: IDBCursor) => void) => {
    const store = read();
    const request = store.openCursor();
    const seen: (number | undefined)[] = [];
    request.onsuccess = () => {
      const cursor = request.result;
      seen.push(cursor === null ? undefined : keyOf(cursor));
      if (cursor === null || keyOf(cursor) > entry) return;
      cursor.continue();
      if (keyOf(cursor) === entry) then(cursor);
    };
    return { end: endOf(store.transaction), seen, request };
  };

  it.each([inMiddleOfThird - 1, inMiddleOfThird, 167, 168])(
    'is answered before a commit at %i, and gone after an abort',
    async (entry) => {
      const commit = atEntry(entry, () => commit.request.transaction?.commit());
      expect(await commit.end).toBe('complete');
      expect(commit.seen).toEqual(upTo(entry + 2));

      const abort = atEntry(entry, () => abort.request.transaction?.abort());
      expect(await abort.end).toBe('abort');
      expect(abort.seen).toEqual(upTo(entry + 1));
      expect(abort.request.error?.name).toBe('AbortError');
    },
  );

  it.each([
    ['to each entry', (cursor: IDBCursor) => cursor.continue(keyOf(cursor) + 1)],
    ['over one entry', (cursor: IDBCursor) => cursor.advance(2)],
  ])('does not for other moves: %s', async (_, move) => {
    const before = page.counts.bytesReceived;
    await walk(read().openCursor(), keyOf);
    const plain = page.counts.bytesReceived - before;
    await walk(read().openCursor(), keyOf, move);
    expect(page.counts.bytesReceived - before - plain).toBeLessThan(1.1 * plain);
  });

  it('does for advance(1)', async () => {
    const before = page.counts.messagesSent;
    await walk(read().openCursor(), keyOf);
    const plain = page.counts.messagesSent - before;
    await walk(read().openCursor(), keyOf, (cursor) => cursor.advance(1));
    expect(page.counts.messagesSent - before - plain).toBe(plain);
  });

  it('leaves an answer that nobody wants', async () => {
    const store = read();
    const request = store.openCursor();
    let last = -1;
    request.onsuccess = () => {
      last = keyOf(request.result as IDBCursor);
      if (last <= inMiddleOfThird) request.result?.continue();
    };
    expect(await endOf(store.transaction)).toBe('complete');
    expect(last).toBe(inMiddleOfThird + 1);
  });
});

describe('a file that cannot be read', () => {
  // How far a walk comes whose n-th read fails, and all behind it or it alone. It ends at an entry,
  // behind which it has gone on and committed.
  async function walkWith(n: number, isForGood: boolean, lastEntry = many, cancels = false) {
    const faulty = new FaultyStorage(storage, reads, n, isForGood);
    const other = new Page(faulty);
    const seen: number[] = [];
    let problem = '';
    let ended = '';
    try {
      const opened = await openIn(other);
      const store = opened.transaction('numbers').objectStore('numbers');
      const end = endOf(store.transaction);
      const request = store.openCursor();
      if (cancels) request.onerror = (event) => event.preventDefault();
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor === null) return;
        seen.push(keyOf(cursor));
        if (keyOf(cursor) > lastEntry) return;
        // Its answer comes behind that of what was asked ahead.
        const pauses = lastEntry === many && !cancels && keyOf(cursor) % 50 === 0;
        if (pauses) store.get(keyOf(cursor)).onsuccess = () => cursor.continue();
        else cursor.continue();
        if (keyOf(cursor) === lastEntry) store.transaction.commit();
      };
      ended = await end;
      if (ended === 'abort') problem = store.transaction.error?.name ?? 'none';
    } catch (error) {
      problem = (error as Error).name;
    }
    faulty.endProcess();
    other.end();
    return { seen, problem, ended, wasMet: faulty.wasMet };
  }

  beforeAll(() => first.endProcess());

  it.each([true, false])('fails at most the step that needs it, for good: %s', async (isForGood) => {
    const lengths = new Set<number>();
    let healed = 0;
    for (let n = 0; ; n += 7) {
      const { seen, problem, wasMet } = await walkWith(n, isForGood);
      expect(seen).toEqual(upTo(seen.length));
      if (problem === '') expect(seen).toHaveLength(many);
      else if (seen.length > 0) lengths.add(seen.length);
      if (!wasMet) break;
      if (problem === '') healed += 1;
    }
    expect(lengths.size).toBeGreaterThan(0);
    // What has failed ahead is asked for once more when it is needed.
    if (isForGood) expect(healed).toBe(0);
    else expect(healed).toBeGreaterThan(0);
    for (const length of lengths) expect(length).toBeGreaterThanOrEqual(batchEnds[0]);
  });

  it('ends the walk alone when its event is cancelled', async () => {
    let cancelled = 0;
    for (let n = 0; ; n += 7) {
      const { ended, seen, wasMet } = await walkWith(n, true, many, true);
      if (!wasMet) break;
      if (seen.length === 0) continue;
      expect(ended).toBe('complete');
      if (seen.length < many) cancelled += 1;
    }
    expect(cancelled).toBeGreaterThan(0);
  });

  it('aborts a transaction that was to commit', async () => {
    const last = batchEnds[2] - 1;
    let aborted = 0;
    for (let n = 0; ; n += 7) {
      const { seen, ended, wasMet } = await walkWith(n, true, last);
      if (!wasMet) break;
      if (seen.length === 0) continue;
      expect(ended).toBe('abort');
      if (seen.length === last + 1) aborted += 1;
    }
    expect(aborted).toBeGreaterThan(0);
  });
});

describe('a worker that dies', () => {
  it.each([inMiddleOfThird + 1, 167])('takes the walk with it, at entry %i', async (entry) => {
    const other = new Page();
    const opened = await openIn(other);
    const store = opened.transaction('numbers').objectStore('numbers');
    const request = store.openCursor();
    const seen: number[] = [];
    request.onsuccess = () => {
      const cursor = request.result as IDBCursor;
      seen.push(keyOf(cursor));
      cursor.continue();
      if (keyOf(cursor) === entry) other.kill();
    };
    expect(await endOf(store.transaction)).toBe('abort');
    expect(request.error?.name).toBe('AbortError');
    // A step that was answered before has its event.
    expect([entry + 1, entry + 2]).toContain(seen.length);
    expect(seen).toEqual(upTo(seen.length));
    other.end();
  });
});
