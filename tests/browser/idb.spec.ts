// idb, unmodified from npm, does its work on FlowDB: upgrade with data and a rename, index queries, cursors as
// iterators, failing transactions, version errors.
import { expect, test } from './fixtures';
import { programReady, step } from './program';

test('a program on idb', async ({ page, origin }) => {
  await page.goto(`${origin}/idb.html`);
  await programReady(page);
  expect(await step(page, 'firstVersion')).toEqual({
    version: 1,
    stores: ['people'],
    ids: [1, 2, 3, 4, 5],
    byName: { id: 4, name: 'Emmy', city: 'Göttingen', born: 1882 },
  });

  await page.reload();
  await programReady(page);
  expect(await step(page, 'upgraded')).toEqual({
    stores: ['log', 'persons'],
    indexes: ['city_born', 'name'],
    seen: [10, 20, 30, 40, 50],
    göttingen: [3, 4],
    count: 3,
    backwards: ['Évariste', 'Emmy', 'Carl', 'Blaise', 'Ada'],
    cities: [
      [['Göttingen', 1777], 3],
      [['Göttingen', 1882], 4],
      [['London', 1815], 1],
      [['Paris', 1623], 2],
      [['Paris', 1811], 5],
    ],
    from: ['Carl', 'Évariste'],
  });
  expect(await step(page, 'transactions')).toEqual({
    id: 6,
    outcomes: ['fulfilled', 'ConstraintError', 'AbortError'],
    abort: ['AbortError', 'AbortError'],
    log: ['added 6'],
    names: ['Carl', 'Emmy', 'Sofja'],
    cities: ['GÖTTINGEN', 'GÖTTINGEN', 'STOCKHOLM'],
    finished: 'InvalidStateError',
    noStore: 'NotFoundError',
    noKey: 'DataError',
    noClone: 'DataCloneError',
    unwrapped: true,
  });
  expect(await step(page, 'versions')).toEqual({
    version: 2,
    lower: 'VersionError',
    events: ['versionchange'],
    left: [],
  });
});
