// Transactions: whose turn it is, how long they are active, and how they end.
import { ended, outcome, result, thrown, watch } from './steps.js';

function filled({ open }) {
  return open(1, (db) => {
    for (const name of ['a', 'b', 'c']) db.createObjectStore(name).put(0, 'n');
  });
}

export async function scopes(world) {
  const { log } = world;
  const db = await filled(world);
  for (const scope of ['a', ['a'], ['c', 'a', 'c'], db.objectStoreNames, new Set(['b'])]) {
    const tx = db.transaction(scope);
    log(tx.mode, tx.objectStoreNames, thrown(() => tx.objectStore('b').get(1)));
  }
  for (const scope of [[], '', 'none', ['a', 'none'], undefined, null, 5]) log(scope,
    thrown(() => db.transaction(scope)));
  for (const mode of ['readonly', 'readwrite', undefined, 'versionchange', 'x', null, '']) {
    log(mode, thrown(() => log(db.transaction('a', mode).mode)));
  }
  log(thrown(() => db.transaction()), thrown(() => db.transaction(['none'], 'x')),
    thrown(() => db.transaction([], 'x')));
  for (const durability of ['default', 'relaxed', 'strict', 'x', undefined]) {
    log(durability, thrown(() => log(db.transaction('a', 'readwrite', { durability }).durability)));
  }
  db.close();
}

export async function writersOfOneStoreTakeTurns(world) {
  const { log } = world;
  const db = await filled(world);
  const ends = [];
  for (let i = 1; i <= 5; i += 1) {
    const tx = db.transaction('a', 'readwrite');
    ends.push(ended(tx).then((how) => log(i, how)));
    tx.objectStore('a').get('n').onsuccess = ({ target }) => {
      log(i, 'read', target.result);
      tx.objectStore('a').put(target.result * 2 + i, 'n');
    };
  }
  await Promise.all(ends);
  log(await result(db.transaction('a').objectStore('a').get('n')));
  db.close();
}

export async function readersWaitForAnEarlierWriter(world) {
  const { log } = world;
  const db = await filled(world);
  const before = db.transaction('a');
  const writer = db.transaction(['a', 'b'], 'readwrite');
  const after = db.transaction(['a', 'c']);
  const reads = [before, after].map((tx) => result(tx.objectStore('a').get('n')));
  const end = ended(writer);
  writer.objectStore('a').put(1, 'n');
  await result(writer.objectStore('b').put(1, 'n'));
  writer.objectStore('a').put(2, 'n');
  log(await Promise.all(reads), await end);
  db.close();
}

export async function readersRunSideBySide(world) {
  const { log } = world;
  const db = await filled(world);
  const one = db.transaction('a');
  const two = db.transaction(['a', 'b']);
  // Each waits for the other: that ends only when both are running.
  let turns = 0;
  let isOneDone = false;
  await new Promise((resolve) => {
    const spin = () => {
      turns += 1;
      if (!isOneDone && turns < 10_000) one.objectStore('a').get('n').onsuccess = spin;
      else resolve();
    };
    spin();
    two.objectStore('b').get('n').onsuccess = () => {
      isOneDone = true;
    };
  });
  log('both ran', isOneDone, turns < 10_000);
  db.close();
}

export async function acrossConnections(world) {
  const { log, open } = world;
  const first = await filled(world);
  const second = await open();
  const ends = [];
  for (let i = 0; i < 6; i += 1) {
    const tx = (i % 2 === 0 ? first : second).transaction('a', i === 3 ? 'readonly' : 'readwrite');
    tx.objectStore('a').get('n').onsuccess = ({ target }) => {
      log(i, target.result);
      if (i !== 3) tx.objectStore('a').put(target.result + 1, 'n');
    };
    ends.push(ended(tx));
  }
  log(await Promise.all(ends));
  first.close();
  second.close();
}

export async function aliveAcrossPromises(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction(['a', 'b'], 'readwrite');
  const end = ended(tx);
  const n = await result(tx.objectStore('a').get('n'));
  await Promise.resolve();
  await null;
  await (async () => { await undefined; })();
  await result(tx.objectStore('b').put(n + 1, 'n'));
  await Promise.all([result(tx.objectStore('a').get('n')), result(tx.objectStore('b').get('n'))]);
  for (let i = 0; i < 10; i += 1) await result(tx.objectStore('a').put(i, i));
  log(await end, thrown(() => tx.objectStore('a')),
    await result(db.transaction('a').objectStore('a').count()));
  db.close();
}

export async function deadAfterATask(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('a', 'readwrite');
  const store = tx.objectStore('a');
  const over = ended(tx);
  await result(store.put(1, 1));
  await new Promise((resolve) => setTimeout(resolve));
  log(thrown(() => store.put(2, 2)), thrown(() => store.get(1)), thrown(() => store.openCursor()));
  await over;
  log(thrown(() => tx.objectStore('a')), thrown(() => tx.abort()), thrown(() => tx.commit()),
    thrown(() => store.count()));
  log(await result(db.transaction('a').objectStore('a').getAllKeys()));
  db.close();
}

