// Delivers events without a task for each. A browser runs all microtasks behind every listener of
// an event that it dispatches itself. So we hang many listeners, the slots, on one MessagePort, and
// each slot calls one listener of ours: one posted message serves many events, and between two of
// them microtasks run as if each event had its own task. A slot begins by ending what the slot
// before it left open, which is how a transaction stays active until its promises have reacted.
import { shareCurrentEvent, showAgain } from './current-event';
import type { Dispatch } from './dispatch';
import { reportException } from './report-exception';

/** An event that waits for its turn. */
export interface Delivery {
  /** Does what comes before the event. Returns its dispatch, or null when there is no event. */
  begin(): Dispatch | null;
  /** Does what comes behind the event; called when microtasks have run behind the last listener. */
  end(dispatch: Dispatch | null): void;
}

/** Something that holds until the running script and its microtasks are over. */
export interface Settling {
  settle(): void;
}

/** What a run's surroundings have to know. */
export interface RunBracket {
  begin(): void;
  /** All that the run caused may be sent now. */
  end(): void;
}

/** A port, or a Worker: something that the browser dispatches messages to. */
export interface SlotPort {
  addEventListener(type: string, listener: (event: Event) => void): void;
}

const slotsMax = 128;
/** Enough to find out whether microtasks run between listeners; more are of no use without it. */
const slotsAtFirst = 2;
const longestRunMs = 4;
/** How many deliveries that were made may stay in the queue. */
const queueMax = 256;

export class DeliveryPool {
  readonly #ports: SlotPort[] = [];
  #slotsPerPort = slotsAtFirst;
  #queue: Delivery[] = [];
  #head = 0;
  #settling: Settling[] = [];

  readonly #channel = new MessageChannel();
  readonly #bracket: RunBracket;
  // Whether slots will be called without a further message.
  #isExpected = false;

  // The run: one message whose slots are being called.
  #message: Event | null = null;
  #used = 0;
  #slots = 0;
  #startedAt = 0;
  #microtasksRan = false;
  #current: Delivery | null = null;
  #dispatch: Dispatch | null = null;

  constructor(bracket: RunBracket) {
    this.#bracket = bracket;
    shareCurrentEvent();
    this.attach(this.#channel.port2);
    this.#channel.port2.start();
  }

  /**
   * Hangs the slots on a port.
   * @param bring takes each message first; what it delivers needs no message of its own. Returns
   *   false when microtasks have to run before that is delivered
   */
  attach(port: SlotPort, bring: (message: Event) => boolean = () => true): void {
    this.#ports.push(port);
    // One listener for both: a browser's call of a listener costs more than most of what is done.
    port.addEventListener('message', (message) => {
      this.#isExpected = true;
      let startsAtOnce = false;
      try {
        startsAtOnce = bring(message);
      } finally {
        this.#slot(message, startsAtOnce);
      }
    });
    this.#addSlots(port, this.#slotsPerPort - 1);
  }

  #addSlots(port: SlotPort, count: number): void {
    for (let i = 0; i < count; i++) {
      // Each slot is a function of its own, as a listener is registered only once.
      port.addEventListener('message', (message) => this.#slot(message));
    }
  }

  /** Queues a delivery. */
  deliver(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#request();
  }

  /** Queues deliveries before all others, in their order. */
  deliverFirst(deliveries: readonly Delivery[]): void {
    this.#queue.splice(this.#head, 0, ...deliveries);
    this.#request();
  }

  /** Settles something when the running script and its microtasks are over. */
  whenSettled(one: Settling): void {
    this.#settling.push(one);
    this.#request();
  }

  close(): void {
    this.#channel.port1.close();
    this.#channel.port2.close();
  }

  #request(): void {
    if (this.#isExpected) return;
    this.#isExpected = true;
    this.#channel.port1.postMessage(null);
  }

  #slot(message: Event, starts = true): void {
    if (message !== this.#message) {
      this.#beginRun(message);
    } else if (this.#used === 1) {
      if (!this.#microtasksRan) {
        // No browser: listeners are called without microtasks between them.
        this.#endRun(message);
        return;
      }
      this.#addRemainingSlots();
    }
    this.#used++;
    try {
      if (starts && !this.#turn()) this.#endRun(message);
    } catch (error) {
      // A mistake of ours must not stop the events of others.
      this.#current = this.#dispatch = null;
      reportException(error);
      this.#endRun(message);
    }
  }

  // What a slot does; false: the run is over.
  #turn(): boolean {
    this.#settle();
    if (this.#advanceCurrent()) return this.#used < this.#slots;
    // The last slot starts nothing, so that nothing stays open until the next message comes.
    if (this.#used === this.#slots) return false;
    // The first slot has just read the clock.
    if (this.#used > 1 && performance.now() - this.#startedAt > longestRunMs) return false;
    return this.#startNext();
  }

  // They are called from the next message on.
  #addRemainingSlots(): void {
    const count = slotsMax - this.#slotsPerPort;
    if (count === 0) return;
    this.#slotsPerPort = slotsMax;
    for (const port of this.#ports) this.#addSlots(port, count);
  }

  #beginRun(message: Event): void {
    this.#isExpected = true;
    this.#message = message;
    this.#used = 0;
    this.#slots = this.#slotsPerPort;
    this.#startedAt = performance.now();
    // Where they were seen to run, the remaining slots were added.
    this.#microtasksRan = this.#slotsPerPort === slotsMax;
    if (!this.#microtasksRan) queueMicrotask(() => (this.#microtasksRan = true));
    this.#bracket.begin();
  }

  #endRun(message: Event): void {
    message.stopImmediatePropagation();
    this.#message = null;
    showAgain(undefined);
    this.#isExpected = false;
    const more = this.#current !== null || this.#head < this.#queue.length;
    if (more || this.#settling.length > 0) this.#request();
    this.#bracket.end();
  }

  #settle(): void {
    if (this.#settling.length === 0) return;
    const settling = this.#settling;
    this.#settling = [];
    for (const one of settling) one.settle();
  }

  // Calls the next listener of the delivery under way; false when there is none.
  #advanceCurrent(): boolean {
    if (this.#current === null) return false;
    if (this.#dispatch?.callNext(this.#message ?? undefined) === true) return true;
    const delivery = this.#current;
    const dispatch = this.#dispatch;
    this.#current = this.#dispatch = null;
    delivery.end(dispatch);
    return false;
  }

  // Takes deliveries until one has called a listener; false when none are left.
  #startNext(): boolean {
    for (;;) {
      const delivery = this.#queue[this.#head];
      if (delivery === undefined) {
        if (this.#head > 0) this.#queue = [];
        this.#head = 0;
        return false;
      }
      this.#head++;
      this.#forgetDelivered();
      this.#current = delivery;
      this.#dispatch = delivery.begin();
      if (this.#advanceCurrent()) return true;
    }
  }

  // Where new ones always come before the last one has gone, the queue would keep all there were.
  #forgetDelivered(): void {
    if (this.#head < queueMax || this.#head * 2 < this.#queue.length) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }
}
