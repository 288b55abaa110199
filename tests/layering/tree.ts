// Reads the source files that the layering and style rules are about, so that the rules
// themselves are plain functions over names and texts.
import fs from 'node:fs';
import path from 'node:path';

/** Source files: path below the top folder, with slashes, → text. */
export type Tree = ReadonlyMap<string, string>;

const folders = ['src', 'wasm', 'js', 'demo', 'tests'];
const sources = /(\.(cc|h|ts|mjs|js|css|html|cmake)|CMakeLists\.txt)$/;

/** Reads all source files of the project below `root`. */
export function readTree(root: string): Tree {
  const files = new Map<string, string>();
  for (const folder of folders) {
    const full = path.join(root, folder);
    if (!fs.existsSync(full)) continue;
    for (const name of fs.readdirSync(full, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(full, name);
      if (!sources.test(file) || !fs.statSync(file).isFile()) continue;
      files.set(path.relative(root, file).split(path.sep).join('/'), fs.readFileSync(file, 'utf8'));
    }
  }
  return files;
}
