// Fetches and compiles flowdb.wasm once, and makes instances of it.
import { flowModule, type FlowExports } from './flow-exports';
import { FlowSurroundings } from './flow-imports';
import type { FlowModule } from './flow-module';

/**
 * Begins to compile at once.
 * @param compile fetches and compiles; called again by an instantiation after it failed
 * @returns makes a fresh instance with each call; rejects with what the browser says
 */
export function moduleLoader(
  compile: () => Promise<WebAssembly.Module>,
): () => Promise<FlowModule> {
  let compiled: Promise<WebAssembly.Module> | undefined;
  const compiledOnce = () => {
    compiled ??= compile().catch((error: unknown) => {
      compiled = undefined;
      throw error;
    });
    return compiled;
  };
  compiledOnce().catch(() => {});
  return async () => instantiate(await compiledOnce());
}

/** Compiles while the bytes arrive, or afterwards where the server gives them another type. */
export async function compileFrom(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  const isWasm = response.headers.get('content-type')?.split(';')[0] === 'application/wasm';
  if (isWasm) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

async function instantiate(compiled: WebAssembly.Module): Promise<FlowModule> {
  const around = new FlowSurroundings();
  const instance = await WebAssembly.instantiate(compiled, around.imports);
  const exports = instance.exports as unknown as FlowExports;
  around.memory = exports.memory;
  exports._initialize();
  return flowModule(exports, around);
}
