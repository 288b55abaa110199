// A database with known contents, and what is left of it when its files are damaged.
import { ended, result } from '../compared/steps.js';
import { readFiles, sizeOf, writeFiles } from './files.js';

const name = 'damaged';

/** What a log has with nothing in it: its header. */
const emptyLogBytes = 4096;

/** Something in a second store for each record, so that a half transaction shows. */
function record(id) {
  // No two blocks are alike, and nothing compresses to a few bytes.
  let state = id + 1;
  const text = Array.from({ length: 300 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(97 + (state >>> 27));
  }).join('');
  return { id, group: id % 17, text };
}

let lastWorker;
const NativeWorker = globalThis.Worker;
globalThis.Worker = class extends NativeWorker {
  constructor(...args) {
    super(...args);
    lastWorker = this;
  }
};

async function openFlow() {
  const { FlowDB } = await import('/dist/index.js');
  return FlowDB.open();
}

async function openDatabase(indexedDB) {
  const request = indexedDB.open(name, 1);
  let isNew = false;
  request.onupgradeneeded = () => {
    isNew = true;
    request.result.createObjectStore('records', { keyPath: 'id' }).createIndex('group', 'group');
    request.result.createObjectStore('doubles');
  };
  return { db: await result(request), isNew };
}

async function put(db, from, to, perTransaction) {
  for (let first = from; first < to; first += perTransaction) {
    const tx = db.transaction(['records', 'doubles'], 'readwrite');
    for (let id = first; id < Math.min(first + perTransaction, to); id += 1) {
      tx.objectStore('records').put(record(id));
      tx.objectStore('doubles').put(id * 2, id);
    }
    if ((await ended(tx)) !== 'complete') throw new Error(`${tx.error}`);
  }
}

/** Puts records and closes the files cleanly: they are in the container then. @returns the files */
export async function writeAndClose(from, to) {
  const flow = await openFlow();
  const { db } = await openDatabase(flow.indexedDB);
  await put(db, from, to, 100);
  db.close();
  // An engine without connections is kept for a moment; then the log is emptied.
  const isClosed = async () => (await sizeOf('flow.wal')) <= emptyLogBytes;
  while (!(await isClosed())) await new Promise((resolve) => setTimeout(resolve));
  await flow.close();
  return readFiles();
}

/**
 * Puts records, one a transaction, and ends the worker: they are in the log then. @returns the
 * files
 */
export async function writeAndDie(from, to) {
  const flow = await openFlow();
  const { db } = await openDatabase(flow.indexedDB);
  await put(db, from, to, 1);
  lastWorker.terminate();
  const files = await withoutOwner();
  return files;
}

// The browser closes a dead worker's files a moment later. Until then they can be read, but not be
// written.
async function withoutOwner() {
  const files = await readFiles();
  for (;;) {
    try {
      await writeFiles(files);
      return files;
    } catch (error) {
      if (error.name !== 'NoModificationAllowedError') throw error;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

/**
 * Opens the database in these files and reads all of it in several ways.
 * @returns {Promise<{ count?: number, isNew?: boolean, errors: object[], problems: string[] }>} how
 * many records there
 *   are, the errors, and what was read and is not what was written
 */
export async function look(files) {
  await writeFiles(files);
  const { FlowDBError } = await import('/dist/index.js');
  const errors = [];
  const problems = [];
  const failed = (step) => (error) => {
    errors.push({ step, name: error.name, reason: error instanceof FlowDBError ? error.reason
      : undefined, message: error.message });
    return undefined;
  };
  const flow = await openFlow();
  const opened = await openDatabase(flow.indexedDB).catch(failed('open'));
  let count;
  if (opened !== undefined) {
    const { db } = opened;
    const stores = () => db.transaction(['records', 'doubles']);
    const all = await result(stores().objectStore('records').getAll()).catch(failed('getAll'));
    const doubles = await result(stores().objectStore('doubles').getAll()).catch(failed('getAll'));
    const group = stores().objectStore('records').index('group');
    const byGroup = await result(group.getAllKeys()).catch(failed('index'));
    count = all?.length ?? doubles?.length ?? byGroup?.length;
    all?.forEach((each, id) => {
      if (JSON.stringify(each) !== JSON.stringify(record(id))) problems.push(`record ${id}`);
    });
    doubles?.forEach((double, id) => {
      if (double !== id * 2) problems.push(`double ${id}`);
    });
    for (const list of [all, doubles, byGroup]) {
      if (list !== undefined
        && list.length !== count) problems.push(`${list.length} beside ${count}`);
    }
    for (let id = 0; id < (count ?? 0); id += 7) {
      const one = await result(stores().objectStore('records').get(id)).catch(failed('get'));
      if (one !== undefined
        && one.text !== record(id).text) problems.push(`record ${id} by itself`);
    }
    db.close();
  }
  await flow.close();
  return { count, isNew: opened?.isNew, errors: errors.slice(0, 4), problems: problems.slice(0,
    10) };
}
