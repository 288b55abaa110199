// Every call of the files' handles (one in five in each case, unless all are asked for) fails once,
// and from one on for good, in each way in which a browser's handle can: over upgrades, commits,
// flushes, compactions, closing and recovery. Every request is answered; what was committed stays,
// what was refused never comes back, and the next opening finds both so.
// tests/native/crash/io_failure_test.cc is the same for the engine by itself; here the real module,
// host and imports take part.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StatusCode } from '../../js/channel/status';
import { MemoryStorage } from '../../js/opfs/memory-storage';
import type { Content, Failed, Tx, TxEnd } from './failure-page';
import { applied, bulk, items, Page, plain, textOf, upgraded } from './failure-page';
import type { Way } from './faulty-storage';
import { FaultyStorage, ways } from './faulty-storage';

const small = 100;
const large = 80 << 10;
/** In two pieces. */
const inPieces = 300 << 10;
/** More than the log takes: it goes into tables at once. */
const huge = 2200 << 10;

const puts = (store: number, from: number, count: number, bytes: number): Tx['ops'] =>
  Array.from({ length: count }, (_, i) => ({ store, key: from + i, bytes }));
const relaxed = (tag: string, ...ops: Tx['ops'][]): Tx => ({
  tag,
  isStrict: false,
  isNumbered: false,
  ops: ops.flat(),
});
const strict = (tag: string, ...ops: Tx['ops'][]): Tx => ({
  ...relaxed(tag, ...ops),
  isStrict: true,
});
const numbered = (tx: Tx): Tx => ({ ...tx, isNumbered: true });

/**
 * Of so many calls one fails, in each case another one: all of them would take minutes.
 * IO_FAILURE_STRIDE=1: all. Calls come in pairs and threes, so it is prime to these.
 */
const stride = Number(process.env['IO_FAILURE_STRIDE'] ?? 5);

/** The failure keeps the chapter from going on; what there is has to be opened anew. */
class MustReopen extends Error {}

/** What a chapter has left, for the next one to begin with. */
interface Image {
  readonly files: MemoryStorage;
  readonly content: Content;
}

class Life {
  readonly storage: FaultyStorage;
  /** What a request was told first. */
  firstStatus: number | undefined;
  readonly #way: Way;
  readonly #n: number;
  readonly #isForGood: boolean;
  #page: Page;
  #content: Content;
  /** What the next opening may find instead, should the engine be closed. */
  #doubts: Content[] = [];
  /** Whether the engine accepts no more writes. */
  #isClosed = false;
  #mayFail = true;
  /** The files right behind the first transaction that failed. */
  #photo: { files: MemoryStorage; content: Content; doubts: Content[] } | undefined;
  #isPhotoTaken = false;

  constructor(image: Image, way: Way, n: number, isForGood: boolean) {
    this.#way = way;
    this.#n = n;
    this.#isForGood = isForGood;
    this.#content = image.content;
    this.storage = new FaultyStorage(image.files, way, n, isForGood);
    this.#page = new Page(this.storage);
  }

  /** Lives through a chapter that the failure may end, and through what comes behind it. */
  async run(chapter: (life: Life) => Promise<void>): Promise<void> {
    try {
      await chapter(this);
    } catch (error) {
      if (!(error instanceof MustReopen)) throw error;
      expect(this.storage.wasMet).toBe(true);
    }
    await this.#finish();
  }

  end(): void {
    this.#page.end();
    this.storage.endProcess();
  }

