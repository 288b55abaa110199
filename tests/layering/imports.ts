// The TypeScript arrows: index, auto -> api -> idb -> channel -> codec on the page; worker ->
// channel, codec, opfs in the worker. The worker is reached by URL, and by one script; nothing comes
// from npm at run time.
import path from 'node:path';
import type { Tree } from './tree';

// What each folder may import beside itself. 'entry' stands for the files directly in js/.
const allowed: Readonly<Record<string, readonly string[]>> = {
  entry: ['api', 'idb', 'channel', 'codec'],
  api: ['idb', 'channel', 'codec'],
  idb: ['channel', 'codec'],
  channel: ['codec'],
  codec: [],
  worker: ['channel', 'codec', 'opfs'],
  opfs: [],
};

/** The one way from the page's code into the worker's. */
const way = { from: 'js/api/in-thread.js', to: 'js/worker/main' };

// `import x from 'y'`, `export x from 'y'`, `import 'y'`, and `import('y')` in code or in a type.
const specifiers = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
];

/** Names every import in js/ and demo/ that points the wrong way. */
export function checkImports(tree: Tree): string[] {
  const problems: string[] = [];
  for (const [file, text] of tree) {
    if (!/\.(ts|js)$/.test(file)) continue;
    const check = file.startsWith('js/') ? fromJs : file.startsWith('demo/') ? fromDemo : undefined;
    if (check === undefined) continue;
    for (const target of importsOf(text)) {
      const problem = check(file, target);
      if (problem !== undefined) problems.push(`${file}: imports '${target}': ${problem}`);
    }
  }
  return problems;
}

function importsOf(text: string): string[] {
  return specifiers.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''));
}

function fromJs(file: string, target: string): string | undefined {
  const folder = folderOf(file);
  const mayImport = allowed[folder];
  if (mayImport === undefined) return `${folder} is no layer of js/`;
  if (!target.startsWith('.')) {
    return mayImport.includes(target) ? undefined : 'nothing comes from outside at run time';
  }
  const resolved = path.posix.join(path.posix.dirname(file), target);
  if (!resolved.startsWith('js/')) return 'it leads out of js/';
  if (file === way.from && resolved === way.to) return undefined;
  const wanted = folderOf(resolved);
  if (wanted === folder || mayImport.includes(wanted)) return undefined;
  return wanted === 'worker' ? 'the worker is reached by URL' : `${folder} is not above ${wanted}`;
}

// The demo is a user of the package: it sees the package's name and itself. Its plots are uPlot's.
function fromDemo(file: string, target: string): string | undefined {
  if (target === 'flowdb-wasm' || target === 'uplot') return undefined;
  if (target === 'uplot/dist/uPlot.min.css') return undefined;
  const resolved = path.posix.join(path.posix.dirname(file), target);
  if (target.startsWith('.') && resolved.startsWith('demo/')) return undefined;
  return "the demo uses only the package, as 'flowdb-wasm'";
}

function folderOf(file: string): string {
  const parts = file.split('/');
  return parts.length === 2 ? 'entry' : (parts[1] ?? '');
}
