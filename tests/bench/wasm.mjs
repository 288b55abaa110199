// Runs the bench's FlowDB part, files in memory, natively and as WebAssembly, and prints how the two
// compare. They take turns group by group, and a ratio is the median of those of the rounds: what
// else the machine does then meets both. The WebAssembly runs in a dedicated worker of Chromium, or
// in Node.
//
//   node tests/bench/wasm.mjs [--node] [--rounds=5] [options of flowdb_bench]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { chromiumOptions } from '../../js/build/browsers.mjs';
import { buildWasm } from '../../js/build/build.mjs';
import { BuildError, at, main, run } from '../../js/build/command.mjs';

const nativeProgram = at('build/native/tests/bench/flowdb_bench');
const wasmFolder = at('build/wasm/tests/bench');

/** What a worker does: runs the program once for each message, and answers with what it prints. */
const workerSource = `
  import flowdbBench from './flowdb_bench.mjs';
  onmessage = async ({ data }) => {
    const lines = [];
    const exit = new Promise((resolve) => {
      flowdbBench({
        arguments: data,
        print: (line) => lines.push(line),
        printErr: (line) => console.log(line),
        onExit: resolve,
      });
    });
    postMessage({ code: await exit, output: lines.join('\\n') });
  };`;

/** @returns {object[]} the jobs in what a run with --json=- has printed */
function jobsOf(output) {
  const start = output.indexOf('{"jobs"');
  if (start < 0) throw new BuildError(`the bench has failed:\n${output}`);
  return JSON.parse(output.slice(start)).jobs;
}

function runNative(args) {
  const { stdout } = spawnSync(nativeProgram, ['--memory', ...args], { encoding: 'utf8' });
  return jobsOf(stdout ?? '');
}

async function runInNode(args) {
  const { default: program } = await import(`${wasmFolder}/flowdb_bench.mjs`);
  const wasmBinary = fs.readFileSync(`${wasmFolder}/flowdb_bench.wasm`);
  const lines = [];
  await new Promise((resolve) => {
    const print = (line) => lines.push(line);
    program({ arguments: args, wasmBinary, print, printErr: () => {}, onExit: resolve });
  });
  return jobsOf(lines.join('\n'));
}

/** Serves the program with the headers that give a page a clock of 5 µs instead of 100. */
async function serve() {
  const server = http.createServer((request, response) => {
    const name = path.basename(new URL(request.url, 'http://localhost').pathname);
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    const script = 'text/javascript';
    const types = { '.mjs': script, '.js': script, '.wasm': 'application/wasm' };
    response.setHeader('content-type', types[path.extname(name)] ?? 'text/html');
    if (name === 'worker.js') return response.end(workerSource);
    if (!name.startsWith('flowdb_bench.')) return response.end('<!doctype html><title>-</title>');
    fs.createReadStream(path.join(wasmFolder, name)).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}

/** @returns {Promise<{ run: (args: string[]) => Promise<object[]>, close: () => Promise<void> }>} */
async function openChromium() {
  const { chromium } = await import('playwright');
  const server = await serve();
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-bench-'));
  const context = await chromium.launchPersistentContext(profile, chromiumOptions);
  const page = await context.newPage();
  await page.goto(`http://localhost:${server.address().port}/`);
  const worker = await page.evaluateHandle(() => new Worker('/worker.js', { type: 'module' }));
  const runInWorker = ([of, args]) =>
    new Promise((resolve, reject) => {
      of.onerror = (event) => reject(new Error(event.message));
      of.onmessage = ({ data }) => resolve(data.output);
      of.postMessage(args);
    });
  return {
    run: async (args) => jobsOf(await page.evaluate(runInWorker, [worker, args])),
    close: async () => {
      await context.close();
      server.close();
      fs.rmSync(profile, { recursive: true, force: true });
    },
  };
}

const median = (figures) => [...figures].sort((a, b) => a - b)[figures.length >> 1];

/** @param {{ native: object[], wasm: object[] }[]} rounds the jobs of each */
function printComparison(rounds) {
  const row = (first, cells) =>
    console.log(first.padEnd(44) + cells.map((cell) => cell.padStart(14)).join(''));
  let group = '';
  for (const [i, { group: its, name, unit }] of rounds[0].native.entries()) {
    if (unit !== 'ns') continue;
    if (its !== group) row(`\n${its}`, ['native', 'wasm', 'native / wasm', 'of the best']);
    group = its;
    const figures = (side) => rounds.map((round) => round[side][i].stores.FlowDB.median);
    const [native, wasm] = [figures('native'), figures('wasm')];
    const ratio = median(native.map((figure, round) => figure / wasm[round]));
    const best = Math.min(...native) / Math.min(...wasm);
    const cells = [median(native).toFixed(1), median(wasm).toFixed(1)];
    row(`  ${name}, ns`, [...cells, ratio.toFixed(2), best.toFixed(2)]);
  }
}

await main(async () => {
  const given = process.argv.slice(2);
  const args = given.filter((arg) => arg !== '--node' && !arg.startsWith('--rounds='));
  const count = Number(given.find((arg) => arg.startsWith('--rounds='))?.split('=')[1] ?? 5);
  if (!args.some((arg) => arg.startsWith('--large='))) args.push('--large=200000');
  args.push('--rounds=1', '--json=-');
  await run('cmake', ['--build', at('build/native'), '--target', 'flowdb_bench']);
  await buildWasm('flowdb_bench');
  const wasm = given.includes('--node')
    ? { run: runInNode, close: async () => {} }
    : await openChromium();
  const rounds = [];
  try {
    // Until the engine has compiled the module well; the next instances share that code.
    const groups = new Set((await wasm.run(args)).map(({ group }) => group));
    for (let i = 0; i < count; ++i) {
      const round = { native: [], wasm: [] };
      for (const group of groups) {
        const only = [...args, `--only=${group}`];
        // Another one first each time.
        for (const side of i % 2 === 0 ? ['native', 'wasm'] : ['wasm', 'native']) {
          round[side].push(...(side === 'native' ? runNative(only) : await wasm.run(only)));
        }
      }
      rounds.push(round);
    }
  } finally {
    await wasm.close();
  }
  printComparison(rounds);
});
