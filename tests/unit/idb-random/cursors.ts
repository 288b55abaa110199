// Cursors of random programs: from where they stand they move on in some way, and change records.
import type { Random } from '../codec-random';
import { constraint, type Ask } from './ask';
import {
  keyOfRank,
  nameOfKey,
  nameOfRange,
  nameOfRank,
  only,
  rankOfKey,
  ranksOf,
  toKeyRange,
  type RankRange,
  type StoreKind,
} from './keys';
import type { StoreModel, Value } from './stores';
import { nameOfValue, type Values } from './values';

type Listed = readonly [rank: number, value: Value];

export class Walk {
  readonly #random: Random;
  readonly #kind: StoreKind;
  readonly #range: RankRange;
  readonly #by: number | undefined;
  readonly #values: Values;
  readonly #isBackwards: boolean;
  #request: IDBRequest | undefined;

  /** @param by the one key of the index that it walks; undefined: it walks the store */
  constructor(
    random: Random,
    kind: StoreKind,
    range: RankRange,
    by: number | undefined,
    values: Values,
  ) {
    this.#random = random;
    this.#kind = kind;
    this.#range = range;
    this.#by = by;
    this.#values = values;
    this.#isBackwards = random.chance(0.4);
  }

  open(store: IDBObjectStore): Ask {
    const direction = this.#isBackwards ? 'prev' : 'next';
    const by = this.#by;
    const query = by ?? toKeyRange(this.#kind, this.#range);
    const source = by === undefined ? store : store.index('by');
    const what = by === undefined ? nameOfRange(this.#kind, this.#range) : `by ${by}`;
    const open = () => (this.#request = source.openCursor(query, direction));
    return this.#step(`openCursor ${what} ${direction}`, open, undefined, (all) => all[0]);
  }

  /** A move. */
  next(cursor: IDBCursorWithValue): Ask {
    const after = this.#rankOf(cursor);
    const beyond = ranksOf(this.#kind).filter((rank) => this.#isBeyond(rank, after));
    if (this.#random.chance(0.15)) {
      const count = 1 + this.#random.below(3);
      const advance = () => cursor.advance(count);
      return this.#step(`advance ${count}`, advance, after, (all) => all[count - 1]);
    }
    if (this.#random.chance(0.15) && beyond.length > 0) {
      const to = this.#random.oneOf(beyond);
      const key = keyOfRank(this.#kind, to);
      const go = () => this.#moveTo(cursor, key);
      const isThere = ([rank]: Listed) => rank === to || this.#isBeyond(rank, to);
      return this.#step(`continue ${nameOfKey(key)}`, go, after, (all) => all.find(isThere));
    }
    return this.#step('continue', () => cursor.continue(), after, (all) => all[0]);
  }

  /** An update or a deletion of the record that it stands at. */
  write(cursor: IDBCursorWithValue): Ask {
    const rank = this.#rankOf(cursor);
    const name = nameOfRank(this.#kind, rank);
    if (this.#random.chance(0.4)) {
      return {
        text: `delete ${name} by the cursor`,
        place: () => cursor.delete(),
        answer: () => 'done',
        expected: (model) => {
          model.delete(only(rank));
          return 'done';
        },
      };
    }
    const value = this.#values.next();
    const stored = this.#values.stored(value);
    return {
      text: `update ${name} = v${value.v} by the cursor`,
      place: () => cursor.update(this.#kind.isNumbered ? { ...stored, id: rank } : stored),
      answer: nameOfKey,
      expected: (model) => (model.store(rank, value, false) ? name : constraint),
    };
  }

  #step(
    text: string,
    move: () => unknown,
    after: number | undefined,
    choose: (ahead: readonly Listed[]) => Listed | undefined,
  ): Ask {
    return {
      text,
      place: () => {
        move();
        return this.#request as IDBRequest;
      },
      answer: (result) => {
        const cursor = result as IDBCursorWithValue | null;
        if (cursor === null) return 'the end';
        return `${nameOfKey(cursor.primaryKey)} = ${nameOfValue(cursor.value)}`;
      },
      expected: (model) => {
        const found = choose(this.#ahead(model, after));
        if (found === undefined) return 'the end';
        const [rank, { v }] = found;
        return `${nameOfRank(this.#kind, rank)} = v${v}`;
      },
      walk: this,
    };
  }

  #moveTo(cursor: IDBCursorWithValue, key: IDBValidKey): void {
    if (this.#by === undefined) cursor.continue(key);
    else cursor.continuePrimaryKey(this.#by, key);
  }

  #ahead(model: StoreModel, after: number | undefined): Listed[] {
    const all = model.list(this.#range, this.#by);
    if (this.#isBackwards) all.reverse();
    return all.filter(([rank]) => after === undefined || this.#isBeyond(rank, after));
  }

  #isBeyond(rank: number, other: number): boolean {
    return this.#isBackwards ? rank < other : rank > other;
  }

  #rankOf(cursor: IDBCursorWithValue): number {
    return rankOfKey(this.#kind, cursor.primaryKey);
  }
}
