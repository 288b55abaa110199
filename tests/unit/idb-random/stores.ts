// Object stores as the model has them. Records are sorted by the ranks of their keys.
import { isIn, type RankRange, type StoreKind } from './keys';

export interface Value {
  readonly v: number;
  /** The index's key. */
  readonly by: number;
  /** The unique index's key. */
  readonly one: number;
}

export class StoreModel {
  readonly kind: StoreKind;
  readonly #records: Map<number, Value>;
  #nextKey: number;

  constructor(kind: StoreKind, records: Iterable<[number, Value]> = [], nextKey = 1) {
    this.kind = kind;
    this.#records = new Map(records);
    this.#nextKey = nextKey;
  }

  copy(): StoreModel {
    return new StoreModel(this.kind, this.#records, this.#nextKey);
  }

  get(rank: number): Value | undefined {
    return this.#records.get(rank);
  }

  /** Those with that key of the index, where one is given, in the order of their own keys. */
  list(range: RankRange, by?: number): (readonly [rank: number, value: Value])[] {
    return [...this.#records]
      .filter(([rank, value]) => isIn(range, rank) && (by === undefined || value.by === by))
      .sort(([a], [b]) => a - b);
  }

  /** @returns whether that met with no record that may not be there */
  store(rank: number, value: Value, noOverwrite: boolean): boolean {
    if (noOverwrite && this.#records.has(rank)) return false;
    if (this.kind.isUnique) {
      for (const [other, { one }] of this.#records) {
        if (other !== rank && one === value.one) return false;
      }
    }
    this.#records.set(rank, value);
    if (this.kind.isNumbered) this.#nextKey = Math.max(this.#nextKey, rank + 1);
    return true;
  }

  /** @returns the key */
  storeNumbered(value: Value): number {
    const rank = this.#nextKey;
    this.store(rank, value, false);
    return rank;
  }

  delete(range: RankRange): void {
    for (const [rank] of this.list(range)) this.#records.delete(rank);
  }
}

export class DatabaseModel {
  readonly #stores = new Map<string, StoreModel>();

  copy(): DatabaseModel {
    const copy = new DatabaseModel();
    for (const [name, store] of this.#stores) copy.set(name, store.copy());
    return copy;
  }

  store(name: string): StoreModel {
    const store = this.#stores.get(name);
    if (store === undefined) throw new Error(`the model has no store ${name}`);
    return store;
  }

  set(name: string, store: StoreModel): void {
    this.#stores.set(name, store);
  }

  delete(name: string): void {
    this.#stores.delete(name);
  }

  /** Each gets the name of the other one. */
  swap(one: string, other: string): void {
    const first = this.store(one);
    this.set(one, this.store(other));
    this.set(other, first);
  }
}
