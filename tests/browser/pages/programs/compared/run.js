// Runs the programs of a module, one behind the other, each on a new database, and hands back what
// each one logged.
import { describe } from './describe.js';
import { result } from './steps.js';

/**
 * How long a program may take. It is over in a fraction of that; one that never ends shall not take
 * the test with it.
 */
const patienceMs = 15_000;

/**
 * @param {Record<string, (world: object) => Promise<void>>} programs
 * @param {{ indexedDB: IDBFactory, IDBKeyRange: typeof IDBKeyRange }} implementation
 * @param {string} prefix of the databases' names
 * @returns {Promise<Record<string, string[]>>} the lines that each program logged
 */
export async function run(programs, implementation, prefix) {
  const logs = {};
  for (const [program, body] of Object.entries(programs)) {
    logs[program] = await runOne(body, implementation, `${prefix} ${program}`);
  }
  return logs;
}

async function runOne(body, { indexedDB, IDBKeyRange }, name) {
  const lines = [];
  const world = {
    indexedDB,
    IDBKeyRange,
    /** The name of the program's own database. */
    name,
    /** Notes a line: texts as they are, all else described. */
    log: (...parts) =>
      lines.push(parts.map((part) => (typeof part === 'string' ? part : describe(part))).join(' ')),
    /**
     * Opens the program's database; `upgrade` gets connection, transaction and event. Rejects when
     * that fails.
     */
    open(version, upgrade) {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = (event) => upgrade?.(request.result, request.transaction, event);
      return result(request);
    },
  };
  const { promise: timeout, cancel } = timer(patienceMs);
  try {
    await Promise.race([body(world), timeout]);
  } catch (error) {
    lines.push(`ended with ${error?.name}: ${error?.stack ?? error}`);
  }
  cancel();
  return [...lines];
}

function timer(ms) {
  let cancel;
  const promise = new Promise((_, reject) => {
    const id = setTimeout(() => reject(new Error(`no end after ${ms} ms`)), ms);
    cancel = () => clearTimeout(id);
  });
  return { promise, cancel };
}
