// Where an error was made. In Firefox errors have that as properties of their own, beside the stack
// whose first line says it, too; an error that is read back must not show where it was read.
import { defineProperty, hasOwn } from './intrinsics';

/** Gives an error that has a position the one in its stack. */
export function setPosition(error: Error, stack: string): void {
  if (!hasOwn(error, 'fileName')) return;
  const [, fileName = '', line = '0', column = '0'] =
    /^[^@\n]*@(.*):(\d+):(\d+)(?:\n|$)/.exec(stack) ?? [];
  const position = { fileName, lineNumber: Number(line), columnNumber: Number(column) };
  for (const [name, value] of Object.entries(position)) {
    defineProperty(error, name, { value, writable: true, configurable: true });
  }
}
