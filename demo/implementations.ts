// The two databases that the demo compares: FlowDB and the browser's own. Everything else in the
// demo is given one of them and can't tell which.
import { FlowDB } from 'flowdb-wasm';

export type ImplementationName = 'flowdb' | 'native';

export interface Implementation {
  readonly name: ImplementationName;
  readonly factory: IDBFactory;
  readonly KeyRange: typeof IDBKeyRange;
  /** How long it took until the factory could be used, in milliseconds. */
  readonly startMs: number;
}

export const labels: Readonly<Record<ImplementationName, string>> = {
  flowdb: 'FlowDB',
  native: "Browser's own",
};

let flowdb: Promise<Implementation> | undefined;

/** Starts an implementation, once per page. */
export async function implementation(name: ImplementationName): Promise<Implementation> {
  if (name === 'native') {
    return { name, factory: globalThis.indexedDB, KeyRange: globalThis.IDBKeyRange, startMs: 0 };
  }
  flowdb ??= startFlowDB();
  return flowdb;
}

async function startFlowDB(): Promise<Implementation> {
  const start = performance.now();
  const { indexedDB, IDBKeyRange } = await FlowDB.open();
  if (indexedDB instanceof IDBFactory) throw new Error("this is the browser's own IndexedDB");
  const startMs = performance.now() - start;
  return { name: 'flowdb', factory: indexedDB, KeyRange: IDBKeyRange, startMs };
}
