// A stream of transactions over two stores and an index, and the check afterwards that what is
// there is a beginning of it: whole transactions, in order, none left out.
import { ended, result } from '../compared/steps.js';

/** Records that a transaction puts into the second store. */
const partsPerTransaction = 5;

/** So many transactions are under way at once. */
const lanes = 6;

// Enough for the log to be left behind by checkpoints every few hundred transactions.
const bytesOf = (n, part) => (n * 1301 + part * 77) % 30_000;

async function open(indexedDB, name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('heads', { keyPath: 'n' }).createIndex('reversed', 'reversed');
    request.result.createObjectStore('parts');
  };
  return result(request);
}

function write(db, n, durability) {
  const tx = db.transaction(['heads', 'parts'], 'readwrite', { durability });
  tx.objectStore('heads').add({ n, reversed: -n, text: `head ${n} `.repeat(n % 40) });
  for (let part = 0; part < partsPerTransaction; part += 1) {
    tx.objectStore('parts').put({ of: n, bytes: new Uint8Array(bytesOf(n, part)).fill(n) },
      [n, part]);
  }
  return ended(tx);
}

/**
 * Writes transaction after transaction, each with a number one above the last, until the page is
 * gone.
 * @param told called with each number whose transaction is complete
 */
export async function stream(indexedDB, name, durability, told) {
  const db = await open(indexedDB, name);
  let n = await result(db.transaction('heads').objectStore('heads').count());
  const lane = async () => {
    for (;;) {
      const mine = n;
      n += 1;
      const how = await write(db, mine, durability);
      if (how !== 'complete') throw new Error(`transaction ${mine}: ${how}`);
      told(mine);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Writes `count` transactions and closes the database. */
export async function writeSome(indexedDB, name, count, durability) {
  const db = await open(indexedDB, name);
  const first = await result(db.transaction('heads').objectStore('heads').count());
  const ends = await Promise.all(Array.from({ length: count }, (_, i) => write(db, first + i,
    durability)));
  db.close();
  if (ends.some((how) => how !== 'complete')) throw new Error(ends.join(', '));
}

/**
 * @returns {Promise<{ count: number, problems: string[] }>} how many transactions there are, and
 * what is wrong
 */
export async function check(indexedDB, name) {
  const db = await open(indexedDB, name);
  const tx = db.transaction(['heads', 'parts']);
  const [heads, byReversed, parts, partKeys] = await Promise.all([
    result(tx.objectStore('heads').getAll()),
    result(tx.objectStore('heads').index('reversed').getAllRecords()),
    result(tx.objectStore('parts').getAll()),
    result(tx.objectStore('parts').getAllKeys()),
  ]);
  db.close();
  const problems = [];
  const wrong = (what, n) => problems.push(`${what} ${n}`);
  heads.forEach((head, i) => {
    if (head.n !== i || head.text !== `head ${i} `.repeat(i % 40)) wrong('head', i);
  });
  if (byReversed.length !== heads.length) wrong('index entries', byReversed.length);
  byReversed.toReversed().forEach(({ key, primaryKey, value }, i) => {
    if (primaryKey !== i || key + i !== 0 || value.n !== i) wrong('index entry', i);
  });
  if (parts.length !== heads.length * partsPerTransaction) wrong('parts', parts.length);
  parts.forEach(({ of, bytes }, i) => {
    const [n, part] = [Math.floor(i / partsPerTransaction), i % partsPerTransaction];
    const isWhole = of === n && bytes.length === bytesOf(n, part)
      && bytes.every((byte) => byte === n % 256);
    if (!isWhole || partKeys[i][0] !== n || partKeys[i][1] !== part) wrong('part', i);
  });
  return { count: heads.length, problems: problems.slice(0, 20) };
}
