// The counts of web-platform-tests for the README, and their comparison with the known failures.
import { describe, expect, it } from 'vitest';
import { between, count, differences, table } from '../wpt/summary.mjs';

const passed = (name: string) => ({ name, status: 0 });
const failed = (name: string) => ({ name, status: 1 });
const output = {
  'a.any.js': { status: 0, tests: [passed('one'), failed('two')] },
  'b.any.js': { status: 2, tests: [passed('three')] },
  'c.any.js': { status: 0, tests: [passed('four')] },
};
const places = { browsers: ['chromium'], scopes: ['window'], reason: 'r' };
const known = [
  { file: 'a.any.js', subtest: 'two', ...places },
  { file: 'b.any.js', subtest: null, ...places },
];

describe('the summary of web-platform-tests', () => {
  it('counts subtests, and a file that does not end as one failure', () => {
    expect(count(output)).toEqual({
      passed: 3,
      failures: [
        { file: 'a.any.js', subtest: 'two' },
        { file: 'b.any.js', subtest: null },
      ],
    });
  });

  it('agrees with a list that says the same', () => {
    expect(differences(output, 'chromium', 'window', known)).toEqual([]);
  });

  it('names what fails and is not listed for this browser and scope', () => {
    const lines = ['fails, and is not listed: a.any.js: two',
      'fails, and is not listed: b.any.js as a whole'];
    expect(differences(output, 'firefox', 'window', known)).toEqual(lines);
    expect(differences(output, 'chromium', 'worker', known)).toEqual(lines);
  });

  it('names what is listed and passes', () => {
    const list = [...known, { file: 'c.any.js', subtest: 'four', ...places }];
    expect(differences(output, 'chromium', 'window', list)).toEqual([
      'is listed, and does not fail: c.any.js: four',
    ]);
  });

  it('writes a table between the marks', () => {
    const text = table([{ browser: 'chromium', scope: 'window', native: {}, flowdb: output }]);
    expect(text).toContain('| Chromium, window | 0 passed, 0 failed | 3 passed, 2 failed |');
    const document = 'x\n<!-- wpt counts -->\nold\n<!-- /wpt counts -->\ny\n';
    expect(between(document, 'new')).toBe(document.replace('old', 'new'));
    expect(between('no marks', 'new')).toBeUndefined();
  });
});
