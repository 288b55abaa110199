// Keeps the worker's thread awake for a moment between messages. A thread that has nothing to do
// goes to sleep, and waking it takes the system longer than most requests take to execute: a page
// that asks, awaits and asks again waited half its time for that. So when messages follow each
// other closely, the worker passes empty tasks to itself until the next one comes, or none does.
import type { Environment } from './environment';

/** In milliseconds: how soon behind an answer a message follows closely, and how long to wait. */
const momentMs = 0.4;

export class Alertness {
  readonly #environment: Pick<Environment, 'postTask' | 'clock'>;
  #answeredAt = -Infinity;
  #isFollowedClosely = false;
  #isAwake = false;

  constructor(environment: Pick<Environment, 'postTask' | 'clock'>) {
    this.#environment = environment;
  }

  /** A message has come. */
  arrived(): void {
    const passed = this.#environment.clock.now() - this.#answeredAt;
    this.#isFollowedClosely = passed < momentMs;
  }

  /** All that came is answered. */
  answered(): void {
    this.#answeredAt = this.#environment.clock.now();
    if (!this.#isFollowedClosely || this.#isAwake) return;
    this.#isAwake = true;
    this.#wait();
  }

  #wait(): void {
    this.#environment.postTask(() => {
      this.#isAwake = this.#environment.clock.now() - this.#answeredAt < momentMs;
      if (this.#isAwake) this.#wait();
    });
  }
}
