// Random programs about order: which events reach whom, and what may be asked for when. One store,
// and transactions that wait for each other, so that everything has one order. What handlers do
// follows from the seed; each line says who saw what.
import { ended, result } from '../compared/steps.js';
import { Dice } from './dice.js';

const transactionsMax = 6;
const requestsMax = 25;

/** @returns {Promise<string[]>} what the program saw, in order */
export async function runOrder(seed, { indexedDB }, name) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    const store = opening.result.createObjectStore('s');
    // Where it is not unique, FlowDB's page decides that a put succeeds.
    store.createIndex('u', 'u', { unique: seed % 4 === 0 });
    for (let i = 0; i < 6; i += 1) store.put({ u: i }, i);
  };
  const db = await result(opening);
  const program = new Program(new Dice(seed), db);
  // What handlers throw on purpose.
  const stray = (event) => event.preventDefault();
  globalThis.addEventListener('error', stray);
  await program.run();
  globalThis.removeEventListener('error', stray);
  const left = await result(db.transaction('s').objectStore('s').getAll());
  db.close();
  await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve));
  return [...program.lines, JSON.stringify(left)];
}

class Program {
  lines = [];
  #dice;
  #db;
  #transactions = 0;
  #requests = 0;
  #running = [];

  constructor(dice, db) {
    this.#dice = dice;
    this.#db = db;
  }

  async run() {
    this.#listen(this.#db, 'db', ['error', 'abort']);
    this.#begin();
    // Transactions make others.
    for (let i = 0; i < this.#running.length; i += 1) await this.#running[i];
  }

  #say(...parts) {
    this.lines.push(parts.join(' '));
  }

  #begin() {
    if (this.#transactions === transactionsMax) return;
    const label = `t${(this.#transactions += 1)}`;
    const tx = this.#db.transaction('s', 'readwrite');
    // First of all: listeners may stop an event.
    tx.addEventListener('complete', () => this.#begin());
    tx.addEventListener('abort', () => this.#begin());
    this.#running.push(ended(tx).then((how) => this.#say(label, how)));
    this.#listen(tx, label, ['complete', 'abort', 'error', 'success']);
    const world = { tx, label, store: tx.objectStore('s'), cursor: null };
    const count = this.#dice.below(6);
    for (let i = 0; i < count; i += 1) this.#ask(world);
    if (this.#dice.chance(0.5)) this.#later(world, this.#dice.below(4));
    if (this.#dice.chance(0.1)) this.#attempt('abort', () => tx.abort());
  }

  // Asks again when some microtasks have run.
  async #later(world, turns) {
    for (let i = 0; i <= turns; i += 1) await undefined;
    this.#say(world.label, 'later');
    this.#ask(world);
  }

  #ask(world) {
    if (this.#requests >= requestsMax) return;
    const label = `r${(this.#requests += 1)}`;
    const { store } = world;
    const key = this.#dice.below(9);
    const u = this.#dice.below(9);
    const calls = {
      get: () => store.get(key),
      put: () => store.put({ u }, key),
      add: () => store.add({ u }, key),
      delete: () => store.delete(key),
      count: () => store.index('u').count(),
      bad: () => store.get(null),
    };
    const call = this.#dice.pick(Object.keys(calls));
    const request = this.#attempt(`${label} ${call}`, calls[call]);
    if (request === undefined) return;
    this.#listen(request, label, ['success', 'error'], world);
  }

  #attempt(what, call) {
    try {
      const made = call();
      this.#say(what);
      return made;
    } catch (error) {
      this.#say(what, error.name);
      return undefined;
    }
  }

  // One to three listeners for each type, by whatever way there is.
  #listen(target, label, types, world) {
    for (const type of types) {
      const count = world === undefined ? 1 : 1 + this.#dice.below(3);
      for (let i = 0; i < count; i += 1) {
        // Chromium calls listeners at the target as they were added, capturing or not.
        const isOnTheWay = world === undefined && (target === this.#db || type === 'error'
          || type === 'success');
        const isCapturing = isOnTheWay && this.#dice.chance(0.3);
        const listener = (event) => this.#hear(`${label}.${i}`, event, world);
        if (i === 0 && !isCapturing && this.#dice.chance(0.5)) target[`on${type}`] = listener;
        else target.addEventListener(type, listener, { capture: isCapturing });
      }
    }
  }

  #hear(label, event, world) {
    const { target, type } = event;
    const outcome = 'readyState' in target && target.error !== null ? target.error.name : '';
    this.#say(label, type, event.eventPhase, outcome, event.defaultPrevented);
    const dice = this.#dice;
    if (dice.chance(0.4)) {
      Promise.resolve().then(() => this.#say(label, 'microtask'))
        .then(() => this.#say(label, 'and another'));
    }
    if (type === 'error' && dice.chance(0.5)) event.preventDefault();
    if (type === 'abort' || type === 'complete') return;
    if (dice.chance(0.08)) event.stopPropagation();
    if (dice.chance(0.04)) event.stopImmediatePropagation();
    if (world === undefined) {
      return;
    }
    if (dice.chance(0.45)) this.#ask(world);
    if (dice.chance(0.2)) this.#later(world, dice.below(3));
    // Chromium finds a reason for an abort() within an error event, or before an exception.
    if (type === 'error' || world.isAborted) return;
    if (dice.chance(0.04)) {
      world.isAborted = true;
      this.#attempt('abort', () => world.tx.abort());
    } else if (dice.chance(0.04)) {
      world.isAborted = true;
      throw new Error('on purpose');
    }
  }
}
