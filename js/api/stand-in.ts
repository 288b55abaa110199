// FlowDB's `indexedDB` and IDBKeyRange for the time until it is known whether FlowDB can run here.
// A library that is imported beside flowdb-wasm/auto keeps what it finds while it is loaded, as
// Dexie does: it has to work either way.
import { interfaces } from './interfaces';

const factoryMethods = ['open', 'deleteDatabase', 'databases', 'cmp'] as const;

export class StandIn {
  readonly indexedDB: IDBFactory;
  /** IDBKeyRange, with the statics and the prototype of the one that is in force. */
  readonly keyRange: typeof IDBKeyRange;
  #keyRange = interfaces.IDBKeyRange;

  constructor(indexedDB: IDBFactory) {
    this.indexedDB = indexedDB;
    // Not the class itself, whose `prototype` a proxy would have to show as it is.
    const nothing = (() => undefined) as unknown as typeof IDBKeyRange;
    this.keyRange = new Proxy(nothing, {
      get: (_, name) => Reflect.get(this.#keyRange, name) as unknown,
    });
  }

  /** Lets both do what the browser's own do, for good. */
  fallBackTo(indexedDB: IDBFactory, keyRange: typeof IDBKeyRange): void {
    for (const name of factoryMethods) {
      const method: unknown = Reflect.get(indexedDB, name);
      if (typeof method !== 'function') continue;
      const value: unknown = method.bind(indexedDB);
      Object.defineProperty(this.indexedDB, name, { value, writable: true, configurable: true });
    }
    this.#keyRange = keyRange;
  }
}
