// The statuses are the same in both languages, and every one has its DOMException.
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { StatusCode, errorData, toDOMException } from '../../js/channel/status';

const header = new URL('../../src/util/status.h', import.meta.url);

describe('the statuses', () => {
  it('are those of status.h', () => {
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
