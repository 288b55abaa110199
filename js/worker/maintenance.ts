// The engine's upkeep, done in slices while the page is quiet: a page that asks again as soon as it
// has an answer shall not find a slice in its way each time. Compaction comes first; a long log is
// written to a table and the container is tidied when the page does nothing for a while.
import type { Database } from './database';
import type { Environment } from './environment';

/** In microseconds. The engine takes up to a step longer than asked, and 4 ms is the limit. */
const sliceUs = 1500;

/** In milliseconds since the last message was worked on. */
const quietMs = 3;

/** A page that is never quiet gets a slice in its way every so many milliseconds. */
const patienceMs = 100;

/** The same as quietMs for tidying, which has no limit of patience. */
const idleMs = 500;

export class Maintenance {
  readonly #environment: Environment;
  readonly #onLost: () => void;
  readonly #onCrash: (error: unknown) => void;
  readonly #due = new Set<Database>();
  /** Those that have nothing due any more, and may be untidy. */
  readonly #untidy = new Set<Database>();
  #isRunning = false;
  #isTidying = false;
  #lastWork = 0;

  /**
   * @param onLost a database's engine was lost in a slice
   * @param onCrash a slice has trapped
   */
  constructor(environment: Environment, onLost: () => void, onCrash: (error: unknown) => void) {
    this.#environment = environment;
    this.#onLost = onLost;
    this.#onCrash = onCrash;
  }

  /** Notes that a database has written, and so may have something to do. */
  add(database: Database): void {
    this.#due.add(database);
  }

  /**
   * Notes that a database was opened, and begins or goes on: pages before may have left something
   * to do. That has waited and shall not be in the way of what the page begins with.
   */
  opened(database: Database): void {
    this.#lastWork = this.#environment.clock.now();
    this.#untidy.add(database);
    this.#startTidying();
  }

  /**
   * Begins or goes on, now that the messages that have come are worked on.
   * @param now what the clock shows
   */
  start(now: number): void {
    this.#lastWork = now;
    if (this.#isRunning || this.#due.size === 0) return;
    this.#isRunning = true;
    this.#run().catch((error: unknown) => {
      this.#isRunning = false;
      this.#onCrash(error);
    });
  }

  async #run(): Promise<void> {
    const { clock } = this.#environment;
    let lastSlice = clock.now();
    for (const database of ofEach(this.#due)) {
      const due = Math.min(this.#lastWork + quietMs, lastSlice + patienceMs);
      if (clock.now() < due) {
        await clock.wait(due - clock.now());
        continue;
      }
      if (!this.#slice(database, false)) {
        this.#due.delete(database);
        this.#untidy.add(database);
      }
      lastSlice = clock.now();
      await this.#messages();
    }
    this.#isRunning = false;
    this.#startTidying();
  }

  #startTidying(): void {
    if (this.#isTidying) return;
    this.#isTidying = true;
    this.#tidy().catch((error: unknown) => {
      this.#isTidying = false;
      this.#onCrash(error);
    });
  }

  async #tidy(): Promise<void> {
    const { clock } = this.#environment;
    for (const database of ofEach(this.#untidy)) {
      const due = this.#lastWork + idleMs;
      if (this.#isRunning || clock.now() < due) {
        await clock.wait(Math.max(due - clock.now(), patienceMs));
        continue;
      }
      if (!this.#slice(database, true)) this.#untidy.delete(database);
      await this.#messages();
    }
    this.#isTidying = false;
  }

  /** @returns whether there is more to do */
  #slice(database: Database, tidies: boolean): boolean {
    if (database.isClosed) return false;
    const hasMore = database.maintain(sliceUs, tidies);
    if (database.lost !== undefined) this.#onLost();
    return hasMore;
  }

  /** Resolves when the messages that have arrived meanwhile are worked on: they come first. */
  #messages(): Promise<void> {
    return new Promise((resolve) => this.#environment.postTask(resolve));
  }
}

/** The set's first element, again and again, until there is none. */
function* ofEach<T>(set: ReadonlySet<T>): Generator<T> {
  for (let [first] = set; first !== undefined; [first] = set) yield first;
}