  async image(): Promise<Image> {
    return { files: await copyOf(this.storage.inner), content: this.#content };
  }

  // Nothing fails any more: the outcome of what failed last is asked for, then all is opened anew,
  // by another worker or by the same one.
  async #finish(): Promise<void> {
    this.storage.lift();
    this.#isClosed ||= this.#page.isLost;
    try {
      if (!this.#isClosed && this.#doubts.length > 0) {
        if (!this.#page.isOpen) await this.open();
        await this.commit(relaxed('x', puts(plain.store, 0, 2, small)));
      }
    } catch (error) {
      if (!(error instanceof MustReopen)) throw error;
    }
    if (this.#n % 3 === 0) {
      if (this.#page.isOpen) await this.#page.close();
      await this.#page.quiet();
    } else {
      this.#changeWorkers();
    }
    this.#mayFail = false;
    await this.open();
    await this.#found();
    await this.commit(relaxed('y', puts(plain.store, 1, 2, small)));
    if (this.#n % 2 === 0) await this.check();
    else {
      await this.kill();
      await this.open();
      await this.check();
    }
  }

  async open(version?: number): Promise<void> {
    let isUpgrade = false;
    const onUpgrade = (from: number, to: number, failed: Failed | undefined) => {
      isUpgrade = true;
      this.#upgraded(from, to, failed);
    };
    let failed = await this.#page.open(version, onUpgrade);
    if (failed !== undefined) {
      this.#checkFailure(failed, isUpgrade);
      // What was not there before was removed at once.
      if (isUpgrade && failed.status === StatusCode.aborted && versionOf(this.#content) === 0) {
        this.#isClosed = false;
        this.#doubts = [];
      }
      if (this.#isForGood || this.#isClosed) throw new MustReopen();
      isUpgrade = false;
      failed = await this.#page.open(version, onUpgrade);
      if (this.#isClosed) throw new MustReopen();
      expect(failed).toBeUndefined();
    }
    this.#agree(this.#page.version);
  }

  #upgraded(from: number, to: number, failed: Failed | undefined): void {
    this.#agree(from);
    const next = upgraded(this.#content, to);
    if (failed === undefined) {
      this.#content = next;
      this.#doubts = [];
      return;
    }
    this.#checkFailure(failed);
    if (failed.status !== StatusCode.closed) this.#doubts = [next];
  }

  // An opening tells the version: of the contents that are possible, one has it.
  #agree(version: number): void {
    const possible = [this.#content, ...this.#doubts].filter((one) => versionOf(one) === version);
    expect(possible).not.toEqual([]);
    if (possible[0] === this.#content) return;
    [this.#content] = possible as [Content];
    this.#doubts = [];
  }

  async commit(...group: Tx[]): Promise<void> {
    const ends = await this.#page.commit(group);
    for (const { refused } of ends) for (const one of refused) this.#checkFailure(one);
    for (const { failed, isByRequest } of ends) {
      if (isByRequest) this.#checkFailure(failed as Failed);
    }
    const attempts = group.flatMap(({ tag, ops }, i) => {
      const { refused, failed, isByRequest } = ends[i] as TxEnd;
      const done = ops.filter((_, k) => refused.every(({ request }) => request !== k + 1));
      return isByRequest || done.length === 0 ? [] : [{ tag, ops: done, failed }];
    });
    if (attempts.length > 0) await this.#written(attempts);
    if (this.#isClosed) throw new MustReopen();
  }

  // What the engine was asked to write together: how it ended, and what that tells of the write
  // before.
  async #written(attempts: { tag: string; ops: Tx['ops']; failed: Failed | undefined }[]) {
    await this.#checkPhoto(attempts[0]?.failed?.status !== StatusCode.closed);
    const isFirstDoubt = this.#doubts.length === 0;
    let isBehindFailure = false;
    let next = this.#content;
    for (const { tag, ops, failed } of attempts) {
      if (failed === undefined) {
        next = this.#content = applied(this.#content, tag, ops);
        this.#doubts = [];
        expect(this.#isClosed).toBe(false);
        continue;
      }
      this.#checkFailure(failed);
      const isQuota = failed.status === StatusCode.quota_exceeded;
      const isClosed = failed.status === StatusCode.closed;
      // For want of room each is tried by itself, after all of them at once; otherwise the first
      // few of them may be there. What was `closed` by itself was not even tried.
      next = applied(isQuota ? this.#content : next, tag, ops);
      if (!isClosed) this.#doubts = isQuota || !isBehindFailure ? [next] : [...this.#doubts, next];
      else if (!isBehindFailure && isFirstDoubt && attempts.length > 1) this.#doubts.push(next);
      isBehindFailure ||= !isClosed;
    }
    if (this.#doubts.length === 0 || this.#isPhotoTaken) return;
    this.#isPhotoTaken = true;
    const files = await copyOf(this.storage.inner);
    this.#photo = { files, content: this.#content, doubts: this.#doubts };
    if (this.#isClosed) await this.#checkPhoto(false);
  }

  // Should the worker have ended right behind the failure: `isRefused` when what failed can't be
  // there, as the engine went on.
  async #checkPhoto(isRefused: boolean): Promise<void> {
    const photo = this.#photo;
    if (photo === undefined) return;
    this.#photo = undefined;
    const page = new Page(photo.files);
    try {
      expect(await page.open(undefined, () => {})).toBeUndefined();
      const possible = isRefused ? [photo.content] : [photo.content, ...photo.doubts];
      expect(possible.map(textOf)).toContain(textOf((await page.read()) as Content));
    } finally {
      page.end();
    }
  }

  #checkFailure({ status, message }: Failed, isOpening = false): void {
    const told = `told ${status}: ${message}`;
    expect(this.storage.wasMet && this.#mayFail, told).toBe(true);
    this.firstStatus ??= status;
    const expected: number[] = [StatusCode.closed];
    if (!this.#isClosed) expected.push(this.#way.status);
    if (isOpening) expected.push(StatusCode.aborted);
    expect(expected, told).toContain(status);
    if (status === StatusCode.closed) this.#isClosed = true;
  }

  async check(): Promise<void> {
    const found = await this.#page.read();
    if (found instanceof Map) expect(textOf(found)).toBe(textOf(this.#content));
    else this.#checkFailure(found as Failed);
  }

  async #found(): Promise<void> {
    await this.#checkPhoto(false);
    const found = (await this.#page.read()) as Content;
    expect([this.#content, ...this.#doubts].map(textOf)).toContain(textOf(found));
    this.#content = found;
    this.#doubts = [];
    this.#isClosed = false;
  }

  async close(): Promise<void> {
    this.#checkDoubts();
    await this.#page.close();
    await this.#page.quiet();
  }

  async kill(): Promise<void> {
    this.#checkDoubts();
    this.#changeWorkers();
  }

  quiet(): Promise<void> {
    return this.#page.quiet();
  }

  async shutDown(): Promise<void> {
    this.#checkDoubts();
    await this.#page.shutDown();
  }

  // Only the next write tells how a failure has left things; upkeep may have lost the engine.
  #checkDoubts(): void {
    if (this.#doubts.length > 0 || this.#page.isLost) throw new MustReopen();
  }

  #changeWorkers(): void {
    this.#page.end();
    this.storage.endProcess();
    this.#page = new Page(this.storage);
  }
}

const versionOf = (content: Content) => Number(content.get('version'));

/** A storage of the same bytes. */
async function copyOf(storage: MemoryStorage): Promise<MemoryStorage> {
  const files = storage.filesOf('a');
  const bytes = [files?.container, files?.log].map((file) => {
    const copied = new Uint8Array(file?.size ?? 0);
    file?.read(copied, 0);
    return copied;
  });
  const copy = new MemoryStorage();
  const opened = await copy.open('a', true);
  opened?.container.write(bytes[0] as Uint8Array<ArrayBuffer>, { at: 0 });
  opened?.log.write(bytes[1] as Uint8Array<ArrayBuffer>, { at: 0 });
  opened?.close();
  return copy;
}

type Chapter = (life: Life) => Promise<void>;

const chapters: Record<string, Chapter> = {
  'a new database': async (life) => {
    await life.open(1);
    await life.commit(relaxed('a', puts(items.store, 0, 4, small), puts(plain.store, 0, 2, small)));
    const removed = [{ store: items.store, from: 0, to: 0 }];
    await life.commit(numbered(strict('b', puts(items.store, 1, 3, small), removed)));
    // Written together.
    await life.commit(
      relaxed('c', puts(items.store, 2, 4, small)),
      strict('d', puts(plain.store, 1, 3, small)),
    );
    await life.check();
    await life.kill();
    await life.open(1);
    await life.commit(relaxed('e', puts(items.store, 4, 2, small)));
    await life.close();
    await life.open(1);
    await life.commit(strict('f', puts(items.store, 4, 2, small)));
  },
  'flushes and compactions': async (life) => {
    await life.open(1);
    // More than the log's first extent, and than the memory keeps.
    await life.commit(relaxed('g', puts(items.store, 10, 2, large)));
    await life.quiet();
    await life.check();
    const removed = [{ store: items.store, from: 2, to: 3 }];
    await life.commit(numbered(relaxed('h', puts(items.store, 11, 1, large), removed)));
    for (const tag of ['i', 'j', 'k']) {
      await life.commit(relaxed(tag, puts(items.store, 11, 1, large)));
      await life.quiet();
    }
    await life.check();
    await life.commit(strict('l', puts(items.store, 1, 1, large)));
  },
  'a transaction larger than the log': async (life) => {
    await life.open(1);
    await life.commit(relaxed('m', puts(items.store, 11, 2, small), puts(bulk, 0, 1, huge)));
    await life.check();
    const removed = [{ store: bulk, from: 0, to: 0 }];
    await life.commit(strict('n', puts(plain.store, 4, 1, small), removed));
    await life.quiet();
    await life.shutDown();
    await life.open(1);
    await life.commit(relaxed('o', puts(items.store, 10, 1, small)));
  },
  'an upgrade with records': async (life) => {
    await life.open(1);
    await life.close();
    await life.open(2);
    await life.check();
    await life.commit(
      strict('p', puts(items.store, 3, 4, small)),
      relaxed('q', puts(plain.store, 3, 4, small)),
      relaxed('r', puts(bulk, 3, 4, small)),
    );
    await life.commit(numbered(strict('s', puts(plain.store, 8, 2, inPieces))));
    await life.kill();
    await life.open(2);
    await life.commit(relaxed('t', puts(items.store, 10, 3, small)));
  },
};

/** What each chapter begins with. */
const images = new Map<string, Image>();

beforeAll(async () => {
  // Slices of upkeep take as much as they do, not as this machine has time for.
  vi.useFakeTimers({ toFake: ['Date'] });
  let image: Image = { files: new MemoryStorage(), content: new Map([['version', '0']]) };
  for (const [name, chapter] of Object.entries(chapters)) {
    images.set(name, image);
    const life = new Life(await renewed(image), ways[0] as Way, Infinity, false);
    await chapter(life);
    life.end();
    image = await life.image();
  }
});
afterAll(() => void vi.useRealTimers());

const renewed = async (image: Image) => ({ ...image, files: await copyOf(image.files) });

const cases = ways
  .flatMap((way) => [
    { name: `${way.name}, once`, way, isForGood: false },
    { name: `${way.name}, and for good`, way, isForGood: true },
  ])
  .map((one, i) => ({ ...one, firstCall: (2 * i) % stride }));

describe.each(Object.entries(chapters))('%s', (title, chapter) => {
  it.each(cases)('$name', { timeout: 120_000 }, async ({ way, isForGood, firstCall }) => {
    const image = images.get(title) as Image;
    let n = firstCall;
    for (let isMet = true; isMet; n += stride) {
      const life = new Life(await renewed(image), way, n, isForGood);
      try {
        await life.run(chapter);
      } catch (error) {
        throw new Error(`call ${n}: ${String(error)}`, { cause: error });
      } finally {
        life.end();
      }
      isMet = life.storage.wasMet;
    }
    expect(n).toBeGreaterThan(10);
  });
});
