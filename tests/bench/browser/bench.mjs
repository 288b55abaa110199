// npm run bench: FlowDB and the browser's own IndexedDB on the same workloads, through the same
// calls, in turn; see ../README.md.
//
//   node tests/bench/browser/bench.mjs [--browser=chromium|firefox] [--rounds=5] [--records=20000]
//     [--only=NAME,...] [--all] [--chromium-args="..."] [--json=FILE] [--as-built]
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from '../../../js/build/build.mjs';
import { BuildError, at, main } from '../../../js/build/command.mjs';
import { serve } from '../../../js/build/serve.mjs';
import { setup } from '../../../js/build/setup.mjs';
import { Session } from './session.mjs';

/** With these a page has a clock of 5 µs in Chromium and 20 in Firefox, not of 100 and 1000. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** The backends of Chromium's own IndexedDB, and what asks for them. */
const chromiumBackends = {
  leveldb: [],
  sqlite: ['--enable-features=IdbSqliteBackingStore'],
};

function options() {
  const { values } = parseArgs({
    options: {
      browser: { type: 'string', default: 'chromium' },
      rounds: { type: 'string', default: '5' },
      records: { type: 'string', default: '20000' },
      only: { type: 'string' },
      all: { type: 'boolean', default: false },
      json: { type: 'string' },
      'chromium-args': { type: 'string' },
      'as-built': { type: 'boolean', default: false },
    },
  });
  if (!['chromium', 'firefox'].includes(values.browser)) {
    throw new BuildError(`--browser=${values.browser}: there are chromium and firefox.`);
  }
  return {
    ...values,
    rounds: wholeNumber('--rounds', values.rounds),
    records: wholeNumber('--records', values.records),
  };
}

function wholeNumber(name, text) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new BuildError(`${name}=${text}: a whole number from 1 on is wanted.`);
}

/** Backends and arguments of the sessions, one after the other. */
function plannedSessions({ browser, 'chromium-args': args }) {
  if (browser === 'firefox') return { native: [] };
  if (args === undefined) return chromiumBackends;
  return { native: args.split(' ').filter((arg) => arg !== '') };
}

async function bundle() {
  const esbuild = await import('esbuild');
  const shared = { bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning' };
  const of = (name) => ({ entryPoints: [at('tests/bench/browser', name)], outdir: at('build/bench') });
  await esbuild.build({ ...shared, ...of('bench-page.ts'), external: ['flowdb-wasm'] });
  await esbuild.build({ ...shared, ...of('report.ts'), platform: 'node' });
  fs.writeFileSync(at('build/bench/package.json'), '{ "type": "module" }\n');
  return import(at('build/bench/report.js'));
}

function chosenNames({ only, all }, { barred, workloads }) {
  const every = workloads.map(({ name }) => name);
  if (only === undefined) return all ? every : barred.map(({ name }) => name);
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !every.includes(name));
  if (unknown === undefined) return every.filter((name) => names.includes(name));
  throw new BuildError(`--only=${unknown}: there are ${every.join(', ')}.`);
}

function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(70)}`);
}

async function measure(given, names, url) {
  const { browser, rounds, records } = given;
  const measured = { browser, rounds, records, sessions: [] };
  for (const [backend, args] of Object.entries(plannedSessions(given))) {
    const session = new Session(backend);
    try {
      await session.start(browser, args, url, records);
      for (let round = 0; round < rounds; round++) {
        const at = `${backend}, round ${round + 1} of ${rounds}`;
        await session.round(round, names, (name) => say(`${at}: ${name}`));
        console.error(`${at} done`);
      }
    } finally {
      await session.stop();
    }
    const { version, workloads, floors } = session;
    measured.sessions.push({ backend, version, workloads, floors });
  }
  say('');
  return measured;
}

await main(async () => {
  const given = options();
  if (!given['as-built']) {
    await setup([given.browser]);
    await build();
  }
  const report = await bundle();
  const names = chosenNames(given, report);
  const folders = { '/': 'tests/bench/browser', '/built/': 'build/bench', '/dist/': 'dist' };
  const server = await serve(folders, 0, isolation);
  try {
    const measured = await measure(given, names, server.url);
    const verdicts = report.verdictsOf(measured);
    console.log(`\n${report.tableOf(measured)}\n\n${report.costsOf(measured)}\n`);
    console.log(report.verdictTable(verdicts));
    if (given.json !== undefined) {
      fs.writeFileSync(given.json, JSON.stringify({ ...measured, verdicts }, null, 1));
    }
  } finally {
    await server.close();
  }
});
