// `import 'flowdb-wasm/auto'` puts FlowDB in the place of the browser's IndexedDB. Where it can't
// run, the browser's own stays, unless this origin has FlowDB data: to show an empty database then
// would look like loss.
import { FlowDB } from './api/flowdb';
import { replaceGlobals } from './api/globals';
import { isMarked } from './api/marker';
import { FlowDBError } from './channel/flowdb-error';

const cannotRun: readonly string[] = ['no-opfs', 'unsupported'];

async function decide(): Promise<void> {
  try {
    const { indexedDB } = await FlowDB.open();
    replaceGlobals(globalThis, indexedDB);
  } catch (error) {
    if (!(error instanceof FlowDBError) || !cannotRun.includes(error.reason)) throw error;
    const native = (globalThis as { indexedDB?: IDBFactory }).indexedDB;
    // Where even asking is refused, as in some private windows, nothing can have been stored.
    if (await isMarked(native).catch(() => false)) {
      const text = `This origin has FlowDB data, which can't be reached now. ${error.message}`;
      throw new FlowDBError(error.reason, text, error.name);
    }
    console.warn(`flowdb-wasm: the browser's own IndexedDB stays in place. ${error.message}`);
  }
}

await decide();
