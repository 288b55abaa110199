// The numbers of the protocol are the same in both languages, and every status has its
// DOMException.
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import createFlowModule from '#wasm-glue';
import * as protocol from '../../js/channel/protocol';
import { StatusCode, errorData, toDOMException } from '../../js/channel/status';

const wasm = new URL('../../build/wasm/flowdb.wasm', import.meta.url);
const header = new URL('../../src/util/status.h', import.meta.url);

describe('the numbers of the protocol', () => {
  it('are those of the WebAssembly module', async () => {
    const module = await createFlowModule({
      flowFiles: [],
      instantiateWasm(imports, done) {
        const compiled = new WebAssembly.Module(fs.readFileSync(wasm));
        const instance = new WebAssembly.Instance(compiled, imports);
        done(instance);
        return instance.exports;
      },
    });
    const theirs = JSON.parse(module.constants()) as Record<string, unknown>;
    const ours: Record<string, unknown> = { ...protocol, StatusCode };
    expect(Object.keys(theirs)).toContain('Operation');
    for (const [group, numbers] of Object.entries(theirs)) {
      expect([group, ours[group]]).toEqual([group, numbers]);
    }
  });

  it('of statuses are those of status.h', () => {
    const text = fs.readFileSync(header, 'utf8');
    const list = /enum class StatusCode : uint32_t \{(.*?)\};/s.exec(text)?.[1] ?? '';
    const codes = [...list.matchAll(/^\s*(\w+) = (\d+),/gm)].map(([, name, code]) => [
      name,
      Number(code),
    ]);
    expect(Object.fromEntries(codes)).toEqual(StatusCode);
  });
});

describe('statuses on the page', () => {
  it.each([
    ['not_found', 'NotFoundError', undefined],
    ['constraint', 'ConstraintError', undefined],
    ['corruption', 'UnknownError', 'corruption'],
    ['quota_exceeded', 'QuotaExceededError', 'quota'],
    ['io_error', 'UnknownError', undefined],
    ['invalid_argument', 'DataError', undefined],
    ['unsupported', 'UnknownError', 'unsupported'],
    ['busy', 'InvalidStateError', 'in-use'],
    ['out_of_memory', 'UnknownError', undefined],
    ['aborted', 'AbortError', undefined],
    ['closed', 'UnknownError', undefined],
  ] as const)('%s is a %s', (status, name, reason) => {
    const error = errorData(StatusCode[status], 'flow.db at 4096');
    expect(error).toMatchObject({ status: StatusCode[status], name, message: 'flow.db at 4096' });
    expect(error.reason).toBe(reason);
    expect(toDOMException(error)).toMatchObject({ name, message: 'flow.db at 4096' });
    expect(toDOMException(error)).toBeInstanceOf(DOMException);
    expect(errorData(StatusCode[status], '').message).not.toBe('');
  });

  it('that are not known are failures of the storage', () => {
    expect(errorData(99, 'm')).toEqual({ status: 99, name: 'UnknownError', message: 'm' });
  });
});
