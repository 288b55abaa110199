// Asks counting-worker.js.

/** What FlowDB's worker has done so far. */
export interface Counts {
  readonly reads: number;
  readonly bytesRead: number;
  readonly writes: number;
  readonly bytesWritten: number;
  readonly flushes: number;
  /** Milliseconds that these took. */
  readonly flushMs: number;
  /** Milliseconds of the engine's upkeep, tidying included. */
  readonly upkeepMs: number;
  readonly tidyingMs: number;
  /** Bytes of the WebAssembly heap; it never shrinks. */
  readonly heap: number;
}

const channel = new BroadcastChannel('counting');

function ask(what: 'counts' | 'quiet'): Promise<Counts> {
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data as Counts);
    channel.postMessage(what);
  });
}

export const counts = (): Promise<Counts> => ask('counts');

/** Waits until the engine has nothing left to do. */
export const quiet = (): Promise<Counts> => ask('quiet');
