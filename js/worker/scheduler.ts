// Scope locks: which transaction may run. Per store they are given in the order in which the
// transactions were begun; readonly ones share a store, a readwrite one has its stores alone.

/** What a transaction claims. */
export interface Claim {
  readonly isWriter: boolean;
  readonly stores: readonly number[];
}

// A claim's place in the order: it waits for `blockers` others and holds up `dependents`.
interface Place<T> {
  blockers: number;
  readonly dependents: T[];
  /** It ended before its turn; those behind it still have to wait for those before it. */
  isOver: boolean;
}

// Who holds or awaits a store, as far as a newcomer has to know: the last writer, and the readers
// behind it. All others come before one of these.
interface StoreOrder<T> {
  writer: T | undefined;
  readonly readers: Set<T>;
}

export class Scheduler<T extends Claim> {
  readonly #places = new Map<T, Place<T>>();
  readonly #stores = new Map<number, StoreOrder<T>>();

  /** How many claims run or wait. */
  get size(): number {
    return this.#places.size;
  }

  /** Puts a claim behind all others. @returns whether it may run at once */
  add(claim: T): boolean {
    const place: Place<T> = { blockers: 0, dependents: [], isOver: false };
    this.#places.set(claim, place);
    for (const blocker of this.#enter(claim)) {
      this.#places.get(blocker)?.dependents.push(claim);
      place.blockers += 1;
    }
    return place.blockers === 0;
  }

  /**
   * Takes a claim out, whether it ran or not.
   * @returns the claims that may run now, in the order in which they were added
   */
  end(claim: T): T[] {
    const place = this.#places.get(claim);
    if (place === undefined) return [];
    place.isOver = true;
    if (place.blockers > 0) return [];
    const granted: T[] = [];
    const leaving = [claim];
    for (let next = leaving.pop(); next !== undefined; next = leaving.pop()) {
      const dependents = this.#places.get(next)?.dependents ?? [];
      this.#places.delete(next);
      this.#leave(next);
      for (const dependent of dependents) {
        const waiting = this.#places.get(dependent);
        if (waiting === undefined) continue;
        waiting.blockers -= 1;
        if (waiting.blockers > 0) continue;
        if (waiting.isOver) leaving.push(dependent);
        else granted.push(dependent);
      }
    }
    return granted;
  }

  #enter(claim: T): Set<T> {
    const blockers = new Set<T>();
    for (const store of new Set(claim.stores)) {
      let order = this.#stores.get(store);
      if (order === undefined) {
        order = { writer: undefined, readers: new Set() };
        this.#stores.set(store, order);
      }
      if (order.writer !== undefined) blockers.add(order.writer);
      if (!claim.isWriter) {
        order.readers.add(claim);
        continue;
      }
      for (const reader of order.readers) blockers.add(reader);
      order.readers.clear();
      order.writer = claim;
    }
    return blockers;
  }

  #leave(claim: T): void {
    for (const store of claim.stores) {
      const order = this.#stores.get(store);
      if (order === undefined) continue;
      if (order.writer === claim) order.writer = undefined;
      order.readers.delete(claim);
      if (order.writer === undefined && order.readers.size === 0) this.#stores.delete(store);
    }
  }
}
