// Gives a class the shape that Web IDL prescribes for an interface: its own members enumerable, a
// class string, the right prototype, and no way for scripts to construct it.
// Specification: https://webidl.spec.whatwg.org/#js-interfaces

import { refuseToClone } from '../../codec/uncloneable';

interface InterfaceClass {
  readonly prototype: object;
}

/** Handed to a constructor as proof that the call comes from within. */
export const internal: unique symbol = Symbol('internal');

/** https://webidl.spec.whatwg.org/#internally-create-a-new-object-implementing-the-interface */
export function requireInternal(token: unknown): void {
  if (token !== internal) throw new TypeError('Illegal constructor');
}

/**
 * Makes the members of `made` enumerable and sets its class string. No interface here is
 * serializable: its objects can't be stored.
 */
export function defineInterface(made: InterfaceClass, name: string): void {
  const members = Object.getOwnPropertyDescriptors(made.prototype);
  for (const [key, member] of Object.entries(members)) {
    if (key === 'constructor') continue;
    Object.defineProperty(made.prototype, key, { ...member, enumerable: true });
  }
  for (const [key, member] of Object.entries(Object.getOwnPropertyDescriptors(made))) {
    if (typeof member.value !== 'function' || key === 'prototype') continue;
    Object.defineProperty(made, key, { ...member, enumerable: true });
  }
  Object.defineProperty(made.prototype, Symbol.toStringTag, { value: name, configurable: true });
  // A minifier takes the class its name.
  Object.defineProperty(made, 'name', { value: name, configurable: true });
  refuseToClone(made.prototype);
}

/**
 * Makes `made` inherit from the browser's EventTarget, so that `instanceof` holds. The class itself
 * extends nothing: constructing a native target for every request would cost more than the request.
 */
export function inheritEventTarget(made: InterfaceClass): void {
  Object.setPrototypeOf(made, EventTarget);
  Object.setPrototypeOf(made.prototype, EventTarget.prototype);
}
