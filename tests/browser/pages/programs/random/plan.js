// Makes a random program: rounds of an upgrade or of some transactions at once. Stores and indexes
// are named by numbers that count on from what is there, so that a program makes sense whatever
// happened before.
import { key, noKey, range, record } from './data.js';
import { Dice } from './dice.js';

const directions = ['next', 'nextunique', 'prev', 'prevunique'];
const storeNames = ['alpha', 'beta', 'gamma', 'delta'];
const indexNames = ['one', 'two', 'three'];
const storeOptions = [
  {}, { autoIncrement: true }, { keyPath: 'id' }, { keyPath: 'id', autoIncrement: true },
  { keyPath: ['id', 'n'] }, { keyPath: 'at.id' },
  { keyPath: 'at.id', autoIncrement: true },
];
const indexOptions = [
  ['n', {}], ['n', { unique: true }], ['tags', { multiEntry: true }],
  ['tags', { multiEntry: true, unique: true }], [['n', 'deep.x'], {}],
  ['deep.x', {}], ['deep.x', { unique: true }], [['text', 'n'], { unique: true }],
  ['text.length', {}], ['', {}], ['tags', {}],
];

/** @returns {{ rounds: object[] }} the same for the same seed */
export function plan(seed) {
  const dice = new Dice(seed);
  const rounds = dice.times(3 + dice.below(5), (i) => {
    const isUpgrade = i === 0 || dice.chance(0.2);
    const body = isUpgrade ? upgrade(dice, i === 0) : work(dice);
    return { ...body, isReloadedBefore: i > 0 && dice.chance(0.12) };
  });
  return { rounds };
}

function upgrade(dice, isFirst) {
  const changes = isFirst
    ? dice.times(2 + dice.below(2), (i) => ({ change: 'createStore', name: storeNames[i],
      options: dice.pick(storeOptions) }))
    : [];
  changes.push(...dice.times(2 + dice.below(6), () => change(dice)));
  // Browsers differ in whether an index that data forbids still aborts once it is deleted.
  const isFragile = changes.some(({ options }) => options?.unique);
  const kept = changes.filter(({ change: what }) => !(isFragile && what.startsWith('delete')));
  return { kind: 'upgrade', isAborted: !isFirst && dice.chance(0.25), changes: kept };
}

function change(dice) {
  const store = dice.below(4);
  switch (dice.below(10)) {
    case 0:
      return { change: 'createStore', name: dice.pick(storeNames),
        options: dice.pick(storeOptions) };
    case 1:
      return { change: 'deleteStore', store };
    case 2:
      return { change: 'renameStore', store, name: dice.pick(storeNames) };
    case 3:
      return { change: 'deleteIndex', store, index: dice.below(3) };
    case 4:
      return { change: 'renameIndex', store, index: dice.below(3), name: dice.pick(indexNames) };
    case 5:
    case 6:
      return { change: 'work', operation: operation(dice) };
    default: {
      const [path, options] = dice.pick(indexOptions);
      return { change: 'createIndex', store, name: dice.pick(indexNames), path, options };
    }
  }
}

function work(dice) {
  return { kind: 'work', transactions: dice.times(1 + dice.below(3), () => transaction(dice)) };
}

function transaction(dice) {
  return {
    stores: dice.times(1 + dice.below(2), () => dice.below(4)),
    mode: dice.chance(0.8) ? 'readwrite' : 'readonly',
    durability: dice.pick(['default', 'relaxed', 'strict']),
    operations: dice.times(1 + dice.below(dice.chance(0.1) ? 60 : 14), () => operation(dice)),
    end: dice.pick(['let', 'let', 'let', 'abort', 'commit']),
  };
}

function operation(dice) {
  const made = {
    store: dice.below(4),
    // 0 is the store itself.
    index: dice.chance(0.6) ? 0 : dice.below(4),
    isAwaited: dice.chance(0.3),
    isForgiven: dice.chance(0.93),
  };
  const kind = dice.below(20);
  if (kind < 8) {
    const call = dice.chance(0.6) ? 'put' : 'add';
    return { ...made, call, key: dice.chance(0.97) ? key(dice) : noKey(dice),
      isKeyless: dice.chance(0.3), value: record(dice) };
  }
  if (kind < 10) return { ...made, call: 'delete', range: range(dice) };
  if (kind === 10) return { ...made, call: dice.chance(0.2) ? 'clear' : 'count',
    range: range(dice) };
  if (kind < 13) return { ...made, call: dice.pick(['get', 'getKey']), range: range(dice) };
  if (kind < 16) return { ...made, call: dice.pick(['getAll', 'getAllKeys']), range: range(dice),
    count: dice.pick([undefined, 0, 1, 3]) };
  return { ...made, call: 'walk', range: range(dice), direction: dice.pick(directions),
    isKeyOnly: dice.chance(0.25), moves: dice.times(6, () => move(dice)) };
}

// What is done at one entry of a walk, before it goes on.
function move(dice) {
  const made = { go: 'continue' };
  const kind = dice.below(16);
  if (kind === 0) made.go = 'stop';
  if (kind === 1) Object.assign(made, { go: 'to', key: key(dice) });
  if (kind === 2) Object.assign(made, { go: 'toPrimary', key: key(dice), primaryKey: key(dice) });
  if (kind === 3) Object.assign(made, { go: 'advance', count: 1 + dice.below(3) });
  const deed = dice.below(8);
  if (deed === 0) Object.assign(made, { deed: 'update', value: record(dice) });
  if (deed === 1) made.deed = 'delete';
  if (deed === 2) Object.assign(made, { deed: 'put', key: key(dice), value: record(dice) });
  if (deed === 3) Object.assign(made, { deed: 'deleteOther', key: key(dice) });
  return made;
}
