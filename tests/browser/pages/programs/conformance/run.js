// Runs the conformance cases of a module in this window or worker, one behind the other, each with
// a database of its own, and says which of them failed and why.
import { result } from './moments.js';

/** No case takes a tenth of this; one that never ends shall not take the others with it. */
const patienceMs = 10_000;

/**
 * Puts the implementation under test in place.
 * @param {'flowdb' | 'native'} target what the global indexedDB has to be
 */
export async function prepare(target) {
  if (target === 'flowdb') await import('/dist/auto.js');
  const isNative = Function.prototype.toString.call(indexedDB.open).includes('[native code]');
  if (isNative !== (target === 'native')) {
    throw new Error(`the indexedDB under test is not ${target}`);
  }
}

/**
 * @param {string} module the file's name without .js
 * @returns {Promise<{ name: string, problem: string | null }[]>}
 */
export async function run(module) {
  const { cases } = await import(`./${module}.js`);
  const results = [];
  for (const [name, body] of Object.entries(cases)) {
    results.push({ name, problem: await problemOf(body, `${module} ${name}`) });
  }
  return results;
}

async function problemOf(body, name) {
  const connections = [];
  const world = {
    /** The name of the case's own database. */
    name,
    /**
     * Opens the case's database; `upgrade` gets connection, transaction and event. The connection
     * is closed behind the case. Rejects with what `upgrade` throws, or when the request fails.
     */
    async open(version, upgrade) {
      const request = indexedDB.open(name, version);
      const upgraded = new Promise((resolve, reject) => {
        request.onsuccess = resolve;
        request.onupgradeneeded = (event) => {
          try {
            upgrade?.(request.result, request.transaction, event);
          } catch (error) {
            reject(error);
            request.transaction.abort();
          }
        };
      });
      const [db] = await Promise.all([result(request), upgraded]);
      connections.push(db);
      return db;
    },
    /** A database with one store `s` without a key path, open. */
    store: (records = []) =>
      world.open(1, (db) => {
        const store = db.createObjectStore('s');
        for (const [key, value] of records) store.put(value, key);
      }),
  };
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${patienceMs} ms`)), patienceMs);
  });
  try {
    await Promise.race([body(world), late]);
    return null;
  } catch (error) {
    return `${error?.name}: ${error?.message}\n${error?.stack ?? ''}`;
  } finally {
    clearTimeout(timer);
    for (const db of connections) db.close();
  }
}
