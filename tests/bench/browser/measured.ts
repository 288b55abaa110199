// What a run of the bench has measured: what --json writes.
import type { Counts } from './counting';
import type { WorkerSide } from './worker-messages';

/** One timed run of a workload on one side. */
export interface Sample {
  /** Until its last answer. */
  readonly ms: number;
  /** Milliseconds of upkeep afterwards, where that is part of the workload. */
  readonly deferredMs: number;
  readonly operations: number;
  /** Milliseconds that the page's main thread was busy. Chromium only. */
  readonly mainMs?: number;
  /** Milliseconds of processor time of all the browser's processes, until all was quiet. */
  readonly cpuMs?: number;
  /** The part of it that came after the last answer. */
  readonly laterCpuMs?: number;
  /** What FlowDB's worker did for it, until all was quiet. */
  readonly counts?: Counts;
}

export type WorkerSample = Pick<Sample, 'ms' | 'operations'>;

export interface Pair {
  readonly native: Sample[];
  readonly flowdb: Sample[];
}

/** One browser on one profile. */
export interface Session {
  /** Of the browser's own IndexedDB: leveldb, sqlite, or whatever the arguments make it. */
  readonly backend: string;
  readonly version: string;
  /** Samples of the rounds by workload. */
  readonly workloads: Record<string, Pair>;
  /** Milliseconds of a message's round trip and of JSON.parse of a document, by round. */
  readonly floors: { readonly roundTrip: number; readonly parse: number }[];
  /** What was run in a worker, by workload and side. */
  readonly inWorker: Record<string, Record<WorkerSide, WorkerSample[]>>;
}

export interface Measured {
  readonly browser: 'chromium' | 'firefox';
  readonly records: number;
  readonly rounds: number;
  readonly sessions: Session[];
}
