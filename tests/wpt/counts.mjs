// Web-platform-tests' IndexedDB folder on the browsers' own IndexedDB and on FlowDB: runs them,
// holds the outcome against known-failures.json, and writes the counts into the README.
//
//   node tests/wpt/counts.mjs --runner RUN.mjs --wpt DIR --modules DIR [--only=REGEX]
//   node tests/wpt/counts.mjs
//
// RUN.mjs is the runner, and DIR the folder with the tests (IndexedDB/, idlharness/): neither is
// part of this project. --modules is a folder with wpt-runner and playwright-core installed. Each
// run takes some minutes and leaves its output in build/wpt; --only runs those whose name
// (flowdb-chromium-window, native-firefox-worker, ...) matches. Without a runner the outputs of
// earlier runs are taken. Fails when a test fails that is not listed, or does not fail that is.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BuildError, at, main, readJson } from '../../js/build/command.mjs';
import { between, differences, table } from './summary.mjs';

const browsers = ['chromium', 'firefox'];
const scopes = ['window', 'worker'];
const outputs = at('build', 'wpt');

const { values: options } = parseArgs({
  options: {
    runner: { type: 'string' },
    wpt: { type: 'string' },
    modules: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});

/** @returns {string} the name of a run, and of its output */
const nameOf = (target, browser, scope) => `${target}-${browser}-${scope}`;

function runAll() {
  const { runner, wpt, modules, only } = options;
  if (wpt === undefined || modules === undefined) {
    throw new BuildError('--runner needs --wpt and --modules.');
  }
  // A build meanwhile must not change what is tested.
  const dist = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-wpt-'));
  fs.cpSync(at('dist'), dist, { recursive: true });
  fs.mkdirSync(outputs, { recursive: true });
  for (const browser of browsers) {
    for (const scope of scopes) {
      for (const target of ['native', 'flowdb']) {
        const name = nameOf(target, browser, scope);
        if (!new RegExp(only).test(name)) continue;
        console.log(`\n=== ${name}`);
        const place = target === 'native' ? ['--target', 'native'] : ['--dist', dist];
        const args = [...place, '--setup', 'auto.js', '--browser', browser, '--scope', scope];
        runOne(args, `${outputs}/${name}.json`);
      }
    }
  }
  fs.rmSync(dist, { recursive: true });
}

function runOne(args, output) {
  const { runner, wpt, modules } = options;
  const all = [path.resolve(runner), '--wpt', path.resolve(wpt), ...args, '--json', output];
  const { status } = spawnSync(process.execPath, all, { cwd: modules, stdio: 'inherit' });
  if (status !== 0) throw new BuildError(`the runner failed: ${all.join(' ')}`);
}

function outputOf(target, browser, scope) {
  const file = `${outputs}/${nameOf(target, browser, scope)}.json`;
  const output = readJson(file);
  if (output === undefined) throw new BuildError(`${file} is missing: run it first.`);
  return output;
}

await main(async () => {
  if (options.runner !== undefined) runAll();
  const known = readJson(at('tests/wpt/known-failures.json'));
  const runs = browsers.flatMap((browser) =>
    scopes.map((scope) => ({
      browser,
      scope,
      native: outputOf('native', browser, scope),
      flowdb: outputOf('flowdb', browser, scope),
    })),
  );
  const text = table(runs);
  console.log(`\n${text}`);
  const wrong = runs.flatMap(({ browser, scope, flowdb }) =>
    differences(flowdb, browser, scope, known).map((line) => `${browser}, ${scope}: ${line}`),
  );
  if (wrong.length > 0) throw new BuildError(wrong.join('\n'));
  const readme = between(fs.readFileSync(at('README.md'), 'utf8'), text);
  if (readme === undefined) throw new BuildError('README.md has no marks for the counts.');
  fs.writeFileSync(at('README.md'), readme);
});
