// Starts the worker. The two URLs are written so that bundlers find the files, too.

/** Where the package's own files are, if not beside this script. */
export interface Location {
  /** worker.js, with the chunks beside it; has to be of the page's own origin. */
  readonly workerUrl?: string | URL | undefined;
  /** flowdb.wasm. */
  readonly wasmUrl?: string | URL | undefined;
}

/** Throws what the browser throws for a URL that it does not take. */
export function startWorker({ workerUrl }: Location): Worker {
  if (workerUrl !== undefined) return new Worker(workerUrl, { type: 'module', name: 'flowdb' });
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'flowdb' });
}

/** Absolute: the worker may have another base. */
export function wasmUrlOf({ wasmUrl }: Location): string {
  if (wasmUrl === undefined) return new URL('./flowdb.wasm', import.meta.url).href;
  return new URL(wasmUrl, globalThis.location.href).href;
}