export async function madeAndUsedLater(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('a');
  const store = tx.objectStore('a');
  await Promise.resolve();
  const request = store.get('n');
  log(thrown(() => request.result), await result(request));
  const other = db.transaction('a').objectStore('a');
  await new Promise((resolve) => setTimeout(resolve));
  log(thrown(() => other.get('n')));
  db.close();
}

export async function withoutARequest(world) {
  const { log } = world;
  const db = await filled(world);
  for (const mode of ['readonly', 'readwrite']) {
    const tx = db.transaction('a', mode);
    watch(log, mode, tx, ['complete', 'abort', 'error']);
    await ended(tx);
  }
  const aborted = db.transaction('a');
  watch(log, 'aborted', aborted, ['complete', 'abort', 'error']);
  aborted.abort();
  log('abort called', aborted.error);
  await ended(aborted);
  db.close();
}

export async function aborting(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction(['a', 'b'], 'readwrite');
  const end = ended(tx);
  const done = result(tx.objectStore('a').put(1, 'x'));
  await done;
  const requests = [tx.objectStore('a').put(2, 'n'), tx.objectStore('b').clear(),
    tx.objectStore('a').get('n'), tx.objectStore('b').openCursor()];
  const outcomes = requests.map(outcome);
  tx.abort();
  log(requests.map((request) => [request.readyState, thrown(() => request.error)]));
  log(thrown(() => tx.abort()), thrown(() => tx.commit()),
    thrown(() => tx.objectStore('a').put(3, 3)));
  log(await Promise.all(outcomes), await end, tx.error,
    requests.map((request) => thrown(() => request.result)));
  const after = db.transaction(['a', 'b']);
  log(await result(after.objectStore('a').getAllKeys()),
    await result(after.objectStore('b').get('n')));
  db.close();
}

export async function committing(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('a', 'readwrite');
  const store = tx.objectStore('a');
  const first = store.put(1, 1);
  first.onsuccess = () => log('first', thrown(() => store.put(9, 9)), thrown(() => tx.commit()));
  const second = outcome(store.put(2, 2));
  tx.commit();
  log(thrown(() => store.put(3, 3)), thrown(() => store.get(1)), thrown(() => tx.commit()),
    thrown(() => tx.abort()));
  log(await second, await ended(tx), thrown(() => tx.commit()), thrown(() => tx.objectStore('a')));
  const empty = db.transaction('a');
  empty.commit();
  log(await ended(empty));
  log(await result(db.transaction('a').objectStore('a').getAllKeys()));
  db.close();
}

export async function errorsAndTheirTransaction(world) {
  const { log } = world;
  const db = await filled(world);
  for (const how of ['nothing', 'preventDefault', 'throw', 'throw and preventDefault']) {
    const tx = db.transaction('a', 'readwrite');
    watch(log, how, tx, ['error', 'abort', 'complete']);
    tx.objectStore('a').put(how, 'how');
    const request = tx.objectStore('a').add(1, 'n');
    request.onerror = (event) => {
      if (how.includes('preventDefault')) event.preventDefault();
      if (how.includes('throw')) throw new RangeError('thrown in an error handler on purpose');
    };
    log(await ended(tx), tx.error?.name, tx.error === request.error, request.error.name);
  }
  log(await result(db.transaction('a').objectStore('a').get('how')));
  db.close();
}

export async function exceptionsInHandlers(world) {
  const { log } = world;
  const db = await filled(world);
  const tx = db.transaction('a', 'readwrite');
  const store = tx.objectStore('a');
  store.put(1, 'x').onsuccess = () => {
    throw new RangeError('thrown in a success handler on purpose');
  };
  const next = store.put(2, 'y');
  log(await ended(tx), tx.error.name, next.error.name,
    await result(db.transaction('a').objectStore('a').get('x')));
  const rejected = db.transaction('a', 'readwrite');
  await result(rejected.objectStore('a').put(3, 'x'));
  log(await ended(rejected), await result(db.transaction('a').objectStore('a').get('x')));
  const late = db.transaction('a', 'readwrite');
  late.objectStore('a').put(4, 'x');
  late.oncomplete = () => {
    throw new RangeError('thrown in a complete handler on purpose');
  };
  log(await ended(late), await result(db.transaction('a').objectStore('a').get('x')));
  db.close();
}

export async function aTransactionInAHandlerOfAnother(world) {
  const { log } = world;
  const db = await filled(world);
  const outer = db.transaction('a', 'readwrite');
  const inner = await new Promise((resolve) => {
    outer.objectStore('a').put(1, 'n').onsuccess = () => {
      const tx = db.transaction('a');
      resolve(ended(tx));
      tx.objectStore('a').get('n').onsuccess = ({ target }) => log('inner', target.result);
      outer.objectStore('a').put(2, 'n').onsuccess = () => log('outer');
    };
  });
  log(inner);
  db.close();
}
