// The C++ arrows: document -> engine -> sst, wal, memtable -> storage -> util, and wasm/ on top of
// them all. src/ knows nothing of Emscripten or JavaScript.
import type { Tree } from './tree';

// A folder may include itself and every folder of a smaller number. Equal numbers stand beside
// each other and don't see each other.
const levels: Readonly<Record<string, number>> = {
  document: 4,
  engine: 3,
  sst: 2,
  wal: 2,
  memtable: 2,
  storage: 1,
  util: 0,
};

const include = /^\s*#\s*include\s*(<[^>]+>|"[^"]+")/gm;
const emscripten = /__EMSCRIPTEN__|\bEM_(ASM|JS)\b|#\s*include\s*<emscripten/;

/** Names every include in src/ and wasm/ that points the wrong way. */
export function checkIncludes(tree: Tree): string[] {
  const problems: string[] = [];
  for (const [file, text] of tree) {
    const area = file.split('/')[0];
    if (area !== 'src' && area !== 'wasm') continue;
    if (!/\.(cc|h)$/.test(file)) continue;
    if (area === 'src' && emscripten.test(text)) {
      problems.push(`${file}: src/ knows nothing of Emscripten`);
    }
    for (const [, target = ''] of text.matchAll(include)) {
      const problem = area === 'src' ? fromSrc(file, target) : fromWasm(file, target, tree);
      if (problem !== undefined) problems.push(`${file}: includes ${target}: ${problem}`);
    }
  }
  return problems;
}

function fromSrc(file: string, target: string): string | undefined {
  const layer = file.split('/')[1] ?? '';
  const level = levels[layer];
  if (level === undefined) return `${layer} is no layer of src/`;
  if (target.startsWith('<')) return undefined;
  const wanted = target.slice(1, -1).split('/')[0] ?? '';
  const below = levels[wanted];
  if (below === undefined) return 'the path must begin with a layer of src/';
  if (wanted === layer || below < level) return undefined;
  return `${layer} is not above ${wanted}`;
}

function fromWasm(file: string, target: string, tree: Tree): string | undefined {
  if (target.startsWith('<')) return undefined;
  const name = target.slice(1, -1);
  if (levels[name.split('/')[0] ?? ''] !== undefined) return undefined;
  const beside = `${file.slice(0, file.lastIndexOf('/'))}/${name}`;
  if (tree.has(name) || tree.has(`wasm/${name}`) || tree.has(beside)) return undefined;
  return 'neither a layer of src/ nor a file of wasm/';
}
