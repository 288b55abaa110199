// A transaction of a random program: what it asks for, from where, and how it ends.
import type { Random } from '../codec-random';
import type { Ask } from './ask';
import type { Walk } from './cursors';
import { kinds, type StoreKind } from './keys';
import type { Placed, Seen } from './model';
import { Requests } from './requests';
import { Values } from './values';

/** The program around. */
export interface World {
  readonly random: Random;
  readonly newNumber: () => number;
  /** @returns which line of the trace it is */
  note(database: string, text: string, store?: string): number;
  fail(text: string): void;
  countRequest(): void;
  /** Begins another transaction, in the midst of what a listener does. */
  beginAnother(): void;
  /** Closes a connection, or does not. */
  mayClose(db: IDBDatabase): void;
}

/** What a listener throws on purpose. */
export class Stray extends Error {}

/**
 * hot: gets of what the page may know; deaf: writes whose answers nobody awaits; patient: nothing
 * but what it is given.
 */
export type Manner = 'mixed' | 'hot' | 'deaf' | 'patient';

interface Asked {
  readonly ask: Ask;
  readonly placed: Placed;
}

const requestsMax = 30;

export class RandomTransaction {
  readonly seen: Seen;
  readonly #world: World;
  readonly #transaction: IDBTransaction;
  readonly #manner: Manner;
  readonly #values: Values;
  /** What each request was last placed for. */
  readonly #latest = new Map<IDBRequest, Asked>();
  #left: number;
  // Whether it may be asked, as far as the program has not ended it.
  #isOpen = true;

  constructor(world: World, transaction: IDBTransaction, seen: Seen, manner: Manner) {
    this.#world = world;
    this.#transaction = transaction;
    this.seen = seen;
    this.#manner = manner;
    this.#left = world.random.below(requestsMax);
    this.#values = new Values(world.random, world.newNumber);
    const end = ({ type }: Event) => this.#end(type);
    transaction.addEventListener('complete', end);
    transaction.addEventListener('abort', end);
    this.#note(`${seen.mode} [${seen.stores.join(' ')}] begins`);
  }

  get hasEnded(): boolean {
    return this.seen.outcome !== undefined;
  }

  /** Does something now, or a little later in the same turn, or nothing. */
  start(): void {
    if (this.#manner === 'deaf') for (let i = 1 + this.#random.below(4); i > 0; i--) this.#any();
    else this.#react();
  }

  /** Places requests of the choice of `choose`. */
  askEach(name: string, choose: (requests: Requests) => readonly Ask[]): void {
    for (const ask of choose(this.#requests(name))) this.#ask(name, ask, true);
  }

  /** From wherever. */
  abort(): void {
    const done = this.#done;
    try {
      this.#transaction.abort();
    } catch (error) {
      // It is committing, or over.
      if ((error as DOMException).name === 'InvalidStateError') return;
      throw error;
    }
    this.seen.abortedAt = done;
    this.#isOpen = false;
    this.#note('abort()');
  }

  get #random(): Random {
    return this.#world.random;
  }

  /** How many requests have had their answers. */
  get #done(): number {
    return this.seen.steps.filter((step) => 'ask' in step && step.isDone()).length;
  }

  #note(text: string, store?: string): number {
    return this.#world.note(this.seen.database, `t${this.seen.id} ${text}`, store);
  }

  #requests(name: string): Requests {
    const kind: StoreKind = kinds[name as keyof typeof kinds];
    const store = this.#transaction.objectStore(name);
    return new Requests(this.#random, store, kind, this.#values);
  }

  #ask(name: string, ask: Ask, isHeard: boolean): void {
    let request: IDBRequest;
    try {
      request = ask.place();
    } catch (error) {
      this.#world.fail(`t${this.seen.id} ${name}: ${ask.text} has thrown ${String(error)}`);
      return;
    }
    if (this.#manner !== 'patient') this.#world.countRequest();
    this.#left--;
    const placed: Placed = {
      ask,
      store: name,
      isPrevented: isHeard && this.#random.chance(0.7),
      isDone: () => placed.answer !== undefined || this.#isDone(request, placed),
      answer: undefined,
      line: 0,
    };
    if (this.#manner !== 'patient') {
      placed.line = this.#note(`asks: ${ask.text}${isHeard ? '' : ', and does not listen'}`, name);
    }
    this.seen.steps.push(placed);
    const isNew = !this.#latest.has(request);
    this.#latest.set(request, { ask, placed });
    if (isNew && isHeard) this.#listen(request);
  }

