// The engine's upkeep (compaction), done in slices while no message waits: after each slice the
// messages that arrived meanwhile come first.
import type { Database } from './database';
import type { Environment } from './environment';

/** In microseconds. The engine may take somewhat longer than asked, and 4 ms is the limit. */
const sliceUs = 2000;

/** What maintain() answers. */
const morePending = 1;

export class Maintenance {
  readonly #environment: Environment;
  readonly #onCrash: (error: unknown) => void;
  readonly #due = new Set<Database>();
  #isPosted = false;

  constructor(environment: Environment, onCrash: (error: unknown) => void) {
    this.#environment = environment;
    this.#onCrash = onCrash;
  }

  /** Notes that a database has written, and so may have something to do. */
  add(database: Database): void {
    this.#due.add(database);
  }

  /** Begins or goes on, when nothing else is to be done. */
  start(): void {
    if (this.#isPosted || this.#due.size === 0) return;
    this.#isPosted = true;
    this.#environment.postTask(() => {
      this.#isPosted = false;
      try {
        this.#slice();
        this.start();
      } catch (error) {
        this.#onCrash(error);
      }
    });
  }

  #slice(): void {
    const [database] = this.#due;
    if (database === undefined) return;
    // A slice that fails has changed nothing, and the next write tells what is the matter.
    const isPending = !database.isClosed && database.engine.calls.maintain(sliceUs) === morePending;
    if (!isPending) this.#due.delete(database);
  }
}
