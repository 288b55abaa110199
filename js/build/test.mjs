// npm test: makes the machine ready, builds, runs every kind of test and adds up their counts. A
// part that can't be built, crashes or runs no test counts as one failure. The last line printed
// is `N passed, M failed`.
//
//   node js/build/test.mjs [--only=native|asan|fuzz|types|unit|browser]
import fs from 'node:fs';
import { BuildError, at, exitCode, main, readJson } from './command.mjs';
import { build, buildNative } from './build.mjs';
import { buildFuzz, fuzz, fuzzTargets, shortRun } from './fuzz.mjs';
import { setup } from './setup.mjs';

const results = at('build', 'test-results');

// Each part hands back what its runner counted, as { passed, failed }, and its exit code.
const parts = {
  native: () => native('native'),
  asan: () => native('asan'),
  fuzz: fuzzShortly,
  types,
  unit,
  browser,
};

async function native(preset) {
  await buildNative(preset);
  const report = `${results}/${preset}.xml`;
  const code = await exitCode('ctest', [
    ...['--test-dir', at('build', preset), '--output-on-failure', '--parallel', '2'],
    ...['--timeout', '600', '--output-junit', report],
  ]);
  const text = readText(report);
  // What CTest keeps to itself: how many crash images each class had.
  for (const [, line] of text.matchAll(/^(?:.*>)?(\w[\w ,]*: \d+ distinct images.*)$/gm)) {
    console.log(line);
  }
  const head = /<testsuite\b[^>]*>/.exec(text)?.[0] ?? '';
  const count = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failed = count('failures') + count('disabled') + count('skipped');
  return { code, passed: count('tests') - failed, failed };
}

async function fuzzShortly() {
  await buildFuzz();
  let [passed, failed] = [0, 0];
  for (const target of fuzzTargets) {
    if (await fuzz(target, shortRun)) passed += 1;
    else failed += 1;
  }
  return { code: failed === 0 ? 0 : 1, passed, failed };
}

async function types() {
  let [passed, failed] = [0, 0];
  for (const program of ['tsconfig.json', 'tsconfig.worker.json', 'tsconfig.tests.json']) {
    const ok = (await exitCode('npx', ['tsc', '-p', program])) === 0;
    console.log(`${ok ? 'passed' : 'failed'}: types of ${program}`);
    if (ok) passed += 1;
    else failed += 1;
  }
  return { code: failed === 0 ? 0 : 1, passed, failed };
}

async function unit() {
  const report = `${results}/unit.json`;
  const code = await exitCode('npx', [
    ...['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ]);
  const { numPassedTests = 0, numTotalTests = 0 } = readJson(report) ?? {};
  return { code, passed: numPassedTests, failed: numTotalTests - numPassedTests };
}

async function browser() {
  const report = `${results}/browser.json`;
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const code = await exitCode('npx', ['playwright', 'test', '--reporter=list,json'], { env });
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = readJson(report)?.stats ?? {};
  return { code, passed: expected, failed: unexpected + flaky + skipped };
}

function readText(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

// A runner that crashed may have counted nothing wrong, and one that found no test has shown
// nothing: neither may look like success.
async function runPart(name) {
  const start = performance.now();
  console.log(`\n=== ${name}`);
  let { code, passed, failed } = { code: 1, passed: 0, failed: 0 };
  try {
    ({ code, passed, failed } = await parts[name]());
    if (passed + failed === 0) console.error(`${name}: no test ran`);
  } catch (error) {
    console.error(error instanceof BuildError ? error.message : error);
  }
  if (failed === 0 && (code !== 0 || passed === 0)) failed = 1;
  const seconds = Math.round((performance.now() - start) / 1000);
  return { name, passed, failed, seconds };
}

await main(async () => {
  const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
  if (only !== undefined && !(only in parts)) {
    throw new BuildError(`--only=${only}: there are ${Object.keys(parts).join(', ')}.`);
  }
  fs.rmSync(results, { recursive: true, force: true });
  fs.mkdirSync(results, { recursive: true });

  const table = [];
  const attempt = async (name, step) => {
    try {
      await step();
      return true;
    } catch (error) {
      console.error(error instanceof BuildError ? error.message : error);
      table.push({ name, passed: 0, failed: 1, seconds: 0 });
      return false;
    }
  };
  const wanted = only === undefined ? Object.keys(parts) : [only];
  if (await attempt('setup', () => setup(['native', 'fuzz', 'chromium', 'firefox']))) {
    if (wanted.includes('unit') || wanted.includes('browser')) await attempt('build', build);
    for (const name of wanted) table.push(await runPart(name));
  }

  console.log('\n=== in all');
  for (const row of table) {
    console.log(`${row.name}: ${row.passed} ok, ${row.failed} not ok (${row.seconds} s)`);
  }
  const sum = (key) => table.reduce((total, row) => total + row[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  if (sum('failed') > 0) process.exitCode = 1;
});
