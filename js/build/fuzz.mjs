// Fuzzes every decoder: builds the targets with clang, makes the inputs to begin with, and lets
// libFuzzer run. What it learns stays in build/fuzz/corpus, so that a later run goes on from there;
// an input that fails is kept as build/fuzz/failed-<target>-….
//
//   node js/build/fuzz.mjs [--only=TARGET] [--runs=N] [--seconds=N]
//
// Without a limit each target runs 30 000 inputs. 30 minutes a target: --seconds=1800.
import fs from 'node:fs';
import { BuildError, at, exitCode, isMain, main, run } from './command.mjs';
import { buildNative } from './build.mjs';
import { setup } from './setup.mjs';

export const fuzzTargets = ['checkpoint', 'commands', 'container', 'json', 'key', 'log', 'table'];

const folder = at('build', 'fuzz');

/**
 * Builds the targets and makes their seeds.
 * @returns {Promise<void>} rejects with BuildError
 */
export async function buildFuzz() {
  await buildNative('fuzz', 'clang++');
  await run(`${folder}/tests/native/fuzz/fuzz_seeds`, [`${folder}/seeds`]);
}

/**
 * Runs one target.
 * @param {string} target
 * @param {string[]} limits libFuzzer's options that end the run
 * @returns {Promise<boolean>} whether nothing was found
 */
export async function fuzz(target, limits) {
  const corpus = `${folder}/corpus/${target}`;
  fs.mkdirSync(corpus, { recursive: true });
  const code = await exitCode(`${folder}/tests/native/fuzz/fuzz_${target}`, [
    ...limits,
    // A run that takes longer is a hang, or work out of proportion to its input.
    '-timeout=10',
    '-print_final_stats=1',
    '-verbosity=0',
    `-artifact_prefix=${folder}/failed-${target}-`,
    corpus,
    `${folder}/seeds/${target}`,
  ]);
  console.log(`${code === 0 ? 'passed' : 'failed'}: fuzz ${target}`);
  return code === 0;
}

export const shortRun = ['-runs=30000', '-seed=1'];

if (isMain(import.meta.url)) {
  await main(async () => {
    const option = (name) =>
      process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
    const only = option('only');
    if (only !== undefined && !fuzzTargets.includes(only)) {
      throw new BuildError(`--only=${only}: there are ${fuzzTargets.join(', ')}.`);
    }
    const limits = [];
    if (option('runs') !== undefined) limits.push(`-runs=${option('runs')}`);
    if (option('seconds') !== undefined) limits.push(`-max_total_time=${option('seconds')}`);
    await setup(['native', 'fuzz']);
    await buildFuzz();
    const failed = [];
    for (const target of only === undefined ? fuzzTargets : [only]) {
      if (!(await fuzz(target, limits.length > 0 ? limits : shortRun))) failed.push(target);
    }
    if (failed.length > 0) throw new BuildError(`Something was found by: ${failed.join(', ')}.`);
  });
}
