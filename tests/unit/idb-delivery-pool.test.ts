// The delivery pool on a port that behaves as a browser's: all microtasks run behind each listener.
import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeliveryPool, type Delivery, type SlotPort } from '../../js/idb/events/delivery-pool';
import { Dispatch } from '../../js/idb/events/dispatch';
import { createEvent } from '../../js/idb/events/fired-event';
import { addListener, EventNode } from '../../js/idb/events/listener';

// Node warns of what looks like a leak to it.
setMaxListeners(0);

class BrowserPort implements SlotPort {
  readonly listeners: ((event: Event) => void)[] = [];
  calls = 0;

  addEventListener(_type: string, listener: (event: Event) => void): void {
    this.listeners.push(listener);
  }

  /** Dispatches one message. Throws in the end what listeners have thrown. */
  async message(): Promise<void> {
    const thrown: unknown[] = [];
    let isStopped = false;
    const stopImmediatePropagation = () => (isStopped = true);
    const event = { stopImmediatePropagation } as unknown as Event;
    for (const listener of [...this.listeners]) {
      this.calls++;
      try {
        listener(event);
      } catch (error) {
        thrown.push(error);
      }
      if (isStopped) break;
      // A task of Node's is behind all microtasks.
      await new Promise(setImmediate);
    }
    if (thrown.length > 0) throw thrown[0];
  }
}

/** The pool's own, for what no message of others has brought. */
class BrowserChannel {
  readonly port2 = Object.assign(new BrowserPort(), { start() {}, close() {} });
  readonly port1 = {
    postMessage: () => void setImmediate(() => void this.port2.message()),
    close() {},
  };
}

class Target extends EventNode {
  readonly facade = new EventTarget();
  readonly parent = null;
}

let log: string[];
let runs: string[];
let pool: DeliveryPool;
let port: BrowserPort;

// A delivery whose event has so many listeners.
function delivery(name: string, listeners = 1, inListener: () => void = () => {}): Delivery {
  const target = new Target();
  for (let i = 0; i < listeners; i++) {
    const listener = () => {
      log.push(`${name} ${i}`);
      inListener();
      void Promise.resolve()
        .then(() => {})
        .then(() => log.push(`${name} ${i} microtask`));
    };
    addListener(target, 'x', listener, undefined);
  }
  return {
    begin: () => {
      log.push(`${name} begin`);
      return new Dispatch(createEvent('x'), target);
    },
    end: () => void log.push(`${name} end`),
  };
}

// What a delivery with one listener logs.
const whole = (name: string) => [
  `${name} begin`,
  `${name} 0`,
  `${name} 0 microtask`,
  `${name} end`,
];

beforeEach(async () => {
  // Time runs out where a test says so, and not on a busy machine.
  vi.spyOn(performance, 'now').mockReturnValue(0);
  vi.stubGlobal('MessageChannel', BrowserChannel);
  log = [];
  runs = [];
  pool = new DeliveryPool({ begin: () => runs.push('begin'), end: () => runs.push('end') });
  port = new BrowserPort();
  pool.attach(port, () => {
    arrive.splice(0).forEach((one) => pool.deliver(one));
    return startsAtOnce;
  });
  // The first message shows that microtasks run between listeners.
  arrive = [delivery('first')];
  await port.message();
  log = [];
  runs = [];
  port.calls = 0;
});

let arrive: Delivery[] = [];
let startsAtOnce = true;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  pool.close();
});

