// A database belongs to the tab that opened it first. Another tab is told so, and gets it when the
// first lets go.
import { expect, test } from './fixtures';
import { notes } from './notes';

/** A second tab has its answer by then. */
const answerMsMax = 15_000;

test('a second tab is told that the database is in use', async ({
  page,
  sharedProfile,
  origin,
}) => {
  expect(await notes(page, 'put', 'shared', 'first', 'by the first tab')).toMatchObject({});
  expect((await notes(page, 'hold', 'shared')).error).toBeUndefined();

  const second = await sharedProfile.open(`${origin}/`);
  const refused = await notes(second, 'get', 'shared', 'first');
  expect(refused.error).toMatchObject({ isTyped: true, reason: 'in-use' });
  expect(refused.ms).toBeLessThan(answerMsMax);

  // Another database is free, and the first tab works on.
  expect((await notes(second, 'put', 'own', 'note', 'by the second')).error).toBeUndefined();
  expect((await notes(page, 'get', 'shared', 'first')).value).toBe('by the first tab');

  await page.close();
  expect((await notes(second, 'get', 'shared', 'first')).value).toBe('by the first tab');
  expect((await notes(second, 'put', 'shared', 'second', 'by the second')).error).toBeUndefined();
  expect((await notes(second, 'get', 'own', 'note')).value).toBe('by the second');
  await second.close();
});

test('a second tab that waits gets the database when the first closes it', async ({
  page,
  sharedProfile,
  origin,
}) => {
  await notes(page, 'put', 'passed on', 'note', 'kept');
  await notes(page, 'hold', 'passed on');
  const second = await sharedProfile.open(`${origin}/`);
  const waiting = notes(second, 'get', 'passed on', 'note');
  await page.evaluate(() => (globalThis as unknown as { held: IDBDatabase }).held.close());
  expect((await waiting).value).toBe('kept');
  await second.close();
});

test('a second tab that waits gets the database when the first is closed', async ({
  page,
  sharedProfile,
  origin,
}) => {
  const first = await sharedProfile.open(`${origin}/`);
  await notes(first, 'put', 'passed on', 'note', 'kept');
  await notes(first, 'hold', 'passed on');
  const waiting = notes(page, 'get', 'passed on', 'note');
  await first.close();
  expect((await waiting).value).toBe('kept');
});
