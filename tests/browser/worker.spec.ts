// FlowDB in a dedicated worker, where applications also use IndexedDB.
import { expect, test } from './fixtures';
import { notes } from './notes';

test('a worker opens, puts and gets', async ({ page }) => {
  const told = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker('/flowdb-worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => {
          worker.terminate();
          resolve({ ...data, note: { ...data.note, bytes: [...data.note.bytes] } });
        };
        worker.onerror = (event) => reject(new Error(event.message));
      }),
  );
  expect(told).toEqual({
    note: { from: 'the worker', bytes: [1, 2] },
    names: ['of a worker'],
    isOwn: true,
  });
  // The page finds it, too: both are of one origin.
  const { value } = await notes(page, 'get', 'of a worker', 'note');
  expect(value).toMatchObject({ from: 'the worker' });
});
