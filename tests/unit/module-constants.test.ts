// No list is kept twice without a test: the module's numbers are those of the TypeScript side.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import * as protocol from '../../js/channel/protocol';
import { StatusCode } from '../../js/channel/status';
import { FlowSurroundings } from '../../js/worker/flow-imports';

const wasm = new URL('../../build/wasm/protocol_constants.wasm', import.meta.url);

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  protocol_constants(): number;
}

test('both languages know the same numbers', async () => {
  const { imports } = new FlowSurroundings();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(wasm), imports);
  const exports = instance.exports as unknown as Exports;
  exports._initialize();
  const start = exports.protocol_constants();
  const bytes = new Uint8Array(exports.memory.buffer, start);
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  // What only TypeScript takes part in: sections are the worker's, durability is one number to C++.
  const { SectionKind, Durability, SECTION_HEADER_BYTES, UPGRADE_TRANSACTION, ...shared } = protocol;
  expect(JSON.parse(text)).toEqual({ ...shared, StatusCode });
  expect([SectionKind.begin, Durability.strict, SECTION_HEADER_BYTES]).toEqual([1, 2, 16]);
  expect(UPGRADE_TRANSACTION).toBe(0);
});
