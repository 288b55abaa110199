// A trace of FlowDB outside of the Origin Private File System: an empty native IndexedDB database.
// Where OPFS is suddenly missing, flowdb-wasm/auto finds it and knows that an empty database would
// be a lie. Only its existence counts; the page's side looks for the same name.

/** A file beside the databases that says that the native database is there, to not open it anew. */
const markedFile = 'marked';

/**
 * Makes sure that the marker is there. Not urgent, and a failure is not one of the database: the
 * next start tries again.
 * @param directory the folder of all databases
 * @param native the browser's own IndexedDB
 */
export async function markOrigin(
  directory: FileSystemDirectoryHandle,
  native: IDBFactory | undefined,
  markerName: string,
): Promise<void> {
  if (native === undefined) return;
  try {
    await directory.getFileHandle(markedFile);
  } catch {
    try {
      await createDatabase(native, markerName);
      await directory.getFileHandle(markedFile, { create: true });
    } catch {
      // Storage may be full or refused; see above.
    }
  }
}

function createDatabase(native: IDBFactory, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = native.open(name, 1);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}
