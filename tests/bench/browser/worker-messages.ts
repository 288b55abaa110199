// What the page and worker-bench.ts say to each other.

export type WorkerSide = 'flowdb' | 'wal' | 'journal';

/** The workloads that are also made in SQLite, by their names. */
export const workerWorkloads = [
  'put tx each',
  'bulk put 2 idx',
  'get tx each',
  'getAll',
  'range 100',
  'idx 222',
  'idx 40',
] as const;

/** Without a name: make the database anew. */
export interface WorkerQuestion {
  readonly side: WorkerSide;
  readonly name: string | undefined;
  readonly records: number;
}

export type WorkerAnswer =
  | { readonly ms: number; readonly operations: number }
  | { readonly error: string };
