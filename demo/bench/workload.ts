// What a workload is, and how what it has found is held against what it should have found: a fast
// answer that is wrong is no result.
import type { Bed } from './bed';

/** Throws when the result is wrong. Not timed. */
export type Check = () => void | Promise<void>;

/** The work itself, which is timed. */
export type Work = () => Promise<Check>;

export interface Workload {
  /** As it stands in the table of the bars. */
  readonly name: string;
  /** What it does, in a few words. */
  readonly what: string;
  /** How many operations a time is shared out to. */
  operations(records: number): number;
  /** What the engine does afterwards, until it is quiet, counts as part of it. */
  readonly includesDeferred?: boolean;
  /**
   * Brings the database into the state that it starts from, and makes ready what is put or asked.
   * Not timed.
   */
  prepare(bed: Bed): Promise<Work>;
}

export function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`wrong result: ${what}`);
}

/** Compares values that JSON can express. */
export function expectSame(found: unknown, wanted: unknown, what: string): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is === should) return;
  throw new Error(`wrong result: ${what}: ${is?.slice(0, 300)} instead of ${should?.slice(0, 300)}`);
}
