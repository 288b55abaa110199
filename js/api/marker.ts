// Looks for the trace that FlowDB leaves outside of the Origin Private File System.
import { MARKER_DATABASE } from '../channel/status';

/**
 * Whether this origin is known to have FlowDB data.
 * @param native the browser's own IndexedDB, undefined where it has none
 */
export async function isMarked(native: globalThis.IDBFactory | undefined): Promise<boolean> {
  if (native === undefined) return false;
  if (typeof native.databases === 'function') {
    const list = await native.databases();
    return list.some(({ name }) => name === MARKER_DATABASE);
  }
  return exists(native, MARKER_DATABASE);
}

// For browsers without databases(): opening tells, and the abort leaves nothing behind.
function exists(native: globalThis.IDBFactory, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = native.open(name);
    let isNew = false;
    request.onupgradeneeded = () => {
      isNew = true;
      request.transaction?.abort();
    };
    request.onsuccess = () => {
      request.result.close();
      resolve(true);
    };
    request.onerror = () => (isNew ? resolve(false) : reject(request.error));
  });
}
