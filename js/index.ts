// The package's entry: FlowDB as a value of its own, beside the browser's own IndexedDB.
export { FlowDB } from './api/flowdb';
export type { OpenOptions } from './api/flowdb';
export type { IndexedDBInterfaces } from './api/interfaces';
export { FlowDBError } from './channel/flowdb-error';
export type { ChannelCounts } from './channel/client';
export type { ErrorReason } from './channel/status';
