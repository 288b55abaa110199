// The Web Lock that says who owns a database. The browser takes it back when its holder dies, so
// it is never left behind.
import type { Clock } from './back-off';
import { nameOf, StorageError } from './storage';

/** Gives the lock to the next in line. Idempotent. */
export type Release = () => void;

/**
 * Waits for a lock and keeps it.
 * @param locks undefined where the browser has none: the access handles alone then keep others out
 * @param deadline by `clock`, in ms
 * Rejects with StorageError: 'in-use' when the time is over, 'refused' where locks may not be used.
 */
export async function holdLock(
  locks: LockManager | undefined,
  name: string,
  deadline: number,
  clock: Clock,
): Promise<Release> {
  if (locks === undefined) return () => {};
  const giveUp = new AbortController();
  let isDecided = false;
  const held = new Promise<Release>((granted, failed) => {
    locks
      .request(name, { signal: giveUp.signal }, () => {
        isDecided = true;
        return new Promise<void>((release) => granted(release));
      })
      .catch((error: unknown) => {
        isDecided = true;
        failed(
          nameOf(error) === 'AbortError'
            ? new StorageError('in-use', 'The database is open in another tab or worker', error)
            : StorageError.from(error, 'taking the Web Lock'),
        );
      });
  });
  void clock.wait(deadline - clock.now()).then(() => {
    if (!isDecided) giveUp.abort();
  });
  return held;
}
