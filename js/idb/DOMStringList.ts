// A list of names, as objectStoreNames and indexNames return them. The browser's own DOMStringList
// can't be constructed; where there is one, ours inherits from it, so that `instanceof` holds.
// Specification: https://html.spec.whatwg.org/multipage/common-dom-interfaces.html#domstringlist
import { requireArguments, toDOMString } from './webidl/conversions';
import { defineInterface, internal, requireInternal } from './webidl/interface-shape';

export class DOMStringList {
  readonly [index: number]: string;
  readonly #names: readonly string[];

  constructor(token: unknown = undefined, names: readonly string[] = []) {
    requireInternal(token);
    this.#names = names;
    names.forEach((value, index) => {
      Object.defineProperty(this, index, { value, enumerable: true, configurable: true });
    });
  }

  get length(): number {
    return this.#names.length;
  }

  item(index: number): string | null {
    const names = this.#names;
    requireArguments(arguments.length, 1, 'DOMStringList.item');
    return names[index >>> 0] ?? null;
  }

  contains(string: string): boolean {
    const names = this.#names;
    requireArguments(arguments.length, 1, 'DOMStringList.contains');
    return names.includes(toDOMString(string));
  }

  declare [Symbol.iterator]: () => IterableIterator<string>;
}

Object.defineProperty(DOMStringList.prototype, Symbol.iterator, {
  value: Array.prototype[Symbol.iterator],
  writable: true,
  configurable: true,
});
defineInterface(DOMStringList, 'DOMStringList');
if (typeof globalThis.DOMStringList === 'function') {
  Object.setPrototypeOf(DOMStringList.prototype, globalThis.DOMStringList.prototype);
}

/** https://w3c.github.io/IndexedDB/#create-a-sorted-name-list: in the order of code units. */
export function sortedNameList(names: Iterable<string>): DOMStringList {
  return new DOMStringList(internal, [...names].sort());
}
