// Puts EventTarget's methods and the event handler attributes on an interface whose events our own
// dispatcher carries.
// Specification: https://dom.spec.whatwg.org/#interface-eventtarget,
// https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-idl-attributes
import { requireArguments, toDOMString } from '../webidl/conversions';
import { Dispatch } from './dispatch';
import { isOnItsWay } from './fired-event';
import type { EventNode } from './listener';
import { addListener, getHandler, removeListener, setHandler } from './listener';

/** An event handler attribute's type. */
export type EventHandler<T> = ((this: T, event: Event) => unknown) | null;

/**
 * Defines addEventListener, removeEventListener and dispatchEvent, and handler attributes.
 * @param made the interface's class
 * @param nodeOf the node behind an object of that class; throws a TypeError for any other object
 * @param types the events that have a handler attribute
 */
export function defineEventTarget<T extends object>(
  made: { readonly prototype: T },
  nodeOf: (object: T) => EventNode,
  types: readonly string[],
): void {
  define(made.prototype, methods(nodeOf));
  defineHandlers(made, nodeOf, types);
}

/** Defines handler attributes (`onsuccess` ...) only. */
export function defineHandlers<T extends object>(
  made: { readonly prototype: T },
  nodeOf: (object: T) => EventNode,
  types: readonly string[],
): void {
  for (const type of types) define(made.prototype, handlerAttribute(nodeOf, type));
}

function methods<T>(nodeOf: (object: T) => EventNode): object & ThisType<T> {
  return {
    addEventListener(type: unknown, callback: unknown, options = undefined) {
      const node = nodeOf(this as T);
      requireArguments(arguments.length, 2, 'addEventListener');
      addListener(node, toDOMString(type), toCallback(callback), options);
    },
    removeEventListener(type: unknown, callback: unknown, options = undefined) {
      const node = nodeOf(this as T);
      requireArguments(arguments.length, 2, 'removeEventListener');
      removeListener(node, toDOMString(type), toCallback(callback), options);
    },
    dispatchEvent(event: unknown) {
      const node = nodeOf(this as T);
      requireArguments(arguments.length, 1, 'dispatchEvent');
      if (!(event instanceof Event)) throw new TypeError("The argument is not of type 'Event'");
      if (isOnItsWay(event)) {
        throw new DOMException('The event is being dispatched.', 'InvalidStateError');
      }
      new Dispatch(event, node).run();
      return !event.defaultPrevented;
    },
  };
}

function handlerAttribute<T>(nodeOf: (object: T) => EventNode, type: string): object {
  return {
    get [`on${type}`]() {
      return getHandler(nodeOf(this as T), type);
    },
    set [`on${type}`](value: unknown) {
      setHandler(nodeOf(this as T), type, value);
    },
  };
}

function toCallback(value: unknown): object | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object' || typeof value === 'function') return value;
  throw new TypeError('The listener is not an object');
}

// As they are: accessors and methods, enumerable.
function define(prototype: object, members: object): void {
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(members));
}
