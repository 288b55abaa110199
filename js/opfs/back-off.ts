// Trying again while somebody else still holds a file. A page that was just reloaded finds its old
// worker in the middle of going away, and a closing owner needs a moment to let go.
import { nameOf, StorageError } from './storage';

/** Time, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds from any fixed point. */
  now(): number;
  /** Resolves after this many milliseconds. */
  wait(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

const firstWaitMs = 1;
const longestWaitMs = 128;

/**
 * Calls `attempt` until it does not reject with NoModificationAllowedError, with waits of 1, 2,
 * 4, … 128, 128, … ms between. Other failures end it at once.
 * @param deadline by `clock`, in ms, after which no further attempt is made
 * Rejects with StorageError, 'in-use' when the time is over.
 */
export async function untilFree<T>(
  attempt: () => Promise<T>,
  what: string,
  deadline: number,
  clock: Clock,
): Promise<T> {
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, longestWaitMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (nameOf(error) !== 'NoModificationAllowedError') throw StorageError.from(error, what);
      const left = deadline - clock.now();
      if (left <= 0) {
        throw new StorageError('in-use', `${what}: another tab or worker holds it`, error);
      }
      await clock.wait(Math.min(wait, left));
    }
  }
}
