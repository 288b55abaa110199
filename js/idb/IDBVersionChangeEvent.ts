// The event that tells of a new version, or of a deletion.
// Specification: https://w3c.github.io/IndexedDB/#events
import { requireArguments, toDictionary, toUnsignedLongLongModulo } from './webidl/conversions';
import { defineInterface } from './webidl/interface-shape';

export interface IDBVersionChangeEventInit extends EventInit {
  oldVersion?: number;
  newVersion?: number | null;
}

export class IDBVersionChangeEvent extends Event {
  readonly #oldVersion: number;
  readonly #newVersion: number | null;

  constructor(type: string, eventInitDict: IDBVersionChangeEventInit | undefined = undefined) {
    requireArguments(arguments.length, 1, 'IDBVersionChangeEvent');
    const init = toDictionary(eventInitDict, 'IDBVersionChangeEventInit');
    super(type, eventInitDict);
    const { newVersion, oldVersion } = init;
    const none = newVersion === undefined || newVersion === null;
    this.#newVersion = none ? null : toUnsignedLongLongModulo(newVersion);
    this.#oldVersion = oldVersion === undefined ? 0 : toUnsignedLongLongModulo(oldVersion);
  }

  get oldVersion(): number {
    return this.#oldVersion;
  }

  get newVersion(): number | null {
    return this.#newVersion;
  }
}

defineInterface(IDBVersionChangeEvent, 'IDBVersionChangeEvent');
