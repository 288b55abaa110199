// Runs other programs for the build, and knows where things are. A program that fails ends the
// build with the line that was run, so that a person can run it again by hand.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder, an absolute path. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** @param {...string} parts @returns {string} a path below the top folder, absolute */
export const at = (...parts) => path.join(root, ...parts);

/** A failure with a message for a person; its stack is of no use to them. */
export class BuildError extends Error {}

/**
 * Runs a program with its output on ours.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, quiet?: boolean }} [options] `quiet` keeps
 *   the output back and shows it only if the program fails.
 * @returns {Promise<void>} rejects with BuildError when the program fails or can't be started
 */
export async function run(program, args, { env, quiet = false } = {}) {
  const code = await exitCode(program, args, { env, quiet });
  if (code !== 0) throw new BuildError(`failed (${code}): ${[program, ...args].join(' ')}`);
}

/**
 * As run(), but hands back how the program ended instead of throwing.
 * @returns {Promise<number | string>} the exit code, or the signal's name, or 'not found'
 */
export function exitCode(program, args, { env, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    const kept = [];
    child.stdout?.on('data', (chunk) => kept.push(chunk));
    child.stderr?.on('data', (chunk) => kept.push(chunk));
    child.on('error', () => resolve('not found'));
    child.on('close', (code, signal) => {
      if (quiet && code !== 0) process.stderr.write(Buffer.concat(kept));
      resolve(code ?? signal ?? 'ended without a code');
    });
  });
}

/** @returns {string} what a program printed, trimmed, or '' when it failed or is not there */
export function outputOf(program, args) {
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : '';
}

/** @returns {string | undefined} the full path of a program on the PATH */
export function onPath(program) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, program);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** @returns {any} a JSON file's value, or undefined when it is missing or broken */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs a script's main function; a BuildError is shown without its stack. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof BuildError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/** @returns {boolean} whether the module at this URL is the program that Node was started with */
export function isMain(moduleUrl) {
  const program = process.argv[1];
  return program !== undefined && fs.realpathSync(program) === fileURLToPath(moduleUrl);
}
