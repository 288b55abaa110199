// Random keys, ranges and values. Few different keys, so that programs meet what they have stored.

export function key(dice) {
  const kind = dice.below(20);
  if (kind < 9) return dice.below(16);
  if (kind < 12) return dice.pick(['', 'a', 'b', 'ab', 'a\0', 'ä', '\uffff', '\ud800',
    'b'.repeat(300)]);
  if (kind < 13) return dice.pick([-1, 0.5, -Infinity, Infinity, 2 ** 40, 1e300, -1e-300]);
  if (kind < 14) return new Date(dice.below(4) * 1000);
  if (kind < 16) return new Uint8Array(dice.times(dice.below(4), () => dice.pick([0, 1, 255])));
  return dice.times(dice.below(4), () => key(dice));
}

export function noKey(dice) {
  return dice.pick([undefined, null, NaN, true, {}, new Date(NaN)]);
}

/** @returns what a range is made of: the bounds may be in the wrong order, and then it throws */
export function range(dice) {
  const kind = dice.below(10);
  if (kind < 3) return { kind: 'none' };
  if (kind < 5) return { kind: 'key', key: key(dice) };
  if (kind === 5) return { kind: 'lower', key: key(dice), isOpen: dice.chance(0.5) };
  if (kind === 6) return { kind: 'upper', key: key(dice), isOpen: dice.chance(0.5) };
  return { kind: 'bound', key: key(dice), upper: key(dice), isOpen: dice.chance(0.3),
    isUpperOpen: dice.chance(0.3) };
}

/** @throws DataError for bounds in the wrong order */
export function toRange({ indexedDB, IDBKeyRange }, made) {
  switch (made.kind) {
    case 'none':
      return undefined;
    case 'key':
      return made.key;
    case 'lower':
      return IDBKeyRange.lowerBound(made.key, made.isOpen);
    case 'upper':
      return IDBKeyRange.upperBound(made.key, made.isOpen);
    default: {
      // Against the specification browsers refuse a range that is open and has one key.
      const canBeOpen = indexedDB.cmp(made.key, made.upper) !== 0;
      return IDBKeyRange.bound(made.key, made.upper, made.isOpen && canBeOpen, made.isUpperOpen
        && canBeOpen);
    }
  }
}

/** A record with the properties that the indexes look at. */
export function record(dice) {
  const made = {};
  if (dice.chance(0.9)) made.n = dice.chance(0.9) ? key(dice) : noKey(dice);
  if (dice.chance(0.7)) made.tags = dice.times(dice.below(5), () => (dice.chance(0.9) ? key(dice)
    : noKey(dice)));
  if (dice.chance(0.5)) made.deep = { x: dice.chance(0.9) ? key(dice) : noKey(dice) };
  if (dice.chance(0.6)) made.text = dice.pick(['', 'short', '"\\\n', 'ü😀', '\ud800',
    'x'.repeat(dice.below(3000))]);
  if (dice.chance(0.15)) made.more = special(dice);
  return made;
}

function special(dice) {
  const shared = { list: [1, 2] };
  return dice.pick([
    new Map([[1, shared], [shared, 2]]), new Set(['a', NaN, -0]), new Date(5), /x+/gi,
    12345678901234567890n, [undefined, null, -0],
    [shared, shared], new Float64Array([1.5, -0]), new ArrayBuffer(9), new Error('stored'),
    [1, , 3], { u: undefined }, new String('object'),
  ]);
}
