// Which object stores the transactions of this page claim. A transaction that meets no other one
// has its scope locks as soon as the worker reads of it, so that the page may decide what cannot
// fail: nobody can see a success before its transaction's turn.
// Specification: https://w3c.github.io/IndexedDB/#transaction-scheduling

/** What a transaction claims, from its creation to its last event. */
export interface ScopeClaim {
  readonly database: string;
  readonly isWriter: boolean;
  readonly stores: readonly number[];
}

interface Claimants {
  readers: number;
  writers: number;
}

export class ScopeClaims {
  readonly #databases = new Map<string, Map<number, Claimants>>();

  /** @returns whether it overlaps with none before it, unless both only read */
  add({ database, isWriter, stores }: ScopeClaim): boolean {
    let isFree = true;
    let claimed = this.#databases.get(database);
    if (claimed === undefined) this.#databases.set(database, (claimed = new Map()));
    for (const store of stores) {
      let claimants = claimed.get(store);
      if (claimants === undefined) claimed.set(store, (claimants = { readers: 0, writers: 0 }));
      if (claimants.writers > 0 || (isWriter && claimants.readers > 0)) isFree = false;
      if (isWriter) claimants.writers++;
      else claimants.readers++;
    }
    return isFree;
  }

  /** Takes out a claim that was added. */
  remove({ database, isWriter, stores }: ScopeClaim): void {
    const claimed = this.#databases.get(database);
    if (claimed === undefined) return;
    for (const store of stores) {
      const claimants = claimed.get(store);
      if (claimants === undefined) continue;
      if (isWriter) claimants.writers--;
      else claimants.readers--;
      if (claimants.readers + claimants.writers === 0) claimed.delete(store);
    }
    if (claimed.size === 0) this.#databases.delete(database);
  }
}
