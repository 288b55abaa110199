// Makes dist/ from js/ and the WebAssembly build: the two entry points, the worker, the module, and
// the type declarations.
import fs from 'node:fs';
import { BuildError, at, run } from './command.mjs';
import { unlessUnchanged } from './fingerprint.mjs';

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
    // What a former build left would be shipped and counted.
    fs.rmSync(at('dist'), { recursive: true, force: true });
    fs.mkdirSync(at('dist'));
    await Promise.all([bundle(), writeTypes()]);
    fs.copyFileSync(at('build/wasm/flowdb.wasm'), at('dist/flowdb.wasm'));
  });
}

// Behind esbuild's minifier, which shortens the names of private members, it takes off another 4 %.
// Functions are not inlined: that makes nothing smaller.
const terserOptions = {
  module: true,
  ecma: 2022,
  compress: { passes: 2, inline: false },
  sourceMap: { asObject: true },
};

// Each file waits for the one before it, and a page and its worker are ready when all have come: so
// there are as few as can be, and none holds the same twice. The worker is one script, from which
// the page imports what it shares with it, most of all the codec; index.js is the page's one, from
// which auto.js imports. For that Rollup may let an entry export more than it says ('allow-extension').
async function bundle() {
  const { rollup } = await import('rollup');
  const { default: esbuild } = await import('rollup-plugin-esbuild');
  const terser = await import('terser');
  const build = await rollup({
    input: { index: at('js/index.ts'), auto: at('js/auto.ts'), worker: at('js/worker/main.ts') },
    preserveEntrySignatures: 'allow-extension',
    plugins: [
      esbuild({ target: 'es2022', tsconfig: false, minify: true, legalComments: 'none' }),
      { name: 'terser', renderChunk: (code) => terser.minify(code, terserOptions) },
    ],
    onwarn(warning, warn) {
      // Classes that meet while the page runs, not while the modules are loaded.
      if (warning.code !== 'CIRCULAR_DEPENDENCY') warn(warning);
    },
  });
  const { output } = await build.write({ dir: at('dist'), format: 'esm', sourcemap: true });
  await build.close();
  const scripts = output.filter(({ type }) => type === 'chunk');
  const worker = scripts.find(({ name }) => name === 'worker');
  if (scripts.length !== 3 || worker.imports.length + worker.dynamicImports.length > 0) {
    const names = scripts.map(({ fileName, imports }) => `${fileName} (${imports.join(', ')})`);
    throw new BuildError(`not three scripts, the worker's by itself: ${names.join('; ')}`);
  }
}

async function writeTypes() {
  await run('node', [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')]);
}
