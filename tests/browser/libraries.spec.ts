// idb-keyval, localForage and PouchDB, unmodified from npm, do their work on FlowDB: what a program
// on each of them does, over a reload, and what it sees when something fails.
import { build } from 'esbuild';
import { expect, test } from './fixtures';
import { programReady, step } from './program';

test('a program on idb-keyval', async ({ page, origin }) => {
  await page.goto(`${origin}/library.html?idb-keyval`);
  await programReady(page);
  expect(await step(page, 'first')).toEqual({
    theme: 'dark',
    many: [12, undefined, { text: 'one' }],
    keys: ['at', 'photo', 'size', 'theme', ['draft', 1]],
    missing: undefined,
  });
  await page.reload();
  await programReady(page);
  expect(await step(page, 'again')).toEqual({
    photo: ['image/x', 'pixels'],
    count: 50,
    at: 5,
    entries: ['at', 'count', 'photo', ['draft', 1]],
    values: 4,
  });
  expect(await step(page, 'failures')).toEqual({
    outcomes: ['DataCloneError', 'DataError', 'DataCloneError'],
    aborted: 'aborted',
    noStore: 'NotFoundError',
    left: [
      ['a', 1],
      ['c', 1],
    ],
    cleared: [],
    native: [],
  });
});

test('a program on localForage', async ({ page, origin }) => {
  await page.goto(`${origin}/library.html?localforage`);
  await programReady(page);
  expect(await step(page, 'first')).toEqual({
    driver: 'asyncStorage',
    length: 20,
    key: 'page 1',
    keys: ['logo', 'raw'],
    value: [7],
    missing: null,
  });
  await page.reload();
  await programReady(page);
  expect(await step(page, 'again')).toEqual({
    logo: ['image/svg+xml', 'svg'],
    raw: [1, 2, 3],
    found: 'stopped at page 12',
    seen: 5,
    stored: null,
    nothing: null,
    length: 20,
    callback: [null, 1],
  });
  expect(await step(page, 'failures')).toEqual({
    uncloneable: 'DataCloneError',
    beside: 2,
    cleared: 0,
    left: 20,
    names: [],
    native: [],
  });
});

test('a program on PouchDB', async ({ page, origin }) => {
  // PouchDB comes as a module for bundlers.
  const { outputFiles } = await build({
    stdin: { contents: "export { default } from 'pouchdb-browser';", resolveDir: '.' },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const body = outputFiles[0]?.text ?? '';
  await page.route('**/pouchdb.js', async (route) => {
    if (new URL(route.request().url()).pathname !== '/pouchdb.js') return route.fallback();
    return route.fulfill({ contentType: 'text/javascript', body });
  });

  await page.goto(`${origin}/library.html?pouchdb`);
  await programReady(page);
  expect(await step(page, 'first')).toEqual({
    conflict: [409, 'conflict'],
    bulk: ['milk'],
    invalid: 400,
    missing: [404, 'missing'],
  });
  await page.reload();
  await programReady(page);
  expect(await step(page, 'again')).toEqual({
    price: 3,
    revisions: 2,
    range: 11,
    sums: [
      ['drink', 8],
      ['food', 1],
      ['other', 435],
    ],
    note: ['text/plain', 'two bags'],
    deleted: 'deleted',
    changes: [33, 1],
    count: 32,
    adapter: 'idb',
  });
  expect(await step(page, 'replication')).toEqual({
    written: 33,
    conflicts: 1,
    same: true,
    seen: 8,
    left: [],
    native: [],
  });
});