describe('the pool', () => {
  it('delivers many events with one message, with microtasks between them', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `event${i}`);
    arrive = names.map((name) => delivery(name));
    await port.message();
    expect(log).toEqual(names.flatMap(whole));
    expect(runs).toEqual(['begin', 'end']);
    // A slot for each event, and one that ends the last.
    expect(port.calls).toBe(names.length + 1);
  });

  it('gives each listener of an event a slot', async () => {
    arrive = [delivery('one', 3), delivery('two')];
    await port.message();
    expect(log).toEqual([
      ...['one begin', 'one 0', 'one 0 microtask', 'one 1', 'one 1 microtask'],
      ...['one 2', 'one 2 microtask', 'one end'],
      ...whole('two'),
    ]);
  });

  it('takes no slot for events that nobody listens to', async () => {
    arrive = [delivery('a', 0), delivery('b', 0), delivery('c')];
    await port.message();
    expect(log).toEqual(['a begin', 'a end', 'b begin', 'b end', ...whole('c')]);
    expect(port.calls).toBe(2);
  });

  it('goes on with a message of its own when slots or time run out', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `event${i}`);
    arrive = names.map((name) => delivery(name));
    await port.message();
    expect(log.length).toBeLessThan(names.length * 4);
    // Nothing is left open meanwhile.
    expect(log.at(-1)).toMatch(/ end$/);
    await vi.waitUntil(() => log.length === names.length * 4);
    expect(log).toEqual(names.flatMap(whole));
    log = [];
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    arrive = [delivery('long', 1, () => (now += 5)), delivery('later')];
    await port.message();
    expect(log).toEqual(whole('long'));
    await vi.waitUntil(() => log.length === 8);
    expect(log).toEqual([...whole('long'), ...whole('later')]);
  });

  it('settles what has to wait for microtasks at the next slot', async () => {
    const settling = { settle: () => void log.push('settled') };
    arrive = [delivery('one', 1, () => pool.whenSettled(settling)), delivery('two')];
    await port.message();
    expect(log).toEqual([...whole('one').slice(0, 3), 'settled', 'one end', ...whole('two')]);
    pool.whenSettled(settling);
    await vi.waitUntil(() => log.filter((entry) => entry === 'settled').length === 2);
  });

  it('puts deliveries before others', async () => {
    const first = () => pool.deliverFirst([delivery('b'), delivery('c')]);
    arrive = [delivery('a', 1, first), delivery('d')];
    await port.message();
    expect(log).toEqual(['a', 'b', 'c', 'd'].flatMap(whole));
  });

  it('lets microtasks run first where a message wants it', async () => {
    startsAtOnce = false;
    arrive = [delivery('a'), delivery('b')];
    const message = port.message();
    expect(log).toEqual([]);
    await message;
    startsAtOnce = true;
    expect(log).toEqual([...whole('a'), ...whole('b')]);
    expect(port.calls).toBe(4);
    expect(runs).toEqual(['begin', 'end']);
  });

  it('survives a message whose receiver fails', async () => {
    const failing = new BrowserPort();
    pool.attach(failing, () => {
      pool.deliver(delivery('one'));
      throw new Error('ours');
    });
    await expect(failing.message()).rejects.toThrow('ours');
    expect(log).toEqual(whole('one'));
    arrive = [delivery('two')];
    await port.message();
    expect(log).toEqual([...whole('one'), ...whole('two')]);
  });

  it('survives a delivery that fails', async () => {
    const reported: unknown[] = [];
    const { reportError } = globalThis;
    globalThis.reportError = (error) => void reported.push(error);
    const failure = new Error('ours');
    const broken: Delivery = {
      begin: () => {
        throw failure;
      },
      end: () => {},
    };
    arrive = [broken, delivery('next')];
    await port.message();
    await vi.waitUntil(() => log.length === 4);
    globalThis.reportError = reportError;
    expect(reported).toEqual([failure]);
    expect(log).toEqual(whole('next'));
  });
});

describe('the pool where no microtasks run between listeners', () => {
  it('delivers one event a message', async () => {
    vi.unstubAllGlobals();
    const node = new DeliveryPool({ begin: () => runs.push('begin'), end: () => {} });
    const names = ['a', 'b', 'c'];
    for (const name of names) node.deliver(delivery(name));
    await vi.waitUntil(() => log.length === 12);
    expect(log).toEqual(names.flatMap(whole));
    expect(runs.length).toBeGreaterThanOrEqual(names.length);
    node.close();
  });
});
