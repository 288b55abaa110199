// Keeps a thread awake between the messages of the channel. A thread that has nothing to do goes to
// sleep, and waking it takes the system longer than most requests take to execute: a page that asks,
// awaits and asks again waited half its time for that. So where messages follow each other closely,
// the thread passes empty tasks to itself until the next one comes, or does not.
import type { PostTask } from './task-queue';

/**
 * Messages follow each other closely when so many that were sent within so many milliseconds are
 * answered. Two threads that stay awake need a core each, and where there are only two it takes the
 * system some tens of milliseconds to find that out: a page that asks for less gets its answers
 * sooner when both sleep.
 */
export const runLength = 64;
export const runMs = 48;

/** So many empty tasks at most, where the clock is too coarse to tell the time. */
const tasksMax = 200;

/**
 * Where another program keeps a core busy, the thread that stays awake has the other one, and the
 * message comes only when it has given up: after some milliseconds instead of a fifth of one. What
 * comes within so many milliseconds may have been held up like that; what comes later was sent
 * later.
 */
export const heldUpMs = 5;

/** Less is lost until the system has found out that two cores are wanted. In milliseconds. */
export const lostMsMax = 100;

/** And single ones took long to execute: so many in a row that come while they are awaited. */
export const promptLength = 16;

/** When more is lost, both sleep for so many milliseconds. */
export const restMs = 2000;

export class Alertness {
  readonly #postTask: PostTask;
  readonly #now: () => number;
  readonly #vigilMs: number;
  // When the last messages were sent that were answered, the oldest at #at.
  readonly #answered = new Array<number>(runLength).fill(-Infinity);
  #at = 0;
  #sentAt = -Infinity;
  #isAwaiting = false;
  #isAwake = false;
  #tasks = 0;
  #wasInVain = false;
  // For how long messages were held up, and how many in a row were not.
  #lostMs = 0;
  #prompt = 0;
  #restUntil = -Infinity;

  /**
   * @param now a clock, in milliseconds
   * @param vigilMs how long a message is awaited
   */
  constructor(postTask: PostTask, now: () => number, vigilMs: number) {
    this.#postTask = postTask;
    this.#now = now;
    this.#vigilMs = vigilMs;
  }

  /** A message of the other side has come. */
  arrived(): void {
    if (!this.#isAwaiting) return;
    this.#isAwaiting = false;
    if (this.#wasInVain) this.#noteLate(this.#now());
    else if (this.#isAwake && ++this.#prompt === promptLength) this.#lostMs = 0;
    this.#answered[this.#at] = this.#sentAt;
    this.#at = (this.#at + 1) % runLength;
  }

  /**
   * One was sent that is followed by one of the other side, as far as is known.
   * @param now what the clock shows
   */
  sent(now = this.#now()): void {
    if (now - this.#sentAt >= restMs) this.#lostMs = 0;
    this.#sentAt = now;
    this.#isAwaiting = true;
    this.#wasInVain = false;
    this.#tasks = 0;
    const oldest = this.#answered[this.#at] ?? -Infinity;
    if (this.#isAwake || now - oldest > runMs || now < this.#restUntil) return;
    this.#isAwake = true;
    this.#wait();
  }

  #noteLate(now: number): void {
    const ms = now - this.#sentAt;
    if (ms >= heldUpMs) return;
    this.#prompt = 0;
    // Where the clock is too coarse to tell, as long as was waited.
    this.#lostMs += Math.max(ms, this.#vigilMs);
    if (this.#lostMs < lostMsMax) return;
    this.#lostMs = 0;
    this.#restUntil = now + restMs;
  }

  #wait(): void {
    this.#postTask(() => {
      const isOver = this.#now() - this.#sentAt >= this.#vigilMs || ++this.#tasks > tasksMax;
      this.#isAwake = this.#isAwaiting && !isOver;
      if (this.#isAwake) this.#wait();
      else this.#wasInVain = this.#isAwaiting;
    });
  }
}
