// Makes dist/ from js/ and the WebAssembly build: the two entry points and the worker, with what
// they share in chunks, the module, and the type declarations.
import fs from 'node:fs';
import { at, run } from './command.mjs';
import { unlessUnchanged } from './fingerprint.mjs';

const options = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};

/** Builds dist/; needs build/wasm and node_modules. */
export async function buildPackage() {
  const inputs = [
    'js',
    'build/wasm/flowdb.wasm',
    'package.json',
    'package-lock.json',
    'tsconfig.base.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ];
  const outputs = ['index.js', 'auto.js', 'worker.js', 'flowdb.wasm', 'index.d.ts', 'auto.d.ts'];
  const files = { inputs, outputs: outputs.map((name) => `dist/${name}`) };
  await unlessUnchanged('package', files, async () => {
    // Chunks carry a hash in their names: old ones must go, or they would be shipped and counted.
    fs.rmSync(at('dist'), { recursive: true, force: true });
    fs.mkdirSync(at('dist'));
    await Promise.all([bundle(), writeTypes()]);
    fs.copyFileSync(at('build/wasm/flowdb.wasm'), at('dist/flowdb.wasm'));
  });
}

// In one build, so that a page loads what it shares with the worker once: most of all the codec. The
// worker is a module, which may import.
async function bundle() {
  const esbuild = await import('esbuild');
  await esbuild.build({
    ...options,
    entryPoints: {
      index: at('js/index.ts'),
      auto: at('js/auto.ts'),
      worker: at('js/worker/main.ts'),
    },
    splitting: true,
    chunkNames: 'chunk-[hash]',
    outdir: at('dist'),
  });
}

async function writeTypes() {
  await run('node', [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')]);
}
