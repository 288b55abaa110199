// One dispatch of one event, listener by listener: capture, target, bubble. It can be held between
// two listeners, so that the delivery pool can let microtasks run there.
// Specification: https://dom.spec.whatwg.org/#concept-event-dispatch
import { showAgain, showEvent, shownEvent } from './current-event';
import { startWay } from './fired-event';
import type { EventNode, Listener } from './listener';
import { dropListener } from './listener';
import { reportException } from './report-exception';

// Event.NONE and its fellows.
const phaseNone = 0;
const phaseCapturing = 1;
const phaseAtTarget = 2;
const phaseBubbling = 3;

export class Dispatch {
  readonly event: Event;
  /** Whether a listener has thrown: the specification's legacyOutputDidListenersThrowFlag. */
  didThrow = false;

  // What the event shows while it is on its way.
  readonly target: EventTarget;
  phase = phaseNone;
  current: EventNode | null = null;
  stopped = false;
  stoppedAtOnce = false;
  inPassive = false;
  over = false;

  readonly #path: EventNode[] = [];
  readonly #type: string;
  readonly #bubbles: boolean;
  // Stops are numbered 0 .. 2n-1: n going down to the target, then n going up from it.
  #stop = -1;
  #list: readonly Listener[] | null = null;
  #at = 0;

  constructor(event: Event, target: EventNode) {
    this.event = event;
    this.#type = event.type;
    this.#bubbles = event.bubbles;
    for (let node: EventNode | null = target; node !== null; node = node.parent) {
      this.#path.push(node);
    }
    this.target = target.facade;
    startWay(event, this);
  }

  /** The path as composedPath() gives it, from the target upwards. */
  get path(): EventTarget[] {
    return this.#path.map((node) => node.facade);
  }

  /**
   * Calls the next listener, if there is one left. Its event stays shown as `window.event`, for the
   * microtasks behind it.
   * @param carrier the event that the browser dispatches meanwhile, where that is known
   */
  callNext(carrier?: Event): boolean {
    for (;;) {
      if (this.#list === null && !this.#enter()) return false;
      const list = this.#list ?? [];
      while (this.#at < list.length) {
        const listener = list[this.#at++];
        if (listener !== undefined && this.#wants(listener)) {
          this.#call(listener, carrier);
          return true;
        }
      }
      this.#list = null;
    }
  }

  /** Calls all that is left, as dispatchEvent() does. */
  run(): void {
    const before = shownEvent();
    while (this.callNext());
    showAgain(before);
  }

  // Goes to the next stop that has listeners. At the end the event forgets its way.
  #enter(): boolean {
    const n = this.#path.length;
    while (!this.stopped && ++this.#stop < 2 * n) {
      const down = this.#stop < n;
      const place = down ? n - 1 - this.#stop : this.#stop - n;
      if (!down && place > 0 && !this.#bubbles) break;
      const node = this.#path[place];
      if (node === undefined || node.listeners.length === 0) continue;
      this.phase = place === 0 ? phaseAtTarget : down ? phaseCapturing : phaseBubbling;
      this.current = node;
      this.#list = node.listeners;
      this.#at = 0;
      return true;
    }
    this.#stop = 2 * n;
    this.phase = phaseNone;
    this.current = null;
    this.stopped = this.stoppedAtOnce = false;
    this.over = true;
    return false;
  }

  #wants(listener: Listener): boolean {
    return (
      !this.stoppedAtOnce &&
      !listener.removed &&
      listener.type === this.#type &&
      listener.capture === this.#stop < this.#path.length
    );
  }

  // https://dom.spec.whatwg.org/#concept-event-listener-inner-invoke
  #call(listener: Listener, carrier: Event | undefined): void {
    const node = this.current;
    if (node === null) return;
    if (listener.once) dropListener(node, listener);
    this.inPassive = listener.passive;
    showEvent(this.event, carrier);
    try {
      const { callback } = listener;
      if (typeof callback === 'function') {
        const returned: unknown = Reflect.apply(callback, node.facade, [this.event]);
        if (listener.handler && returned === false) this.event.preventDefault();
      } else if (!listener.handler) {
        callHandleEvent(callback, this.event);
      }
    } catch (exception) {
      this.didThrow = true;
      reportException(exception);
    }
    this.inPassive = false;
  }
}

// https://webidl.spec.whatwg.org/#call-a-user-objects-operation
function callHandleEvent(callback: object, event: Event): void {
  const method: unknown = (callback as { handleEvent?: unknown }).handleEvent;
  if (typeof method !== 'function') throw new TypeError('handleEvent is not callable');
  Reflect.apply(method, callback, [event]);
}

/** Whether an event of that type has a listener anywhere on its way from `target`. */
export function isHeard(target: EventNode, type: string, bubbles: boolean): boolean {
  for (let node: EventNode | null = target; node !== null; node = node.parent) {
    const reached = bubbles || node === target;
    for (const listener of node.listeners) {
      if (listener.type === type && (reached || listener.capture)) return true;
    }
  }
  return false;
}
