// Puts FlowDB's `indexedDB` and classes in the place of the browser's own, and takes them back.
import { interfaces } from './interfaces';

/** What the global object had before. */
export type Replaced = ReadonlyMap<string, PropertyDescriptor | undefined>;

/**
 * Replaces the globals, with the properties that the native ones have: `indexedDB` an accessor, the
 * classes plain and not enumerable. IDBRecord only comes where there was one.
 * @param target a window's or a worker's global object
 */
export function replaceGlobals(
  target: object,
  indexedDB: IDBFactory,
  keyRange: typeof IDBKeyRange,
): Replaced {
  const replaced = new Map<string, PropertyDescriptor | undefined>();
  const define = (name: string, shape: PropertyDescriptor) => {
    replaced.set(name, Object.getOwnPropertyDescriptor(target, name));
    Object.defineProperty(target, name, shape);
  };
  for (const [name, made] of Object.entries({ ...interfaces, IDBKeyRange: keyRange })) {
    if (name === 'IDBRecord' && !(name in target)) continue;
    define(name, { value: made, writable: true, enumerable: false, configurable: true });
  }
  // Taken from a literal, the getter has the name that the native one has.
  const accessor = {
    get indexedDB() {
      // Without an object the getter is that of the global one.
      const self: unknown = this;
      if ((self ?? target) !== target) throw new TypeError('Illegal invocation');
      return indexedDB;
    },
  };
  const getter = Object.getOwnPropertyDescriptor(accessor, 'indexedDB');
  define('indexedDB', { ...getter, enumerable: true, configurable: true });
  return replaced;
}

export function restoreGlobals(target: object, replaced: Replaced): void {
  for (const [name, shape] of replaced) {
    // What was inherited, as `indexedDB` is in a worker, shows again.
    if (shape === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, shape);
  }
}
