// Random requests against a store, each with what it does to the model.
import type { Random } from '../codec-random';
import { constraint, type Ask } from './ask';
import { Walk } from './cursors';
import {
  everything,
  fromLowestKey,
  hotRanksOf,
  keyOfRank,
  nameOfKey,
  nameOfRange,
  nameOfRank,
  only,
  ranksOf,
  toKeyRange,
  type RankRange,
  type StoreKind,
} from './keys';
import type { StoreModel, Value } from './stores';
import { nameOfValue, type Values } from './values';

const names = (values: readonly (Value | undefined)[]) =>
  values.map((value) => (value === undefined ? 'none' : `v${value.v}`)).join();
const nameOfFirst = (values: readonly (readonly [number, Value])[]) => names([values[0]?.[1]]);

function deleted(model: StoreModel, range: RankRange): string {
  model.delete(range);
  return 'done';
}

/** Makes requests against one store in one transaction. */
export class Requests {
  readonly #random: Random;
  readonly #store: IDBObjectStore;
  readonly #kind: StoreKind;
  readonly #values: Values;

  constructor(random: Random, store: IDBObjectStore, kind: StoreKind, values: Values) {
    this.#random = random;
    this.#store = store;
    this.#kind = kind;
    this.#values = values;
  }

  /** One that the page may answer by itself, or looks like one. */
  hotGet(): Ask {
    if (this.#random.chance(0.1)) return this.#getByIndex(this.#random.below(5));
    return this.#get(this.#random.oneOf(hotRanksOf(this.#kind)));
  }

  read(): Ask {
    const range = this.#random.chance(0.3) ? everything : this.#range();
    switch (this.#random.below(12)) {
      case 0:
        return this.#getFirst(range);
      case 1:
        return this.#getKey(this.#rank());
      case 2:
        return this.#getAll(range, this.#random.chance(0.3) ? 2 : Infinity);
      case 3:
        return this.#getAllKeys(range);
      case 4:
        return this.#count(range);
      case 5:
        return this.#getByIndex(this.#random.below(5));
      case 6:
        return this.#getAllByIndex(this.#random.below(5));
      case 7:
      case 8:
        return this.walk();
      default:
        return this.#random.chance(0.7) ? this.hotGet() : this.#get(this.#rank());
    }
  }

  write(): Ask {
    switch (this.#random.below(16)) {
      case 0:
        return this.#clear();
      case 1:
        return this.#delete(this.#range());
      case 2:
      case 3:
      case 4:
        return this.#deleteKey(this.#rank());
      case 5:
      case 6:
        return this.#put(this.#rank(), true);
      case 7:
        return this.walk();
      case 8:
        return this.#kind.isNumbered ? this.#putNumbered() : this.#put(this.#rank(), false);
      default:
        return this.#put(this.#rank(), false);
    }
  }

  walk(): Ask {
    const by = this.#random.chance(0.3) ? this.#random.below(5) : undefined;
    const range = by !== undefined || this.#random.chance(0.5) ? everything : this.#range();
    return new Walk(this.#random, this.#kind, range, by, this.#values).open(this.#store);
  }

  /** One that the page may decide, unless an index is unique. */
  plainWrite(): Ask {
    switch (this.#random.below(10)) {
      case 0:
        return this.#clear();
      case 1:
        return this.#delete(this.#range());
      case 2:
      case 3:
        return this.#deleteKey(this.#rank());
      default:
        return this.#put(this.#rank(), false);
    }
  }

  /** Reads all that is there, by several ways. */
  all(): Ask[] {
    return [
      this.#getAllKeys(everything),
      this.#getAll(everything, Infinity),
      this.#count(everything),
      ...ranksOf(this.#kind).map((rank) => this.#get(rank)),
    ];
  }

  #rank(): number {
    const isHot = this.#random.chance(0.5);
    return this.#random.oneOf(isHot ? hotRanksOf(this.#kind) : ranksOf(this.#kind));
  }

  #key(rank: number): IDBValidKey {
    const key = keyOfRank(this.#kind, rank);
    return key === 0 && this.#random.chance(0.5) ? -0 : key;
  }

  #range(): RankRange {
    const [one, other] = [this.#rank(), this.#rank()];
    const isSeveral = one !== other;
    const range = {
      lower: Math.min(one, other),
      upper: Math.max(one, other),
      isLowerOpen: isSeveral && this.#random.chance(0.5),
      isUpperOpen: isSeveral && this.#random.chance(0.5),
    };
    if (this.#random.chance(0.2)) return { ...range, lower: -Infinity, isLowerOpen: false };
    if (this.#random.chance(0.2)) return { ...range, upper: Infinity, isUpperOpen: false };
    return range;
  }

  #get(rank: number): Ask {
    const key = this.#key(rank);
    return {
      text: `get ${nameOfKey(key)}`,
      place: () => this.#store.get(key),
      answer: nameOfValue,
      expected: (model) => names([model.get(rank)]),
    };
  }

  #getFirst(range: RankRange): Ask {
    const query = toKeyRange(this.#kind, range) ?? fromLowestKey;
    return {
      text: `get the first of ${nameOfRange(this.#kind, range)}`,
      place: () => this.#store.get(query),
      answer: nameOfValue,
      expected: (model) => nameOfFirst(model.list(range)),
    };
  }

  #getKey(rank: number): Ask {
    const key = this.#key(rank);
    return {
      text: `getKey ${nameOfKey(key)}`,
      place: () => this.#store.getKey(key),
      answer: nameOfKey,
      expected: (model) =>
        model.get(rank) === undefined ? 'none' : nameOfRank(this.#kind, rank),
    };
  }

  #getAll(range: RankRange, most: number): Ask {
    const query = toKeyRange(this.#kind, range);
    const count = most === Infinity ? undefined : most;
    return {
      text: `getAll ${nameOfRange(this.#kind, range)}${count === undefined ? '' : `, ${count}`}`,
      place: () => this.#store.getAll(query, count),
      answer: (all) => (all as unknown[]).map(nameOfValue).join(),
      expected: (model) => names(model.list(range).slice(0, most).map(([, value]) => value)),
    };
  }

  #getAllKeys(range: RankRange): Ask {
    const query = toKeyRange(this.#kind, range);
    return {
      text: `getAllKeys ${nameOfRange(this.#kind, range)}`,
      place: () => this.#store.getAllKeys(query),
      answer: (all) => (all as unknown[]).map(nameOfKey).join(),
      expected: (model) => model.list(range).map(([rank]) => nameOfRank(this.#kind, rank)).join(),
    };
  }

  #count(range: RankRange): Ask {
    const query = toKeyRange(this.#kind, range);
    return {
      text: `count ${nameOfRange(this.#kind, range)}`,
      place: () => this.#store.count(query),
      answer: String,
      expected: (model) => String(model.list(range).length),
    };
  }

  #getByIndex(by: number): Ask {
    return {
      text: `get by ${by}`,
      place: () => this.#store.index('by').get(by),
      answer: nameOfValue,
      expected: (model) => nameOfFirst(model.list(everything, by)),
    };
  }

  #getAllByIndex(by: number): Ask {
    return {
      text: `getAll by ${by}`,
      place: () => this.#store.index('by').getAll(by),
      answer: (all) => (all as unknown[]).map(nameOfValue).join(),
      expected: (model) => names(model.list(everything, by).map(([, value]) => value)),
    };
  }

  #put(rank: number, noOverwrite: boolean): Ask {
    const key = this.#key(rank);
    const value = this.#values.next();
    const stored = this.#values.stored(value);
    const { isNumbered } = this.#kind;
    const call = noOverwrite ? 'add' : 'put';
    return {
      text: `${call} ${nameOfKey(key)} = v${value.v}`,
      place: () =>
        isNumbered ? this.#store[call]({ ...stored, id: rank }) : this.#store[call](stored, key),
      answer: nameOfKey,
      expected: (model) =>
        model.store(rank, value, noOverwrite) ? nameOfRank(this.#kind, rank) : constraint,
    };
  }

  #putNumbered(): Ask {
    const value = this.#values.next();
    const call = this.#random.oneOf(['add', 'put'] as const);
    return {
      text: `${call} v${value.v}`,
      place: () => this.#store[call](this.#values.stored(value)),
      answer: nameOfKey,
      expected: (model) => String(model.storeNumbered(value)),
    };
  }

  #deleteKey(rank: number): Ask {
    const key = this.#key(rank);
    return {
      text: `delete ${nameOfKey(key)}`,
      place: () => this.#store.delete(key),
      answer: () => 'done',
      expected: (model) => deleted(model, only(rank)),
    };
  }

  #delete(range: RankRange): Ask {
    const query = toKeyRange(this.#kind, range) ?? fromLowestKey;
    return {
      text: `delete ${nameOfRange(this.#kind, range)}`,
      place: () => this.#store.delete(query),
      answer: () => 'done',
      expected: (model) => deleted(model, range),
    };
  }

  #clear(): Ask {
    return {
      text: 'clear',
      place: () => this.#store.clear(),
      answer: () => 'done',
      expected: (model) => deleted(model, everything),
    };
  }
}
