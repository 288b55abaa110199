// Builds the package: the engine to WebAssembly with CMake, the TypeScript to dist/ with Rollup,
// esbuild and tsc, the demo to build/demo. Each step sees for itself that nothing changed and is then
// skipped.
//
//   node js/build/build.mjs [--only=wasm|js|demo]
import fs from 'node:fs';
import { BuildError, at, isMain, main, onPath, outputOf, run } from './command.mjs';
import { buildDemo } from './demo.mjs';
import { buildPackage } from './package.mjs';
import { checkSizes } from './sizes.mjs';

// Debian's Emscripten 3.1.6 looks for the acorn module where Debian's node packages are.
const debianNodeModules = '/usr/share/nodejs';

/**
 * Configures a CMake preset once, and again when its compiler was replaced.
 * @param {string} preset its build folder is build/<preset>
 * @param {string} compiler the program whose change asks for a new start
 * @param {() => Record<string, string>} environment what the preset reads; asked only when needed
 */
async function configure(preset, compiler, environment = () => ({})) {
  const folder = at('build', preset);
  const stamp = `${folder}/.compiler`;
  const now = fs.realpathSync(onPath(compiler) ?? fail(`${compiler} is not on the PATH.`));
  const before = fs.existsSync(stamp) ? fs.readFileSync(stamp, 'utf8') : undefined;
  if (before === now && fs.existsSync(`${folder}/build.ninja`)) return;
  const fresh = before !== undefined && before !== now ? ['--fresh'] : [];
  await run('cmake', [...fresh, '--preset', preset], { env: environment(), quiet: true });
  fs.writeFileSync(stamp, now);
}

/**
 * Builds one of the native presets.
 * @param {string} preset
 * @param {string} [compiler] the one that the preset asks for
 */
export async function buildNative(preset, compiler = 'g++') {
  await configure(preset, compiler);
  await run('cmake', ['--build', at('build', preset)]);
}

/**
 * Builds build/wasm/flowdb.wasm.
 * @param {string} [target] something else of that build
 */
export async function buildWasm(target = 'all') {
  const nodePath = [process.env.NODE_PATH, debianNodeModules].filter(Boolean).join(':');
  const env = { NODE_PATH: nodePath };
  await configure('wasm', 'emcc', () => {
    const emscripten = outputOf('em-config', ['EMSCRIPTEN_ROOT']);
    if (emscripten === '') fail('em-config EMSCRIPTEN_ROOT failed: where is Emscripten?');
    return { ...env, EMSCRIPTEN_ROOT: emscripten };
  });
  await run('cmake', ['--build', at('build', 'wasm'), '--target', target], { env });
}

/** Builds dist/ and holds it to its size. */
async function buildMeasured() {
  await buildPackage();
  checkSizes();
}

/** Builds everything that a page needs. */
export async function build() {
  await buildWasm();
  await buildMeasured();
  await buildDemo();
}

function fail(message) {
  throw new BuildError(message);
}

if (isMain(import.meta.url)) {
  const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
  const steps = { wasm: buildWasm, js: buildMeasured, demo: buildDemo };
  await main(async () => {
    if (only === undefined) return build();
    await (steps[only] ?? fail(`--only=${only}: there are ${Object.keys(steps).join(', ')}.`))();
  });
}
