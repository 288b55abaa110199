// Many records, written over and deleted again and again, beside a model in plain JavaScript:
// enough that tables are flushed and compacted while the page goes on.
import { result } from '../compared/steps.js';
import { Dice } from '../random/dice.js';

const name = 'bulk';
const idsMax = 12_000;

async function open(indexedDB) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('s', { keyPath: 'id' });
    store.createIndex('group', 'group');
    store.createIndex('tags', 'tags', { multiEntry: true });
  };
  return result(request);
}

function record(dice, id, round) {
  const text = String.fromCharCode(...dice.times(80,
    () => 32 + dice.below(90))).repeat(1 + dice.below(40));
  return { id, group: dice.below(40), tags: [`r${round}`, `m${id % 50}`], text };
}

/**
 * Writes the rounds before `rounds` into a model, and the last of them into the database, too.
 * @returns {Map<number, object>} the model
 */
function play(seed, rounds, onLast) {
  const model = new Map();
  for (let round = 0; round < rounds; round += 1) {
    const dice = new Dice(seed + round);
    const isLast = round === rounds - 1;
    for (const [from, to] of dice.times(6, () => range(dice, 400))) {
      for (let id = from; id < to; id += 1) model.delete(id);
      if (isLast) onLast({ from, to });
    }
    for (const [from, to] of dice.times(5, () => range(dice, 900))) {
      const records = Array.from({ length: to - from }, (_, i) => record(dice, from + i, round));
      for (const each of records) model.set(each.id, each);
      if (isLast) onLast({ records });
    }
  }
  return model;
}

function range(dice, most) {
  const from = dice.below(idsMax);
  return [from, from + dice.below(most)];
}

/**
 * Plays one round on the database, and compares all that is there with the model.
 * @param round counts from 0; the rounds before must have been played
 * @returns {Promise<string[]>} what is wrong
 */
export async function playRound({ indexedDB, IDBKeyRange }, seed, round) {
  const db = await open(indexedDB);
  const ends = [];
  const model = play(seed, round + 1, ({ from, to, records }) => {
    const tx = db.transaction('s', 'readwrite');
    const store = tx.objectStore('s');
    if (records === undefined) store.delete(IDBKeyRange.bound(from, to, false, true));
    for (const each of records ?? []) store.put(each);
    ends.push(new Promise((resolve, reject) => {
      tx.oncomplete = resolve;
      tx.onabort = () => reject(tx.error);
    }));
  });
  await Promise.all(ends);
  const problems = await compare(db, model, IDBKeyRange, new Dice(seed - round));
  db.close();
  return problems.slice(0, 10);
}

async function compare(db, model, IDBKeyRange, dice) {
  const problems = [];
  const sorted = [...model.values()].sort((a, b) => a.id - b.id);
  const store = db.transaction('s').objectStore('s');
  const equal = (what, found, wanted) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) problems.push(what);
  };
  const ids = (list) => list.map(({ id }) => id);
  const all = result(store.getAll());
  const count = result(store.count());
  const [from, to] = range(dice, 3000);
  const part = result(store.getAllKeys(IDBKeyRange.bound(from, to)));
  const group = dice.below(40);
  const ofGroup = result(store.index('group').getAllKeys(group));
  const tag = `m${dice.below(50)}`;
  const ofTag = result(store.index('tags').count(tag));
  const single = dice.times(20, () => dice.below(idsMax));
  const singles = single.map((id) => result(store.get(id)));
  equal('all', await all, sorted);
  equal('count', await count, sorted.length);
  equal('part', await part, ids(sorted.filter(({ id }) => id >= from && id <= to)));
  equal('group', await ofGroup, ids(sorted.filter((each) => each.group === group)));
  equal('tag', await ofTag, sorted.filter(({ tags }) => tags.includes(tag)).length);
  equal('singles', await Promise.all(singles), single.map((id) => model.get(id)));
  return problems;
}
