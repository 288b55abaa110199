// The workloads in one session, in turn: each of them on both sides, one right after the other.

/** Who is first: in each turn another one. */
const orderOf = (turn, sides) => sides.map((_, i) => sides[(i + turn) % sides.length]);

/**
 * Runs each workload on both sides, on databases made anew.
 * @param {import('./session.mjs').Session} session
 * @param {number} round
 * @param {string[]} names the workloads, in order
 * @param {Record<string, { native: object[], flowdb: object[] }>} found gets a sample for each
 * @param {(name: string) => void} onProgress
 */
export async function runRound(session, round, names, found, onProgress) {
  const sides = ['native', 'flowdb'];
  for (const side of orderOf(round, sides)) await session.call('renew', side);
  // From one workload to the next it changes, too: neither side always finds what the other one has
  // left to collect.
  for (const [i, name] of names.entries()) {
    onProgress(name);
    const pair = (found[name] ??= { native: [], flowdb: [] });
    for (const side of orderOf(round + i, sides)) pair[side].push(await sample(session, side, name));
  }
}

async function sample(session, side, name) {
  const { operations, includesDeferred } = await session.call('prepare', side, name);
  const before = await session.settle();
  const cpuBefore = session.processorMs();
  const mainBefore = await session.mainMs();
  const ms = await session.call('run', side);
  const mainAfter = await session.mainMs();
  const cpuAfter = session.processorMs();
  const after = await session.settle();
  const laterCpuMs = session.processorMs() - cpuAfter;
  await session.call('check');

  const counts = { heap: after.heap };
  for (const key of Object.keys(after)) {
    if (key !== 'heap') counts[key] = after[key] - before[key];
  }
  return {
    ms,
    deferredMs: includesDeferred && side === 'flowdb' ? counts.upkeepMs : 0,
    operations,
    ...(mainAfter === undefined ? {} : { mainMs: mainAfter - mainBefore }),
    cpuMs: cpuAfter - cpuBefore + laterCpuMs,
    laterCpuMs,
    ...(side === 'flowdb' ? { counts } : {}),
  };
}

/** The databases that a fresh page opens, and how many documents are in them. */
export const coldOpens = { 'open cold': 0, 'open cold 100k': 100_000 };

/** Opens each of these databases on both sides, in a fresh page every time. */
export async function runColdOpens(session, rounds, found, onProgress) {
  const sides = ['native', 'flowdb'];
  const inPage = async (method, ...args) => {
    const page = await session.open('cold');
    const answer = await page.evaluate(
      ([method, args]) => globalThis.cold[method](...args),
      [method, args],
    );
    await page.close();
    return answer;
  };
  for (const [name, records] of Object.entries(coldOpens)) {
    onProgress(`${name}, filling`);
    found[name] = { native: [], flowdb: [] };
    for (const side of sides) await inPage('fill', side, name, records);
    for (let round = 0; round < rounds; round++) {
      onProgress(`${name}, round ${round + 1}`);
      for (const side of orderOf(round, sides)) {
        const ms = await inPage('open', side, name, records);
        found[name][side].push({ ms, deferredMs: 0, operations: 1 });
      }
    }
  }
}

/** Runs what is also made in SQLite, in a worker. */
export async function runInWorker(session, rounds, names, records, onProgress) {
  const sides = ['flowdb', 'wal', 'journal'];
  const found = {};
  await session.call('close');
  for (let round = 0; round < rounds; round++) {
    const order = orderOf(round, sides);
    for (const side of order) await session.call('inWorker', { side, records });
    for (const name of names) {
      onProgress(`in a worker, round ${round + 1}: ${name}`);
      const all = (found[name] ??= { flowdb: [], wal: [], journal: [] });
      for (const side of order) {
        all[side].push(await session.call('inWorker', { side, name, records }));
      }
    }
  }
  return found;
}
