// Facts of style that a program can see: no file that does too much, each file says what it is,
// and no drawer for what has no place.
import type { Tree } from './tree';

const longest = 500;
const drawers = new Set(['util', 'utils', 'helper', 'helpers', 'misc', 'common']);

/** Names every file that is too long, opens without a comment or is named like a drawer. */
export function checkStyle(tree: Tree): string[] {
  const problems: string[] = [];
  for (const [file, text] of tree) {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines > longest) problems.push(`${file}: ${lines} lines, ${longest} at most`);
    if (!opensWithComment(file, text)) problems.push(`${file}: does not open with a comment`);
    if (isDrawer(file)) problems.push(`${file}: named for a drawer, not for what it holds`);
  }
  return problems;
}

function opensWithComment(file: string, text: string): boolean {
  // A shebang and a doctype have to be the first line; the comment is then the second.
  const start = text.replace(/^(#!.*|<!doctype html>)\n/i, '');
  if (/(\.cmake|CMakeLists\.txt)$/.test(file)) return start.startsWith('#');
  if (file.endsWith('.html')) return start.startsWith('<!--');
  if (file.endsWith('.css')) return start.startsWith('/*');
  return start.startsWith('//') || start.startsWith('/*');
}

function isDrawer(file: string): boolean {
  // The engine's lowest layer is called util in the design, and its tests stand in a like folder.
  const named = file.replace(/^(src|tests\/native)\/util\//, '$1/');
  return named.split(/[/._-]/).some((part) => drawers.has(part.toLowerCase()));
}
