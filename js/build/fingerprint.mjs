// Tells whether a build step's inputs have changed since it last succeeded. A fingerprint is the
// names, sizes and modification times of the files, so that asking costs a few milliseconds.
import fs from 'node:fs';
import path from 'node:path';
import { BuildError, at, root } from './command.mjs';

/**
 * Runs a step unless its inputs are as they were when it last succeeded and its outputs exist.
 * @param {string} name the step's name, which is also its stamp's in build/
 * @param {{ inputs: string[], outputs: string[] }} files below the top folder; an input may be a
 *   folder, which stands for all files in it
 * @param {() => Promise<void>} step
 */
export async function unlessUnchanged(name, { inputs, outputs }, step) {
  const stamp = at('build', `${name}.stamp`);
  const now = fingerprint(inputs);
  const before = fs.existsSync(stamp) ? fs.readFileSync(stamp, 'utf8') : '';
  if (before === now && outputs.every((file) => fs.existsSync(at(file)))) return;
  fs.rmSync(stamp, { force: true });
  await step();
  for (const file of outputs) {
    if (!fs.existsSync(at(file))) throw new BuildError(`the step ${name} did not make ${file}`);
  }
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, now);
}

function fingerprint(inputs) {
  const lines = [];
  const visit = (file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) {
      throw new BuildError(`${path.relative(root, file)} is missing`);
    } else if (stat.isDirectory()) {
      for (const name of fs.readdirSync(file).sort()) visit(path.join(file, name));
    } else {
      lines.push(`${path.relative(root, file)} ${stat.size} ${stat.mtimeMs}`);
    }
  };
  for (const input of inputs) visit(at(input));
  return lines.join('\n');
}
