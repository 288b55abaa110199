// Specification: https://w3c.github.io/IndexedDB/#record-interface
import { defineInterface, requireInternal } from './webidl/interface-shape';

/** https://w3c.github.io/IndexedDB/#record-snapshot */
export interface RecordSnapshot {
  readonly key: unknown;
  readonly primaryKey: unknown;
  readonly value: unknown;
}

export class IDBRecord {
  readonly #snapshot: RecordSnapshot;

  constructor(token: unknown = undefined, snapshot?: RecordSnapshot) {
    requireInternal(token);
    this.#snapshot = snapshot as RecordSnapshot;
  }

  get key(): unknown {
    return this.#snapshot.key;
  }

  get primaryKey(): unknown {
    return this.#snapshot.primaryKey;
  }

  get value(): unknown {
    return this.#snapshot.value;
  }
}

defineInterface(IDBRecord, 'IDBRecord');
