// Specification: https://w3c.github.io/IndexedDB/#factory-interface
import { compareKeys } from '../codec/compare-keys';
import type { DatabaseInfo } from '../channel/messages';
import type { IDBOpenDBRequest } from './IDBOpenDBRequest';
import { requireKey } from './key-range';
import type { Session } from './session';
import { requireArguments, toDOMString, toUnsignedLongLong } from './webidl/conversions';
import { defineInterface, requireInternal } from './webidl/interface-shape';

export class IDBFactory {
  readonly #session: Session;

  constructor(token: unknown = undefined, session?: Session) {
    requireInternal(token);
    this.#session = session as Session;
  }

  open(name: string, version: number | undefined = undefined): IDBOpenDBRequest {
    const session = this.#session;
    requireArguments(arguments.length, 1, 'IDBFactory.open');
    const wanted = toDOMString(name);
    const number = version === undefined ? undefined : toUnsignedLongLong(version);
    if (number === 0) throw new TypeError('The version must not be 0.');
    return session.open(wanted, number).facade;
  }

  deleteDatabase(name: string): IDBOpenDBRequest {
    const session = this.#session;
    requireArguments(arguments.length, 1, 'IDBFactory.deleteDatabase');
    return session.delete(toDOMString(name)).facade;
  }

  async databases(): Promise<DatabaseInfo[]> {
    const list = await this.#session.databases();
    return list.map(({ name, version }) => ({ name, version }));
  }

  cmp(first: unknown, second: unknown): -1 | 0 | 1 {
    // Brand check.
    void this.#session;
    requireArguments(arguments.length, 2, 'IDBFactory.cmp');
    const a = requireKey(first);
    return compareKeys(a, requireKey(second));
  }
}

defineInterface(IDBFactory, 'IDBFactory');
