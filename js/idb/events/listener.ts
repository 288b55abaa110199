// The event listeners of one node on the way request -> transaction -> database. A list is never
// changed in place: a dispatch walks the list that it found, as the DOM Standard's clone does.
// Specification: https://dom.spec.whatwg.org/#interface-eventtarget

export type ListenerCallback = (this: unknown, event: Event) => unknown;

export interface Listener {
  readonly type: string;
  callback: object;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  /** Whether this is an event handler (`onsuccess` ...), whose `false` cancels the event. */
  readonly handler: boolean;
  removed: boolean;
}

const none: readonly Listener[] = [];

/** Something that events are dispatched to; `facade` is the object that scripts know. */
export abstract class EventNode {
  abstract readonly facade: EventTarget;
  listeners: readonly Listener[] = none;

  /** The next node on the way up, or null: "get the parent". */
  abstract get parent(): EventNode | null;

  /** The list of listeners is another one. */
  onListenersChanged(): void {}
}

/** https://dom.spec.whatwg.org/#dom-eventtarget-addeventlistener */
export function addListener(
  node: EventNode,
  type: string,
  callback: object | null,
  options: unknown,
): void {
  const given = flatten(options);
  const signal = given.signal;
  if (signal?.aborted === true || callback === null) return;
  const same = node.listeners.some(
    (other) =>
      !other.handler &&
      other.type === type &&
      other.callback === callback &&
      other.capture === given.capture,
  );
  if (same) return;
  const { capture, once, passive } = given;
  const added = { type, callback, capture, once, passive, handler: false, removed: false };
  setListeners(node, [...node.listeners, added]);
  signal?.addEventListener('abort', () => dropListener(node, added), { once: true });
}

/** https://dom.spec.whatwg.org/#dom-eventtarget-removeeventlistener */
export function removeListener(
  node: EventNode,
  type: string,
  callback: object | null,
  options: unknown,
): void {
  const capture = captureOf(options);
  const found = node.listeners.find(
    (other) =>
      !other.handler &&
      other.type === type &&
      other.callback === callback &&
      other.capture === capture,
  );
  if (found !== undefined) dropListener(node, found);
}

export function dropListener(node: EventNode, listener: Listener): void {
  listener.removed = true;
  setListeners(
    node,
    node.listeners.filter((other) => other !== listener),
  );
}

/** The value of an event handler IDL attribute. */
export function getHandler(node: EventNode, type: string): ListenerCallback | null {
  const found = node.listeners.find((other) => other.handler && other.type === type);
  return found === undefined ? null : (found.callback as ListenerCallback);
}

/**
 * Sets an event handler IDL attribute: what is no object counts as null; a first handler goes to
 * the end of the list, a later one takes its place.
 * https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-idl-attributes
 */
export function setHandler(node: EventNode, type: string, value: unknown): void {
  const found = node.listeners.find((other) => other.handler && other.type === type);
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    if (found !== undefined) dropListener(node, found);
  } else if (found !== undefined) {
    found.callback = value;
  } else {
    const callback: object = value;
    const added: Listener = {
      type,
      callback,
      capture: false,
      once: false,
      passive: false,
      handler: true,
      removed: false,
    };
    setListeners(node, [...node.listeners, added]);
  }
}

function setListeners(node: EventNode, listeners: readonly Listener[]): void {
  node.listeners = listeners;
  node.onListenersChanged();
}

interface Flattened {
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  readonly signal: AbortSignal | undefined;
}

// https://dom.spec.whatwg.org/#event-flatten-more
function flatten(options: unknown): Flattened {
  if ((typeof options !== 'object' && typeof options !== 'function') || options === null) {
    return { capture: Boolean(options), once: false, passive: false, signal: undefined };
  }
  // A dictionary's members are read in the order of their names, those of the base first.
  const given = options as Partial<Record<string, unknown>>;
  const capture = Boolean(given['capture']);
  const once = Boolean(given['once']);
  const passive = Boolean(given['passive']);
  const signal = given['signal'];
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("member signal is not of type 'AbortSignal'");
  }
  return { capture, once, passive, signal };
}

function captureOf(options: unknown): boolean {
  if ((typeof options !== 'object' && typeof options !== 'function') || options === null) {
    return Boolean(options);
  }
  return Boolean((options as Partial<Record<string, unknown>>)['capture']);
}
