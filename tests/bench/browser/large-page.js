// What the large-database bench does in a page: plain IndexedDB calls on FlowDB. The functions are
// called from large.mjs.
import { FlowDB } from '/dist/index.js';

const batch = 5000;
/** Requests of one transaction that may be under way before the next waits. */
const inFlight = 1000;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const over = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

// Random text, which LZ4 can't make smaller: the file is as large as what is stored. A text comes
// again behind so many others that no block holds it twice.
const letters = new TextEncoder().encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
);
const random = new Uint8Array(64 * 1024);
function randomTexts(length) {
  const text = new TextDecoder().decode(
    crypto.getRandomValues(random).map((byte) => letters[byte & 63]),
  );
  const texts = [];
  for (let at = 0; at + length <= text.length; at += length) texts.push(text.slice(at, at + length));
  return texts;
}

let flow;
let database;

/** Milliseconds that opening takes in a worker that has started, and of it those of flushes. */
async function open(name) {
  flow ??= await FlowDB.open({ workerUrl: 'counting-worker.js' });
  const { flushMs } = await ask('counts');
  const start = performance.now();
  const request = flow.indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore('s', { keyPath: 'id' });
  database = await done(request);
  const ms = performance.now() - start;
  return { ms, flushMs: (await ask('counts')).flushMs - flushMs };
}

/** Puts records `from` to `to` - 1, `length` characters of text each. */
async function load(from, to, length, pick = (i) => i) {
  for (let at = from; at < to; at += batch) {
    const texts = randomTexts(length);
    const transaction = database.transaction('s', 'readwrite');
    const store = transaction.objectStore('s');
    const end = Math.min(at + batch, to);
    for (let i = at; i < end; i++) {
      const id = pick(i);
      const request = store.put({ id, text: texts[i % texts.length], round: i });
      if (i % inFlight === 0) await done(request);
    }
    await over(transaction);
  }
}

const counting = new BroadcastChannel('counting');

/** Asks counting-worker.js. */
const ask = (what) =>
  new Promise((resolve) => {
    counting.onmessage = ({ data }) => resolve(data);
    counting.postMessage(what);
  });

/** Which time a share of the sorted times does not exceed. */
const quantile = (times, share) =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))];

/** The quantiles of times in milliseconds. */
function quantiles(times) {
  times.sort((a, b) => a - b);
  const [p50, p99, p999, max] = [0.5, 0.99, 0.999, 1].map((share) => quantile(times, share));
  return { p50, p99, p999, max };
}

globalThis.bench = {
  /** Bytes of the worker's WebAssembly heap. */
  heap: async () => (await ask('counts')).heap,

  /** The engine's slices of upkeep so far, when it has nothing left to do. */
  async slices() {
    await ask('quiet');
    const slices = await ask('slices');
    return {
      count: slices.length,
      working: quantiles(slices.map(({ ms, flushMs }) => ms - flushMs)),
      flushing: quantiles(slices.map(({ flushMs }) => flushMs).filter((ms) => ms > 0)),
    };
  },

  open,
  load,

  async close() {
    database.close();
    await flow.close();
    flow = undefined;
  },

  count: () => done(database.transaction('s').objectStore('s').count()),

  /** Overwrites random records of `records`, `count` in all. */
  overwrite: (records, count, length) =>
    load(0, count, length, () => Math.floor(Math.random() * records)),

  /** Checks that random records hold their id; milliseconds each. */
  async reads(records, count) {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const id = Math.floor(Math.random() * records);
      const found = await done(database.transaction('s').objectStore('s').get(id));
      if (found?.id !== id) throw new Error(`record ${id}: ${JSON.stringify(found)}`);
    }
    return (performance.now() - start) / count;
  },

  /** Puts in a transaction each, one after the other; how long they take in milliseconds. */
  async puts(records, count, length) {
    const texts = randomTexts(length);
    const times = [];
    for (let i = 0; i < count; i++) {
      const id = Math.floor(Math.random() * records);
      const start = performance.now();
      const transaction = database.transaction('s', 'readwrite');
      transaction.objectStore('s').put({ id, text: texts[i % texts.length], round: i });
      await over(transaction);
      times.push(performance.now() - start);
    }
    return quantiles(times);
  },
};
