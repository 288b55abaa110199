// What the outputs of the web-platform-tests' runner say: counts for the README, and where they
// differ from the list of known failures.

/**
 * @typedef {{ name: string, status: number }} Subtest status 0: passed
 * @typedef {{ status: number, tests: Subtest[] }} FileOutcome status 0: the file ran to its end
 * @typedef {Record<string, FileOutcome>} Output what the runner's --json writes, by file
 * @typedef {{ file: string, subtest: string | null, browsers: string[], scopes: string[],
 *   reason: string }} Known subtest null: the file does not run to its end
 */

/**
 * @param {Output} output
 * @returns {{ passed: number, failures: { file: string, subtest: string | null }[] }}
 */
export function count(output) {
  let passed = 0;
  const failures = [];
  for (const [file, { status, tests }] of Object.entries(output)) {
    const failed = tests.filter((test) => test.status !== 0);
    passed += tests.length - failed.length;
    for (const { name } of failed) failures.push({ file, subtest: name });
    if (status !== 0 && failed.length === 0) failures.push({ file, subtest: null });
  }
  return { passed, failures };
}

/**
 * Compares a run with the list.
 * @param {Output} output
 * @param {string} browser
 * @param {string} scope
 * @param {Known[]} known
 * @returns {string[]} a line for each failure that is not listed, and for each that is listed and
 *   did not happen
 */
export function differences(output, browser, scope, known) {
  const listed = new Set(
    known
      .filter(({ browsers, scopes }) => browsers.includes(browser) && scopes.includes(scope))
      .map(({ file, subtest }) => lineOf(file, subtest)),
  );
  const failed = count(output).failures.map(({ file, subtest }) => lineOf(file, subtest));
  return [
    ...failed
      .filter((line) => !listed.has(line))
      .map((line) => `fails, and is not listed: ${line}`),
    ...[...listed]
      .filter((line) => !failed.includes(line))
      .map((line) => `is listed, and does not fail: ${line}`),
  ];
}

function lineOf(file, subtest) {
  return subtest === null ? `${file} as a whole` : `${file}: ${subtest}`;
}

/**
 * @param {{ browser: string, scope: string, native: Output, flowdb: Output }[]} runs
 * @returns {string} the table for the README
 */
export function table(runs) {
  const cell = (output) => {
    const { passed, failures } = count(output);
    return `${passed} passed, ${failures.length} failed`;
  };
  const title = (word) => word[0].toUpperCase() + word.slice(1);
  return [
    '| Browser, scope | its own IndexedDB | FlowDB |',
    '|---|---|---|',
    ...runs.map(({ browser, scope, native, flowdb }) => {
      return `| ${title(browser)}, ${scope} | ${cell(native)} | ${cell(flowdb)} |`;
    }),
  ].join('\n');
}

/**
 * Puts a text between the two marks of a document.
 * @param {string} document
 * @param {string} text
 * @returns {string | undefined} undefined when the marks are not there
 */
export function between(document, text) {
  const [start, end] = ['<!-- wpt counts -->', '<!-- /wpt counts -->'];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  return `${document.slice(0, from + start.length)}\n${text}\n${document.slice(to)}`;
}
