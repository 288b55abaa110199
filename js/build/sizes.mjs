// Measures what a page has to load, as a server would send it, and holds it to its limit.
import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { BuildError, at } from './command.mjs';

/** The most that flowdb.wasm and all JavaScript may take after gzip -9, in bytes. */
const limitBytes = 150 * 1024;

/**
 * Prints the sizes of dist/flowdb.wasm and of every script in dist/.
 * @throws {BuildError} when their sum is above the limit
 */
export function checkSizes() {
  const names = fs.readdirSync(at('dist')).filter((name) => /\.(js|wasm)$/.test(name));
  let total = 0;
  console.log('gzip -9, bytes:');
  for (const name of names.sort()) {
    const size = gzipSync(fs.readFileSync(at('dist', name)), { level: 9 }).length;
    total += size;
    console.log(`${String(size).padStart(9)}  dist/${name}`);
  }
  console.log(`${String(total).padStart(9)}  in all, of ${limitBytes}`);
  if (total > limitBytes) {
    throw new BuildError(`dist/ is ${total - limitBytes} bytes above its limit of ${limitBytes}.`);
  }
}
