// Builds what the bench runs from its TypeScript sources.
import { at } from '../../../js/build/command.mjs';

/**
 * Builds the pages' scripts into build/bench; the package is what is served below /dist/.
 * @returns the part of them that Node runs: report.ts
 */
export async function bundle() {
  const esbuild = await import('esbuild');
  const of = (...names) => ({
    entryPoints: names.map((name) => at('tests/bench/browser', name)),
    outdir: at('build/bench'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  await esbuild.build({
    ...of('bench-page.ts', 'cold-page.ts', 'worker-bench.ts'),
    alias: { 'flowdb-wasm': '/dist/index.js' },
    external: ['/dist/*'],
  });
  await esbuild.build({ ...of('report.ts'), platform: 'node', outExtension: { '.js': '.mjs' } });
  return import(at('build/bench/report.mjs'));
}
