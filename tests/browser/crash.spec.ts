// What was reported as complete is there after the browser, the page or the worker has died in the
// middle of writing: in order, and whole across stores and indexes.
import { expect, test } from './fixtures';
import { check, stream, writeSome, type Durability } from './stream';

/** How often the browser is killed; more by choice. */
const kills = Number(process.env.FLOWDB_KILLS ?? 3);

test('transactions outlive a killed browser', async ({ profile, origin }) => {
  test.setTimeout(60_000 + kills * 30_000);
  let known = 0;
  for (let round = 0; round < kills; round += 1) {
    const durability: Durability = round % 2 === 0 ? 'relaxed' : 'strict';
    const enoughCount = 5 + Math.floor(Math.random() * 200);
    const label = `round ${round}, ${durability}, after ${enoughCount}`;
    const page = await profile.open(`${origin}/`);
    const { enough, told } = await stream(page, durability, enoughCount);
    await enough;
    await profile.kill();

    const { count, problems } = await check(await profile.open(`${origin}/`));
    expect(problems, label).toEqual([]);
    expect(Math.min(...told), label).toBe(known);
    expect(count, label).toBeGreaterThan(Math.max(...told));
    known = count;
    await profile.close();
  }
});

test('transactions outlive a page that is closed in the middle', async ({
  page,
  sharedProfile,
  origin,
}) => {
  const writing = await sharedProfile.open(`${origin}/`);
  const { enough, told } = await stream(writing, 'relaxed', 60);
  await enough;
  await writing.close();
  const { count, problems } = await check(page);
  expect(problems).toEqual([]);
  expect(count).toBeGreaterThan(Math.max(...told));
});

test('transactions outlive a page that is left in the middle', async ({ page, origin }) => {
  const { enough, told } = await stream(page, 'relaxed', 60);
  await enough;
  await page.goto(`${origin}/index.html`);
  const { count, problems } = await check(page);
  expect(problems).toEqual([]);
  expect(count).toBeGreaterThan(Math.max(...told));
});

test('transactions outlive a restart of the browser', async ({ profile, origin }) => {
  await writeSome(await profile.open(`${origin}/`), 30, 'relaxed');
  await profile.close();
  const page = await profile.open(`${origin}/`);
  expect(await check(page)).toEqual({ count: 30, problems: [] });
  await writeSome(page, 10, 'strict');
  expect(await check(page)).toEqual({ count: 40, problems: [] });
  await page.reload();
  expect(await check(page)).toEqual({ count: 40, problems: [] });
});
