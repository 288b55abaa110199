// The engine's upkeep (compaction), done in slices while the page is quiet: a page that asks again
// as soon as it has an answer shall not find a slice in its way each time.
import type { Database } from './database';
import type { Environment } from './environment';

/** In microseconds. The engine may take somewhat longer than asked, and 4 ms is the limit. */
const sliceUs = 2000;

/** In milliseconds since the last message was worked on. */
const quietMs = 3;

/** A page that is never quiet gets a slice in its way every so many milliseconds. */
const patienceMs = 100;

/** What maintain() answers. */
const morePending = 1;

export class Maintenance {
  readonly #environment: Environment;
  readonly #onCrash: (error: unknown) => void;
  readonly #due = new Set<Database>();
  #isRunning = false;
  #lastWork = 0;

  constructor(environment: Environment, onCrash: (error: unknown) => void) {
    this.#environment = environment;
    this.#onCrash = onCrash;
  }

  /** Notes that a database has written, and so may have something to do. */
  add(database: Database): void {
    this.#due.add(database);
  }

  /** Begins or goes on, now that the messages that have come are worked on. */
  start(): void {
    this.#lastWork = this.#environment.clock.now();
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
    while (this.#due.size > 0) {
      const due = Math.min(this.#lastWork + quietMs, lastSlice + patienceMs);
      if (clock.now() < due) {
        await clock.wait(due - clock.now());
        continue;
      }
      this.#slice();
      lastSlice = clock.now();
      // The messages that arrived meanwhile come first.
      await new Promise<void>((resolve) => this.#environment.postTask(resolve));
    }
    this.#isRunning = false;
  }

  #slice(): void {
    const [database] = this.#due;
    if (database === undefined) return;
    // A slice that fails has changed nothing, and the next write tells what is the matter.
    const isPending = !database.isClosed && database.engine.calls.maintain(sliceUs) === morePending;
    if (!isPending) this.#due.delete(database);
  }
}
