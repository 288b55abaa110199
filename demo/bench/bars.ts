// What FlowDB has to reach: for each workload the browser's own time divided by FlowDB's.

/** The least ratio by workload, in Chromium. */
export const bars: Readonly<Record<string, number>> = {
  'put tx each': 4,
  strict: 2,
  'bulk put 2 idx': 9,
  overwrite: 10,
  'get tx each': 1.6,
  awaited: 1.6,
  pipelined: 5,
  getAll: 4,
  keys: 3,
  'range 100': 4,
  cursor: 3,
  'idx 222': 6,
  'idx 40': 4,
  'idx cursor': 3,
  count: 4,
  'rich put': 6,
  'rich getAll': 2,
  '1 MiB put': 2,
  '1 MiB get': 4,
  delete: 12,
  clear: 100,
};

/** No workload may have less, in any browser. */
export const leastRatio = 1.3;

/** The least geometric mean over the workloads that have a bar. */
export const leastMean: Readonly<Record<'chromium' | 'firefox', number>> = {
  chromium: 5,
  firefox: 4,
};

/** More than this no ratio counts for in the geometric mean. */
export const mostCounted = 20;

/** The most that FlowDB's time for an operation may be of what it can't be faster than. */
export const floorRatios: Readonly<
  Record<string, { readonly floor: 'roundTrip' | 'parse'; readonly most: number }>
> = {
  'get tx each': { floor: 'roundTrip', most: 1.5 },
  getAll: { floor: 'parse', most: 2 },
};

/** The most milliseconds that opening in a fresh page may take, the WebAssembly's load included. */
export const coldOpenMs: Readonly<Record<string, number>> = {
  'open cold': 40,
  'open cold 100k': 60,
};
