// When the fast path gives a value up, it may have run getters already, and the platform's clone
// would run them again. It is given what they gave then.
import {
  append,
  arrayPrototype,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isArray,
  isView,
  objectPrototype,
  ownKeys,
  setOwn,
} from './intrinsics';
import { ValueTag, tagOfObject } from './value-tags';

type Holder = Record<string, unknown>;

/**
 * What to clone instead of a value whose getters have run.
 * @param copies as `copyOwn` left them
 * @returns the value itself when it has no getters there, or when something in it (a Map, an
 *   instance of a class) may lead back to what was copied, which then would be there twice
 */
export function readOnce(value: unknown, copies: Map<object, object>): unknown {
  if (![...copies.keys()].some((original) => hasGetter(original))) return value;
  for (const [original, copy] of copies) {
    if (isArray(original)) completeArray(copy as unknown[], original);
  }
  const made = new Set(copies.values());
  // The set grows meanwhile.
  for (const holder of made) {
    if (holder instanceof Map || holder instanceof Set) return value;
    for (const name of namesOf(holder)) {
      const inner = (holder as Holder)[name];
      if (typeof inner !== 'object' || inner === null || made.has(inner)) continue;
      let copy = copies.get(inner);
      if (copy === undefined) {
        if (isLeaf(inner)) continue;
        copy = shallowCopy(inner);
        if (copy === undefined) return value;
        copies.set(inner, copy);
        made.add(copy);
      }
      (holder as Holder)[name] = copy;
    }
  }
  return copies.get(value as object);
}

// A typed array has a name for each element.
function namesOf(value: object): readonly string[] {
  return isView(value) ? [] : ownKeys(value);
}

function hasGetter(value: object): boolean {
  return namesOf(value).some((name) => getOwnPropertyDescriptor(value, name)?.get !== undefined);
}

function completeArray(copy: unknown[], original: readonly unknown[]): void {
  for (let i = copy.length; i < original.length; i++) append(copy, original[i]);
}

function shallowCopy(value: object): object | undefined {
  const prototype: unknown = getPrototypeOf(value);
  if (prototype === objectPrototype) return { ...value };
  if (prototype !== arrayPrototype || !isArray(value)) return undefined;
  const copy: unknown[] = [];
  copy.length = value.length;
  for (const name of ownKeys(value)) setOwn(copy, name, (value as unknown as Holder)[name]);
  return copy;
}

const holders: readonly (ValueTag | undefined)[] = [
  undefined,
  ValueTag.object,
  ValueTag.array,
  ValueTag.map,
  ValueTag.set,
  ValueTag.error,
];

// Whether the clone of an object holds no other objects that a script could have put there.
function isLeaf(value: object): boolean {
  return !holders.includes(tagOfObject(value));
}
