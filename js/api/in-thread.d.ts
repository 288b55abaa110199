// What in-thread.js gives.
import type { StartedHost } from './host-start';

/**
 * Makes a host that runs on this thread, which has to be a dedicated worker's.
 * @param native the browser's own IndexedDB: the global one may be FlowDB's by now
 */
export function hostInThread(native: globalThis.IDBFactory | undefined): StartedHost;
