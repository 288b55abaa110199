// Events on the way through our own dispatcher. They are real Events; where they are on their way
// the browser keeps to itself, so the getters that show it are overridden: for the events that we
// fire in a hidden subclass, for those that a script dispatches on the object itself.
// Specification: https://dom.spec.whatwg.org/#interface-event
import type { Dispatch } from './dispatch';
import { IDBVersionChangeEvent } from '../IDBVersionChangeEvent';

const way = Symbol('way');

type Traveller = Event & { [way]: Dispatch | null };

const preventDefault = Event.prototype.preventDefault;

const shown: PropertyDescriptorMap & ThisType<Traveller> = {
  target: {
    get() {
      return this[way]?.target ?? null;
    },
  },
  srcElement: {
    get() {
      return this[way]?.target ?? null;
    },
  },
  currentTarget: {
    get() {
      return this[way]?.current?.facade ?? null;
    },
  },
  eventPhase: {
    get() {
      return this[way]?.phase ?? 0;
    },
  },
  composedPath: {
    value() {
      const dispatch = this[way];
      return dispatch === null || dispatch.current === null ? [] : dispatch.path;
    },
  },
  stopPropagation: {
    value() {
      if (this[way] !== null) this[way].stopped = true;
    },
  },
  stopImmediatePropagation: {
    value() {
      if (this[way] !== null) this[way].stopped = this[way].stoppedAtOnce = true;
    },
  },
  cancelBubble: {
    get() {
      return this[way]?.stopped ?? false;
    },
    set(value: unknown) {
      if (Boolean(value) && this[way] !== null) this[way].stopped = true;
    },
  },
  preventDefault: {
    value() {
      if (this[way]?.inPassive !== true) preventDefault.call(this);
    },
  },
  returnValue: {
    get() {
      return !this.defaultPrevented;
    },
    set(value: unknown) {
      if (!Boolean(value)) this.preventDefault();
    },
  },
};
for (const descriptor of Object.values(shown)) descriptor.configurable = true;

class FiredEvent extends Event {
  [way]: Dispatch | null = null;
}
Object.defineProperties(FiredEvent.prototype, { ...shown, constructor: { value: Event } });

class FiredVersionChangeEvent extends IDBVersionChangeEvent {
  [way]: Dispatch | null = null;
}
Object.defineProperties(FiredVersionChangeEvent.prototype, {
  ...shown,
  constructor: { value: IDBVersionChangeEvent },
});

const failing: EventInit = { bubbles: true, cancelable: true };
const bubbling: EventInit = { bubbles: true };

/** Creates a plain event, as `success`, `complete` and `close` are. */
export function createEvent(type: string): Event {
  return new FiredEvent(type);
}

/** Creates an `error` event: it bubbles and can be cancelled. */
export function createErrorEvent(): Event {
  return new FiredEvent('error', failing);
}

/** Creates an `abort` event: it bubbles. */
export function createAbortEvent(): Event {
  return new FiredEvent('abort', bubbling);
}

/** https://w3c.github.io/IndexedDB/#fire-a-version-change-event, the creation of the event. */
export function createVersionChangeEvent(
  type: string,
  oldVersion: number,
  newVersion: number | null,
): Event {
  return new FiredVersionChangeEvent(type, { oldVersion, newVersion });
}

/** Puts an event on its way; one that a script made gets the getters first. */
export function startWay(event: Event, dispatch: Dispatch): void {
  if (!(event instanceof FiredEvent || event instanceof FiredVersionChangeEvent || way in event)) {
    dispatch.stopped = event.cancelBubble;
    Object.defineProperties(event, { ...shown, [way]: { value: null, writable: true } });
  }
  (event as Traveller)[way] = dispatch;
}

/** Whether an event is being dispatched by us: the dispatch flag. */
export function isOnItsWay(event: Event): boolean {
  const dispatch = (event as Partial<Traveller>)[way];
  return dispatch !== undefined && dispatch !== null && !dispatch.over;
}
