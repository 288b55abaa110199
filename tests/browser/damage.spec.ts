// Damaged files: a clear error that names file and offset, or the recovery that the format
// documents promise; never other data than what was written, never a hang. The files are damaged
// where they lie, in OPFS.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

interface Told {
  readonly step: string;
  readonly name: string;
  readonly reason?: string;
  readonly message: string;
}

interface Looked {
  readonly count?: number;
  readonly isNew?: boolean;
  readonly errors: readonly Told[];
  readonly problems: readonly string[];
}

/** Records that the first session has written, and those of both. */
const early = 200;
const all = 400;

/** What damage leads to: all is there nevertheless, or an error, or the database is made anew. */
type Outcome = 'all' | 'an error' | 'a new database';

// Writes the database, damages copies of its files, and looks at what is left of each.
async function damaged(page: Page): Promise<Record<string, { outcome: Outcome; looked: Looked }>> {
  return page.evaluate(
    async ({ early, all }) => {
      const load = (url: string) => import(url);
      const { look, writeAndClose } = await load('/programs/storage/damage.js');
      const { containerParts, flipped } = await load('/programs/storage/files.js');
      await writeAndClose(0, early);
      const whole = await writeAndClose(early, all);
      const container: Uint8Array = whole['flow.db'];
      const log: Uint8Array = whole['flow.wal'];
      const { newest, older, tables } = containerParts(container);
      const [table] = tables;

      const cases: [string, Outcome, Record<string, Uint8Array>][] = [];
      const inContainer = (label: string, outcome: Outcome, bytes: Uint8Array) =>
        cases.push([label, outcome, { 'flow.db': bytes, 'flow.wal': log }]);
      const inLog = (label: string, outcome: Outcome, bytes: Uint8Array) =>
        cases.push([label, outcome, { 'flow.db': container, 'flow.wal': bytes }]);
      const flip = (label: string, outcome: Outcome, offset: number) =>
        inContainer(label, outcome, flipped(container, offset));

      inContainer('nothing', 'all', container);
      flip('magic', 'an error', 2);
      flip('version', 'an error', 11);
      flip('newest superblock: generation', 'all', newest.offset + 31);
      flip('newest superblock: checkpoint', 'all', newest.offset + 63);
      flip('newest superblock: checksum', 'all', newest.offset + 511);
      flip('older superblock', 'all', older.offset + 40);
      flip('checkpoint: length', 'an error', newest.checkpoint + 6);
      flip('checkpoint: type', 'an error', newest.checkpoint + 8);
      flip('checkpoint: entry', 'an error', newest.checkpoint + 20);
      flip('checkpoint: manifest', 'an error', newest.checkpoint + 90);
      flip('checkpoint: checksum', 'an error', newest.checkpoint + newest.checkpointLength - 2);
      // The checkpoint says where the table is.
      flip('table: record', 'all', table.record + 8);
      flip('table: data', 'an error', table.data + 100);
      flip('table: filter', 'an error', table.filter + 3);
      flip('table: index', 'an error', table.index + 3);
      flip('table: properties', 'an error', table.properties + 3);
      flip('table: footer', 'an error', table.footer + 10);
      flip('table: magic', 'an error', table.footer + 60);
      for (const length of [container.length - 1, newest.checkpoint + 20, table.data + 50, 4096]) {
        inContainer(`cut to ${length}`, 'an error', container.slice(0, length));
      }
      inContainer('cut into its header', 'an error', container.slice(0, 1000));
      const garbage = container.map((_, i) => (i * 2654435761) >>> 13);
      inContainer('garbage', 'an error', garbage);
      inContainer('zeros', 'an error', new Uint8Array(20_000));
      inContainer('text', 'an error', new TextEncoder().encode('no container\n'.repeat(1000)));
      inLog('the log is gone', 'all', new Uint8Array(0));
      inLog('the log is garbage', 'an error', garbage.slice(0, 8192));
      inLog('the log is cut into its header', 'all', log.slice(0, 100));
      inLog('log: header', 'an error', flipped(log, 20));
      const torn = { 'flow.db': container.slice(0, 1000), 'flow.wal': new Uint8Array(0) };
      cases.push(['a creation that was cut off', 'a new database', torn]);

      const found: Record<string, { outcome: Outcome; looked: Looked }> = {};
      for (const [label, outcome, files] of cases) {
        found[label] = { outcome, looked: await look(files) };
      }
      return found;
    },
    { early, all },
  );
}

function isClear({ step, name, reason, message }: Told, label: string): void {
  expect.soft(name, `${label}, ${step}: ${message}`).toBe('UnknownError');
  expect.soft(['corruption', 'unsupported'], `${label}, ${step}: ${message}`).toContain(reason);
  expect.soft(message, `${label}, ${step}`).toMatch(/^flow\.(db|wal) at \d+: /);
}

test('a damaged container is told of, or is as it was', async ({ page }) => {
  for (const [label, { outcome, looked }] of Object.entries(await damaged(page))) {
    const { count, isNew, errors, problems } = looked;
    expect.soft(problems, label).toEqual([]);
    for (const error of errors) isClear(error, label);
    if (outcome === 'an error') {
      expect.soft(errors.length, label).toBeGreaterThan(0);
    } else {
      const isNewWanted = outcome === 'a new database';
      const wanted = { count: isNewWanted ? 0 : all, isNew: isNewWanted, errors: [] };
      expect.soft({ count, isNew, errors }, label).toEqual(wanted);
    }
  }
});

test('a damaged log ends where the damage is', async ({ page }) => {
  const found = await page.evaluate(async () => {
    const load = (url: string) => import(url);
    const { look, writeAndClose, writeAndDie } = await load('/programs/storage/damage.js');
    const { flipped, logFrames } = await load('/programs/storage/files.js');
    await writeAndClose(0, 10);
    const files = await writeAndDie(10, 30);
    const log: Uint8Array = files['flow.wal'];
    const { frames, end } = logFrames(log);
    const looks: Record<string, Looked> = {};
    const lookAt = async (label: string, bytes: Uint8Array) => {
      looks[label] = await look({ ...files, 'flow.wal': bytes });
    };
    await lookAt('as it is', log);
    // The first one begins the epoch, and each of the others is a transaction.
    for (const frame of [1, 5, frames.length - 1]) {
      for (const part of [0, 5, 8, 17, 30]) {
        await lookAt(`frame ${frame}, byte ${part}`, flipped(log, frames[frame] + part));
      }
    }
    const last = frames.at(-1);
    for (const length of [end - 20, last + 100, last + 24, last + 10, last]) {
      const cut = log.slice();
      cut.fill(0, length);
      await lookAt(`torn at ${length - last} of the last frame`, cut);
      await lookAt(`cut at ${length - last} of the last frame`, log.slice(0, length));
    }
    return { looks, frames: frames.length };
  });
  expect(found.frames).toBe(21);
  for (const [label, { count, isNew, errors, problems }] of Object.entries(found.looks)) {
    const wanted = { isNew: false, errors: [], problems: [] };
    expect.soft({ isNew, errors, problems }, label).toEqual(wanted);
    const frame = /frame (\d+),/.exec(label)?.[1];
    const transactions = label === 'as it is' ? 20 : frame === undefined ? 19 : Number(frame) - 1;
    expect.soft(count, label).toBe(10 + transactions);
  }
});
