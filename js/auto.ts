// `import 'flowdb-wasm/auto'` puts FlowDB in the place of the browser's IndexedDB. Where it can't
// run, the browser's own stays, unless this origin has FlowDB data: to show an empty database then
// would look like loss.
//
// Modules that are imported beside this one don't wait for it, and some keep `indexedDB` while they
// load. So the globals are replaced at once, unless it is plain that FlowDB can't run, and taken
// back should the worker say that it can't.
import { replaceGlobals, restoreGlobals } from './api/globals';
import { interfaces } from './api/interfaces';
import { isMarked } from './api/marker';
import { StandIn } from './api/stand-in';
import { FlowDB, FlowDBError } from './index';

const cannotRun: readonly string[] = ['no-opfs', 'unsupported'];
const native = globalThis as Partial<Pick<typeof globalThis, 'indexedDB' | 'IDBKeyRange'>>;
const { indexedDB: nativeIndexedDB, IDBKeyRange: nativeKeyRange } = native;

async function decide(): Promise<void> {
  const storage = (navigator as { storage?: Partial<StorageManager> }).storage;
  if (typeof storage?.getDirectory !== 'function') {
    return stay(new FlowDBError('no-opfs', 'This context has no Origin Private File System.'));
  }
  const { flow, ready } = FlowDB.begin({});
  const standIn = new StandIn(flow.indexedDB);
  const replaced = replaceGlobals(globalThis, standIn.indexedDB, standIn.keyRange);
  try {
    await ready;
    // Nobody needs the stand-in for it any more who comes from now on.
    replaceGlobals(globalThis, flow.indexedDB, interfaces.IDBKeyRange);
  } catch (error) {
    if (!(error instanceof FlowDBError) || !cannotRun.includes(error.reason)) throw error;
    await stay(error);
    restoreGlobals(globalThis, replaced);
    if (nativeIndexedDB === undefined || nativeKeyRange === undefined) return;
    standIn.fallBackTo(nativeIndexedDB, nativeKeyRange);
  }
}

// Throws where the browser's own must not be used.
async function stay(reason: FlowDBError): Promise<void> {
  // Where even asking is refused, as in some private windows, nothing can have been stored.
  if (await isMarked(nativeIndexedDB).catch(() => false)) {
    const text = `This origin has FlowDB data, which can't be reached now. ${reason.message}`;
    throw new FlowDBError(reason.reason, text, reason.name);
  }
  console.warn(`flowdb-wasm: the browser's own IndexedDB stays in place. ${reason.message}`);
}

await decide();
