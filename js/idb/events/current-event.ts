// `window.event`, which old scripts read instead of their listener's argument. The browser knows
// only the event that it dispatches itself: while one of ours is on its way, that is the message
// that carried it.
// Specification: https://dom.spec.whatwg.org/#dom-window-event

export interface Shown {
  readonly event: Event;
  /** What the browser takes for the current event meanwhile. */
  readonly carrier: unknown;
}

let shown: Shown | undefined;
let browsersOwn: (() => unknown) | undefined;

/** Makes `window.event` show our events, too. In workers there is none. */
export function shareCurrentEvent(): void {
  if (browsersOwn !== undefined) return;
  const property = Object.getOwnPropertyDescriptor(globalThis, 'event');
  const getter = property?.get;
  if (property === undefined || getter === undefined) return;
  browsersOwn = () => getter.call(globalThis) as unknown;
  // Taken from a literal, the getter has the name that the browser's own has.
  const accessor = {
    get event() {
      const current: unknown = getter.call(this);
      return shown !== undefined && shown.carrier === current ? shown.event : current;
    },
  };
  property.get = Object.getOwnPropertyDescriptor(accessor, 'event')?.get ?? getter;
  Object.defineProperty(globalThis, 'event', property);
}

/**
 * An event is about to be handed to a listener. It is shown until showAgain().
 * @param carrier the event that the browser dispatches, where that is known
 */
export function showEvent(event: Event, carrier: Event | undefined): void {
  if (browsersOwn !== undefined) shown = { event, carrier: carrier ?? browsersOwn() };
}

/** What showAgain() goes back to. */
export function shownEvent(): Shown | undefined {
  return shown;
}

export function showAgain(before: Shown | undefined): void {
  shown = before;
}
