// The page's own event dispatch: order, phases, options, handlers, and what a script sees of an
// event on its way.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dispatch, isHeard } from '../../js/idb/events/dispatch';
import { createErrorEvent, createEvent } from '../../js/idb/events/fired-event';
import { createVersionChangeEvent } from '../../js/idb/events/fired-event';
import { defineEventTarget } from '../../js/idb/events/event-target';
import { EventNode } from '../../js/idb/events/listener';
import { IDBVersionChangeEvent } from '../../js/idb/IDBVersionChangeEvent';

class Thing {
  readonly #node: EventNode;
  declare onerror: unknown;
  declare onsuccess: unknown;
  declare addEventListener: EventTarget['addEventListener'];
  declare removeEventListener: EventTarget['removeEventListener'];
  declare dispatchEvent: EventTarget['dispatchEvent'];

  static {
    defineEventTarget(this, (thing: Thing) => thing.#node, ['success', 'error']);
  }

  constructor(node: EventNode) {
    this.#node = node;
  }
}

class Node extends EventNode {
  readonly thing = new Thing(this);
  readonly facade = this.thing as unknown as EventTarget;

  constructor(readonly parent: Node | null) {
    super();
  }
}

let top: Node;
let middle: Node;
let bottom: Node;
let log: string[];
let reported: unknown[];
const reportError = globalThis.reportError;

beforeEach(() => {
  top = new Node(null);
  middle = new Node(top);
  bottom = new Node(middle);
  log = [];
  reported = [];
  globalThis.reportError = (error) => void reported.push(error);
});

afterEach(() => {
  globalThis.reportError = reportError;
});

const note = (text: string) => () => void log.push(text);
const fire = (event: Event) => new Dispatch(event, bottom).run();

describe('the way of an event', () => {
  beforeEach(() => {
    for (const [name, node] of Object.entries({ top, middle, bottom })) {
      node.thing.addEventListener('error', note(`${name} bubble`));
      node.thing.addEventListener('error', note(`${name} capture`), true);
      node.thing.addEventListener('success', note(`${name} bubble`));
      node.thing.addEventListener('success', note(`${name} capture`), { capture: true });
    }
  });

  it('goes down, to the target and up', () => {
    fire(createErrorEvent());
    const down = ['top capture', 'middle capture', 'bottom capture'];
    expect(log).toEqual([...down, 'bottom bubble', 'middle bubble', 'top bubble']);
  });

  it('ends at the target when the event does not bubble', () => {
    fire(createEvent('success'));
    expect(log).toEqual(['top capture', 'middle capture', 'bottom capture', 'bottom bubble']);
  });

  it('can be stopped between two nodes, and at once', () => {
    middle.thing.addEventListener('error', (event) => event.stopPropagation(), true);
    middle.thing.addEventListener('error', note('same node'), true);
    fire(createErrorEvent());
    expect(log).toEqual(['top capture', 'middle capture', 'same node']);
    log = [];
    top.thing.addEventListener('error', (event) => event.stopImmediatePropagation(), true);
    top.thing.addEventListener('error', note('never'), true);
    fire(createErrorEvent());
    expect(log).toEqual(['top capture']);
  });

  it('is shown to the listeners', () => {
    const seen: unknown[] = [];
    const look = (event: Event) =>
      seen.push([event.target, event.currentTarget, event.eventPhase, event.composedPath().length]);
    top.thing.addEventListener('error', look, true);
    bottom.thing.addEventListener('error', look);
    middle.thing.addEventListener('error', look);
    const event = createErrorEvent();
    fire(event);
    expect(seen).toEqual([
      [bottom.thing, top.thing, Event.CAPTURING_PHASE, 3],
      [bottom.thing, bottom.thing, Event.AT_TARGET, 3],
      [bottom.thing, middle.thing, Event.BUBBLING_PHASE, 3],
    ]);
    expect(event.target).toBe(bottom.thing);
    expect(event.currentTarget).toBeNull();
    expect(event.eventPhase).toBe(Event.NONE);
    expect(event.composedPath()).toEqual([]);
  });

  it('can be held between two listeners', () => {
    const dispatch = new Dispatch(createEvent('success'), bottom);
    expect(dispatch.callNext()).toBe(true);
    expect(log).toEqual(['top capture']);
    while (dispatch.callNext());
    expect(log).toHaveLength(4);
    expect(dispatch.callNext()).toBe(false);
  });

  it('is known beforehand', () => {
    const lonely = new Node(new Node(null));
    lonely.parent?.thing.addEventListener('success', note('no'));
    expect(isHeard(lonely, 'success', false)).toBe(false);
    expect(isHeard(lonely, 'success', true)).toBe(true);
    lonely.parent?.thing.addEventListener('success', note('yes'), true);
    expect(isHeard(lonely, 'success', false)).toBe(true);
  });
});

describe('listeners', () => {
  it('are added once, and removed by the same capture flag', () => {
    const listener = note('called');
    bottom.thing.addEventListener('success', listener);
    bottom.thing.addEventListener('success', listener, { once: true });
    bottom.thing.removeEventListener('success', listener, true);
    fire(createEvent('success'));
    fire(createEvent('success'));
    expect(log).toEqual(['called', 'called']);
    bottom.thing.removeEventListener('success', listener);
    fire(createEvent('success'));
    expect(log).toHaveLength(2);
  });

  it('may be for one event only', () => {
    bottom.thing.addEventListener('success', note('once'), { once: true });
    fire(createEvent('success'));
    fire(createEvent('success'));
    expect(log).toEqual(['once']);
  });

  it('added meanwhile wait for the next event, removed ones are not called', () => {
    const late = note('late');
    const gone = note('gone');
    bottom.thing.addEventListener('success', () => {
      bottom.thing.addEventListener('success', late);
      bottom.thing.removeEventListener('success', gone);
    });
    bottom.thing.addEventListener('success', gone);
    fire(createEvent('success'));
    expect(log).toEqual([]);
    fire(createEvent('success'));
    expect(log).toEqual(['late']);
  });

  it('go with their signal', () => {
    const controller = new AbortController();
    const { signal } = controller;
    bottom.thing.addEventListener('success', note('signalled'), { signal });
    fire(createEvent('success'));
    controller.abort();
    fire(createEvent('success'));
    bottom.thing.addEventListener('success', note('too late'), { signal });
    fire(createEvent('success'));
    expect(log).toEqual(['signalled']);
  });

  it('may be objects', () => {
    const listener = {
      handleEvent(event: Event) {
        log.push(`${event.type} ${String(this === listener)}`);
      },
    };
    bottom.thing.addEventListener('success', listener);
    fire(createEvent('success'));
    expect(log).toEqual(['success true']);
  });

  it('that are no listeners are refused, null is not', () => {
    const add = (value: unknown) => () =>
      bottom.thing.addEventListener('success', value as EventListener);
    expect(add(5)).toThrow(TypeError);
    expect(add('x')).toThrow(TypeError);
    expect(add(null)).not.toThrow();
    expect(() => (bottom.thing.addEventListener as () => void)()).toThrow(TypeError);
  });

  it('that are passive cannot cancel', () => {
    const cancel = (event: Event) => event.preventDefault();
    bottom.thing.addEventListener('error', cancel, { passive: true });
    const first = createErrorEvent();
    fire(first);
    expect(first.defaultPrevented).toBe(false);
    bottom.thing.addEventListener('error', cancel, { passive: false, capture: true });
    const second = createErrorEvent();
    fire(second);
    expect(second.defaultPrevented).toBe(true);
  });

  it('that throw are reported, and the others are called', () => {
    const failure = new Error('thrown');
    bottom.thing.addEventListener('success', () => {
      throw failure;
    });
    bottom.thing.addEventListener('success', {} as EventListener);
    bottom.thing.addEventListener('success', note('after'));
    const dispatch = new Dispatch(createEvent('success'), bottom);
    dispatch.run();
    expect(dispatch.didThrow).toBe(true);
    expect(reported).toEqual([failure, expect.any(TypeError)]);
    expect(log).toEqual(['after']);
  });
});

describe('handler attributes', () => {
  it('keep the place of the first handler', () => {
    bottom.thing.addEventListener('success', note('first'));
    bottom.thing.onsuccess = note('old');
    bottom.thing.addEventListener('success', note('last'));
    const handler = note('new');
    bottom.thing.onsuccess = handler;
    expect(bottom.thing.onsuccess).toBe(handler);
    fire(createEvent('success'));
    expect(log).toEqual(['first', 'new', 'last']);
  });

  it('go to the end when they come back', () => {
    bottom.thing.onsuccess = note('handler');
    bottom.thing.addEventListener('success', note('listener'));
    bottom.thing.onsuccess = null;
    expect(bottom.thing.onsuccess).toBeNull();
    bottom.thing.onsuccess = note('again');
    fire(createEvent('success'));
    expect(log).toEqual(['listener', 'again']);
  });

  it('take any object and nothing else', () => {
    bottom.thing.onsuccess = 'text';
    expect(bottom.thing.onsuccess).toBeNull();
    const object = { handleEvent: note('never') };
    bottom.thing.onsuccess = object;
    expect(bottom.thing.onsuccess).toBe(object);
    fire(createEvent('success'));
    expect(log).toEqual([]);
    expect(reported).toEqual([]);
  });

  it('cancel by returning false', () => {
    bottom.thing.onerror = () => false;
    const event = createErrorEvent();
    fire(event);
    expect(event.defaultPrevented).toBe(true);
  });
});

describe('dispatchEvent', () => {
  it("carries a script's own event", () => {
    middle.thing.addEventListener('mine', (event) => {
      log.push(`${String(event.target === bottom.thing)} ${event.eventPhase}`);
      event.preventDefault();
    });
    const event = new Event('mine', { bubbles: true, cancelable: true });
    expect(bottom.thing.dispatchEvent(event)).toBe(false);
    expect(log).toEqual(['true 3']);
    expect(event.target).toBe(bottom.thing);
    expect(bottom.thing.dispatchEvent(new Event('mine'))).toBe(true);
  });

  it('can send an event again, but not while it is on its way', () => {
    const errors: unknown[] = [];
    bottom.thing.addEventListener('mine', (event) => {
      log.push('sent');
      try {
        top.thing.dispatchEvent(event);
      } catch (error) {
        errors.push((error as DOMException).name);
      }
    });
    const event = new Event('mine');
    bottom.thing.dispatchEvent(event);
    bottom.thing.dispatchEvent(event);
    expect(log).toEqual(['sent', 'sent']);
    expect(errors).toEqual(['InvalidStateError', 'InvalidStateError']);
  });

  it('takes events only', () => {
    expect(() => bottom.thing.dispatchEvent({} as Event)).toThrow(TypeError);
  });
});

describe('the events', () => {
  it('are real ones and look like them', () => {
    const event = createEvent('success');
    expect(event).toBeInstanceOf(Event);
    expect(event.constructor).toBe(Event);
    expect(String(event)).toBe('[object Event]');
    expect([event.bubbles, event.cancelable]).toEqual([false, false]);
    const error = createErrorEvent();
    expect([error.type, error.bubbles, error.cancelable]).toEqual(['error', true, true]);
  });

  it('tell of versions', () => {
    const event = createVersionChangeEvent('upgradeneeded', 3, 4) as IDBVersionChangeEvent;
    expect(event).toBeInstanceOf(IDBVersionChangeEvent);
    expect(event.constructor).toBe(IDBVersionChangeEvent);
    expect([event.oldVersion, event.newVersion]).toEqual([3, 4]);
    expect(String(event)).toBe('[object IDBVersionChangeEvent]');
    const made = new IDBVersionChangeEvent('x', { oldVersion: 2, bubbles: true });
    const { type, oldVersion, newVersion, bubbles } = made;
    expect([type, oldVersion, newVersion, bubbles]).toEqual(['x', 2, null, true]);
    expect(() => new (IDBVersionChangeEvent as unknown as new () => void)()).toThrow(TypeError);
  });
});
