// No list is kept twice without a test: the module's numbers are those of the TypeScript side.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import * as protocol from '../../js/channel/protocol';
import { StatusCode } from '../../js/channel/status';
import { moduleLoader } from '../../js/worker/module-loader';

const wasm = new URL('../../build/wasm/flowdb.wasm', import.meta.url);

test('both languages know the same numbers', async () => {
  const load = moduleLoader(async () => WebAssembly.compile(fs.readFileSync(wasm)));
  const module = await load();
  // What only TypeScript takes part in: sections are the worker's, durability is one number to C++.
  const { SectionKind, Durability, SECTION_HEADER_BYTES, UPGRADE_TRANSACTION, MAX_U32, ...shared } =
    protocol;
  expect(JSON.parse(module.constants())).toEqual({ ...shared, StatusCode });
  expect([SectionKind.begin, Durability.strict, SECTION_HEADER_BYTES]).toEqual([1, 2, 16]);
  expect([UPGRADE_TRANSACTION, MAX_U32]).toEqual([0, 0xffffffff]);
});
