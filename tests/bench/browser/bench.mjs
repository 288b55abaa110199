// npm run bench: FlowDB and the browser's own IndexedDB on the same workloads, through the same
// calls, in turn; and in a worker FlowDB and SQLite. See ../README.md.
//
//   node tests/bench/browser/bench.mjs [--browser=chromium|firefox] [--rounds=5] [--records=20000]
//     [--only=NAME,...] [--chromium-args="..."] [--json=FILE] [--as-built]
//
// NAME is a workload, or 'bars' for all that have a bar, or 'sqlite' for the comparison with it.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from '../../../js/build/build.mjs';
import { BuildError, main } from '../../../js/build/command.mjs';
import { serve } from '../../../js/build/serve.mjs';
import { setup } from '../../../js/build/setup.mjs';
import { bundle } from './bundle.mjs';
import { coldOpens, runColdOpens, runInWorker, runRound } from './rounds.mjs';
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

function givenOptions() {
  const { values } = parseArgs({
    options: {
      browser: { type: 'string', default: 'chromium' },
      rounds: { type: 'string', default: '5' },
      records: { type: 'string', default: '20000' },
      only: { type: 'string' },
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

/** The sessions, one after the other: the backend that has to show, if any, and the arguments. */
function plannedSessions({ browser, 'chromium-args': args }) {
  if (browser === 'firefox') return [[undefined, []]];
  if (args === undefined) return Object.entries(chromiumBackends);
  return [[undefined, args.split(' ').filter((arg) => arg !== '')]];
}

/** What to run: workloads, those of them that open in a fresh page, and whether SQLite. */
function chosen({ only }, { barred, workloads }) {
  const bars = barred.map(({ name }) => name);
  const usual = workloads.map(({ name }) => name);
  const cold = Object.keys(coldOpens);
  const every = [...usual, ...cold, 'sqlite'];
  const asked = only === undefined ? every : only.split(',').map((name) => name.trim());
  const wanted = new Set(asked.flatMap((name) => (name === 'bars' ? bars : [name])));
  const unknown = [...wanted].find((name) => !every.includes(name));
  if (unknown !== undefined) {
    throw new BuildError(`--only=${unknown}: there are bars, ${every.join(', ')}.`);
  }
  return {
    names: usual.filter((name) => wanted.has(name)),
    isCold: cold.some((name) => wanted.has(name)),
    isSqlite: wanted.has('sqlite'),
  };
}

function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(70)}\r`);
}

async function runSession(url, [backend, args], given, what, workerWorkloads) {
  const { browser, rounds, records } = given;
  const session = new Session(url);
  const workloads = {};
  const floors = [];
  try {
    await session.start(browser, args, records);
    const { version } = session;
    for (let round = 0; what.names.length > 0 && round < rounds; round++) {
      const title = `${backend ?? browser}, round ${round + 1} of ${rounds}`;
      floors.push(await session.call('floors'));
      await runRound(session, round, what.names, workloads, (name) => say(`${title}: ${name}`));
      console.error(`${title} done`);
    }
    if (what.isCold) await runColdOpens(session, rounds, workloads, say);
    const found = what.names.length > 0 || what.isCold ? session.nativeBackend() : undefined;
    if (backend !== undefined && found !== undefined && found !== backend) {
      throw new BuildError(`The browser's own IndexedDB is on ${found}, not on ${backend}.`);
    }
    const inWorker = what.isSqlite
      ? await runInWorker(session, rounds, workerWorkloads, records, say)
      : {};
    return { backend: found ?? 'native', version, workloads, floors, inWorker };
  } finally {
    await session.stop();
  }
}

await main(async () => {
  const given = givenOptions();
  if (!given['as-built']) {
    await setup([given.browser]);
    await build();
  }
  const report = await bundle();
  const what = chosen(given, report);
  const { browser, rounds, records } = given;
  const measured = { browser, rounds, records, sessions: [] };
  const server = await serve(
    {
      '/': 'tests/bench/browser',
      '/built/': 'build/bench',
      '/dist/': 'dist',
      '/node_modules/': 'node_modules',
    },
    0,
    isolation,
  );
  try {
    for (const planned of plannedSessions(given)) {
      measured.sessions.push(
        await runSession(server.url, planned, given, what, report.workerWorkloads),
      );
      // SQLite has nothing to do with the backend.
      what.isSqlite = false;
      if (what.names.length === 0 && !what.isCold) break;
    }
  } finally {
    await server.close();
  }
  console.log(report.textOf(measured));
  if (given.json !== undefined) {
    const verdicts = report.verdictsOf(measured);
    fs.writeFileSync(given.json, `${JSON.stringify({ ...measured, verdicts }, null, 1)}\n`);
  }
});
