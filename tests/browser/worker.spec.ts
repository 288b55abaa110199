// FlowDB in a dedicated worker, where applications also use IndexedDB.
import { expect, test } from './fixtures';
import { notes } from './notes';

test('a worker opens, puts and gets', async ({ page }) => {
  const told = await page.evaluate(async (path) => {
    const { startWorker } = await import(path);
    const { worker, first } = await startWorker('/flowdb-worker.js');
    worker.terminate();
    return { ...first, note: { ...first.note, bytes: [...first.note.bytes] } };
  }, '/programs/start-worker.js');
  expect(told).toEqual({
    note: { from: 'the worker', bytes: [1, 2] },
    names: ['of a worker'],
    isOwn: true,
  });
  // The page finds it, too: both are of one origin.
  const { value } = await notes(page, 'get', 'of a worker', 'note');
  expect(value).toMatchObject({ from: 'the worker' });
});
