// Keeps a thread awake for a moment between the messages of the channel. A thread that has nothing
// to do goes to sleep, and waking it takes the system longer than most requests take to execute: a
// page that asks, awaits and asks again waited half its time for that. So where the other side is
// known to be quick, the thread passes empty tasks to itself until its message comes, or does not.

/**
 * After so many quick messages in a row. Two threads that stay awake need a core each, and where there
 * are only two it takes the system some milliseconds to find that out: a page that asks for less
 * gets its answers sooner when both sleep.
 */
export const quickMin = 16;

/** Runs a callback as a task of its own, behind the messages that have arrived already. */
export type PostTask = (callback: () => void) => void;

export class Alertness {
  readonly #postTask: PostTask;
  readonly #now: () => number;
  readonly #momentMs: number;
  #sentAt = -Infinity;
  #isAwaiting = false;
  #quick = 0;
  #isAwake = false;

  /**
   * @param now a clock, in milliseconds
   * @param momentMs how soon behind a message the other side's has to come to be quick, and how
   *   long the next one is awaited then
   */
  constructor(postTask: PostTask, now: () => number, momentMs: number) {
    this.#postTask = postTask;
    this.#now = now;
    this.#momentMs = momentMs;
  }

  /** A message of the other side has come. */
  arrived(): void {
    this.#quick = this.#isWithinMoment() ? this.#quick + 1 : 0;
    this.#isAwaiting = false;
  }

  /** One was sent that is followed by one of the other side, as far as is known. */
  sent(): void {
    this.#sentAt = this.#now();
    this.#isAwaiting = true;
    if (this.#quick < quickMin || this.#isAwake) return;
    this.#isAwake = true;
    this.#wait();
  }

  #isWithinMoment(): boolean {
    return this.#now() - this.#sentAt < this.#momentMs;
  }

  #wait(): void {
    this.#postTask(() => {
      this.#isAwake = this.#isAwaiting && this.#isWithinMoment();
      if (this.#isAwake) this.#wait();
    });
  }
}

/** Posts tasks in a browser. */
export class TaskQueue {
  readonly #tasks: (() => void)[] = [];
  readonly #channel = new MessageChannel();

  constructor() {
    this.#channel.port1.onmessage = () => this.#tasks.shift()?.();
  }

  readonly post: PostTask = (callback) => {
    this.#tasks.push(callback);
    this.#channel.port2.postMessage(null);
  };

  /** None runs any more. */
  close(): void {
    this.#channel.port1.close();
  }
}
