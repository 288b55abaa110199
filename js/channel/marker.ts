// The native IndexedDB database that marks an origin with FlowDB data: made by the worker, looked
// for by the page where OPFS is missing. It holds nothing.

export const MARKER_DATABASE = 'flowdb-marker';