  #isDone(request: IDBRequest, placed: Placed): boolean {
    return this.#latest.get(request)?.placed === placed && request.readyState === 'done';
  }

  #listen(request: IDBRequest): void {
    const first = (event: Event) => this.#hear(request, event);
    const second = () => this.#react();
    for (const type of ['success', 'error']) {
      request.addEventListener(type, first);
      if (this.#random.chance(0.2)) request.addEventListener(type, second);
    }
  }

  #hear(request: IDBRequest, event: Event): void {
    const { ask, placed } = this.#latest.get(request) as Asked;
    if (this.hasEnded) this.#world.fail(`t${this.seen.id} was answered behind its end`);
    if (this.#done !== this.#placeOf(placed)) {
      this.#world.fail(`t${this.seen.id}: the answer to ${ask.text} comes out of order`);
    }
    this.#takeAnswer(request, placed);
    if (placed.answer === '!AbortError') {
      this.#isOpen = false;
      return;
    }
    this.seen.firstLine ??= placed.line;
    if (this.#manner === 'patient') return;
    if (event.type === 'error' && placed.isPrevented) event.preventDefault();
    if (ask.walk !== undefined && event.type === 'success' && request.result !== null) {
      this.#walkOn(placed.store, ask.walk, request.result as IDBCursorWithValue);
    } else {
      this.#react();
    }
    if (this.#isOpen && this.#random.chance(0.004)) {
      this.seen.threwAt ??= this.#done;
      this.#note('throws');
      throw new Stray();
    }
  }

  /** As a count from 1. */
  #placeOf(placed: Placed): number {
    return this.seen.steps.filter((step) => 'ask' in step).indexOf(placed) + 1;
  }

  #takeAnswer(request: IDBRequest, placed: Placed): void {
    const { ask } = placed;
    const { error } = request;
    placed.answer = error === null ? ask.answer(request.result) : `!${error.name}`;
    placed.line = this.#note(`${ask.text} -> ${placed.answer}`, placed.store);
  }

  #walkOn(name: string, walk: Walk, cursor: IDBCursorWithValue): void {
    const isWriter = this.seen.mode !== 'readonly';
    this.#soon(() => {
      for (let i = 0; i < 2 && isWriter && this.#random.chance(0.3); i++) {
        this.#ask(name, walk.write(cursor), this.#random.chance(0.7));
      }
      // What it has ahead may change.
      if (isWriter && this.#random.chance(0.2)) {
        this.#ask(name, this.#requests(name).plainWrite(), true);
      }
      if (this.#random.chance(0.1)) this.#act();
      if (this.#isOpen && this.#random.chance(0.9)) this.#ask(name, walk.next(cursor), true);
    });
  }

  #react(): void {
    if (this.#left > 0 && this.#random.chance(0.8)) this.#soon(() => this.#act());
  }

  // At once, or when some microtasks have run, which is before the next listener is called.
  #soon(callback: () => void): void {
    const run = () => {
      if (this.#isOpen) callback();
    };
    switch (this.#random.below(4)) {
      case 0:
        queueMicrotask(run);
        return;
      case 1:
        void Promise.resolve().then(() => {}).then(() => {}).then(run);
        return;
      default:
        run();
    }
  }

  #act(): void {
    for (let i = 1 + this.#random.below(4); i > 0; i--) this.#any();
    if (this.#random.chance(0.08)) this.#world.beginAnother();
    if (this.#random.chance(0.3)) this.#world.mayClose(this.#transaction.db);
    if (this.#random.chance(0.02)) this.abort();
    else if (this.#random.chance(0.05)) this.#commit();
  }

  #commit(): void {
    this.seen.committedAt = this.#done;
    this.#transaction.commit();
    this.#isOpen = false;
    this.#note('commit()');
  }

  #any(): void {
    if (this.#left <= 0 || this.seen.stores.length === 0) return;
    const name = this.#random.oneOf(this.seen.stores);
    const requests = this.#requests(name);
    if (this.#manner === 'hot') {
      this.#ask(name, requests.hotGet(), true);
    } else if (this.seen.mode === 'readonly' || this.#random.chance(0.35)) {
      this.#ask(name, requests.read(), true);
    } else {
      const ask = this.#manner === 'deaf' ? requests.plainWrite() : requests.write();
      const isHeard = this.#manner !== 'deaf' && this.#random.chance(0.8);
      this.#ask(name, ask, isHeard || ask.walk !== undefined);
    }
  }

  #end(type: string): void {
    if (this.hasEnded) this.#world.fail(`t${this.seen.id} ends twice`);
    const { error } = this.#transaction;
    this.#isOpen = false;
    // Of those that nobody has listened to.
    for (const [request, { placed }] of this.#latest) {
      if (placed.answer === undefined && placed.isDone()) this.#takeAnswer(request, placed);
    }
    this.seen.outcome = error === null ? type : `${type} ${error.name}`;
    this.seen.endLine = this.#note(this.seen.outcome);
    if (this.#random.chance(0.1)) this.#world.beginAnother();
  }
}
