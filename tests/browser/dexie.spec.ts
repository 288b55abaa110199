// Dexie, unmodified from npm, does its work on FlowDB: schema upgrade with data, index queries, transactions with
// their failures, and the end of the database.
import { expect, test } from './fixtures';
import { programReady, step } from './program';

test('a program on Dexie', async ({ page, origin }) => {
  await page.goto(`${origin}/dexie.html`);
  await programReady(page);
  expect(await step(page, 'firstVersion')).toEqual({ keys: [1, 50], count: 50 });

  await page.reload();
  await programReady(page);
  expect(await step(page, 'upgraded')).toEqual({
    version: 2,
    slug: 'note-6',
    created: 1e12 + 6,
    since: 0,
    food: ['rice', 'tea'],
    prefix: ['note-4', ...Array.from({ length: 10 }, (_, i) => `note-4${i}`)],
    range: [10, 11, 12, 13, 14],
    compound: ['Rice', 'Tea'],
    newest: ['Rice', 'Tea', 'Note 49'],
    any: ['Note 3', 'Tea'],
    offset: [21, 22],
    distinct: ['food', 'hot', 'untagged'],
  });
  expect(await step(page, 'transactions')).toEqual({
    moved: [5, 5],
    deleted: 6,
    failed: 'ConstraintError',
    thrown: 'RangeError',
    caught: 3,
    bulk: 1,
    dan: true,
    left: -6,
    authors: ['ann', 'cid', 'eve', 'fay', 'gil'],
    missing: 'SchemaError',
  });
  expect(await step(page, 'whole')).toEqual({ names: ['notes'], exists: false });
});
