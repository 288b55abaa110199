// What an application does in its dedicated worker, told by its page. Counts what it must not see:
// workers of the worker, and messages that are not the page's.
import { FlowDB } from '/dist/index.js';
import { ended, result } from '../compared/steps.js';
import * as notes from '../storage/notes.js';
import { check, stream } from '../storage/stream.js';

const counts = { workers: 0, foreignMessages: 0, instances: 0 };
self.addEventListener('message', ({ data }) => {
  if (data?.step === undefined) counts.foreignMessages += 1;
});

const NativeWorker = self.Worker;
self.Worker = class extends NativeWorker {
  constructor(...args) {
    super(...args);
    counts.workers += 1;
  }
};

// The module's next call of a file traps, once it is armed.
let isArmed = false;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = (module, imports) => {
  counts.instances += 1;
  const map = (object, make) =>
    Object.fromEntries(Object.entries(object).map(([name, each]) => [name, make(each)]));
  const trapping = (call) => typeof call !== 'function' ? call : (...args) => {
    if (!isArmed) return call(...args);
    isArmed = false;
    throw new WebAssembly.RuntimeError('unreachable');
  };
  return instantiate.call(WebAssembly, module, map(imports, (group) => map(group, trapping)));
};

let isEnough = false;
let flow;
const opened = () => (flow ??= FlowDB.open());

const steps = {
  echo: (value) => value,
  counts: () => counts,

  async put(name, key, note) {
    await notes.put((await opened()).indexedDB, name, key, note);
  },
  async get(name, key) {
    return notes.get((await opened()).indexedDB, name, key);
  },
  async close() {
    await (await opened()).close();
    flow = undefined;
  },

  async closeWhileOpening(name) {
    const leaving = await FlowDB.open();
    const opening = result(leaving.indexedDB.open(name, 1));
    await leaving.close();
    return opening.catch((error) => error.name);
  },

  /** Twice in memory: each has its own. */
  async inMemory() {
    const seen = [];
    for (const note of ['one', 'two']) {
      const memory = await FlowDB.open({ storage: 'memory' });
      seen.push((await memory.indexedDB.databases()).length);
      await notes.put(memory.indexedDB, 'm', 'k', note);
      seen.push(await notes.get(memory.indexedDB, 'm', 'k'));
      await memory.close();
    }
    return seen;
  },

  /** Puts FlowDB in the place of the browser's own, and uses it. */
  async auto() {
    const native = self.indexedDB;
    await import('/dist/auto.js');
    await notes.put(self.indexedDB, 'by auto', 'k', 'note');
    // The marker is made beside the first opening.
    let names = [];
    while (names.length === 0) names = (await native.databases()).map(({ name }) => name);
    const own = (await self.indexedDB.databases()).map(({ name }) => name);
    return { own, native: names };
  },

  /** What a trap of the module leaves. */
  async trap() {
    const { indexedDB } = await opened();
    const log = [];
    const one = await notes.hold(indexedDB, 'trapped');
    const other = await notes.hold(indexedDB, 'other');
    const closed = Promise.all([one, other].map((db) => new Promise((done) => (db.onclose = done))));
    const kept = one.transaction('notes', 'readwrite');
    kept.objectStore('notes').put('kept', 'k');
    log.push(await ended(kept));
    const tx = one.transaction('notes', 'readwrite');
    tx.objectStore('notes').put('lost', 'k');
    isArmed = true;
    log.push(await ended(tx), (await closed).map(({ type }) => type).join());
    const before = counts.instances;
    log.push(await notes.get(indexedDB, 'trapped', 'k'), await notes.get(indexedDB, 'other', 'k'));
    return { log, instances: counts.instances - before };
  },

  /** Keeps the databases busy, until the page says that it is enough. */
  async work() {
    isEnough = false;
    const db = await notes.hold((await opened()).indexedDB, 'work');
    const write = async (lane) => {
      for (let round = 0; !isEnough; round += 1) {
        const tx = db.transaction('notes', 'readwrite');
        for (let i = 0; i < 200; i += 1) tx.objectStore('notes').put('note '.repeat(99), [lane, i]);
        await ended(tx);
      }
    };
    await Promise.all([1, 2, 3].map(write));
    db.close();
    return 'enough';
  },
  enough() {
    isEnough = true;
  },

  async stream(durability) {
    const { indexedDB } = await opened();
    return stream(indexedDB, 'stream', durability, (report) => postMessage({ report }));
  },
  async check() {
    return check((await opened()).indexedDB, 'stream');
  },
};

/** Listens to the page. */
export async function answer({ data: { id, step, args } }) {
  try {
    postMessage({ id, value: await steps[step](...args) });
  } catch (error) {
    postMessage({ id, problem: String(error?.stack ?? error) });
  }
}
