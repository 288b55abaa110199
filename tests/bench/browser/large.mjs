// Large databases in Chromium, through the plain IndexedDB API: the worker's heap, how long opening
// takes after a clean close and after a kill, how large the files get under endless overwrite, and
// how long a put takes meanwhile, and a slice of upkeep.
//
//   node tests/bench/browser/large.mjs [--records=3200000] [--overwrite=100] [--puts=50000]
//
// --overwrite is in MB: so much is overwritten ten times over.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { browserProcess, chromiumOptions, groupIsAlive } from '../../../js/build/browsers.mjs';
import { main } from '../../../js/build/command.mjs';
import { serve } from '../../../js/build/serve.mjs';

const textLength = 300;
const recordBytes = textLength + 40;
const mebibyte = 1 << 20;
const openRounds = 5;

const option = (name, otherwise) => {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`));
  return given === undefined ? otherwise : Number(given.slice(name.length + 3));
};

class Browser {
  #url;
  #profile = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-large-'));
  #context;
  page;

  constructor(url) {
    this.#url = url;
  }

  async start() {
    const { chromium } = await import('@playwright/test');
    this.#context = await chromium.launchPersistentContext(this.#profile, chromiumOptions);
    this.page = await this.#context.newPage();
    this.page.on('console', (m) => console.log(m.text()));
    this.page.on('pageerror', (error) => console.error(error));
    await this.page.goto(`${this.#url}/`);
    await this.page.waitForFunction(() => globalThis.bench !== undefined);
  }

  /** Calls a function of large-page.js. */
  call(name, ...args) {
    return this.page.evaluate(([name, args]) => globalThis.bench[name](...args), [name, args]);
  }

  /** What stands in this profile's Origin Private File System, in bytes. */
  stored() {
    const folder = path.join(this.#profile, 'Default', 'File System');
    let sum = 0;
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      // The OPFS's files are numbered; what else is there is LevelDB's.
      if (!entry.isFile() || !/^\d{8}$/.test(entry.name)) continue;
      const file = path.join(entry.parentPath, entry.name);
      sum += fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    }
    return sum;
  }

  async stop() {
    await this.#context.close();
  }

  async kill() {
    const leader = browserProcess(this.#profile);
    const closed = new Promise((resolve) => this.#context.once('close', resolve));
    process.kill(-leader, 'SIGKILL');
    await closed;
    while (groupIsAlive(leader)) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  remove() {
    fs.rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function say(what, value) {
  console.log(`${what.padEnd(72)} ${value}`);
}

const ms = (value) => `${value.toFixed(1)} ms`;
const mib = (value) => `${(value / mebibyte).toFixed(1)} MiB`;

async function tellSlices(browser) {
  const { count, working, flushing } = await browser.call('slices');
  const quantiles = ({ p50, p99, p999, max }) => [p50, p99, p999, max].map(ms).join(', ');
  say(`${count} slices of upkeep, flushes apart: median, p99, p99.9, longest`, quantiles(working));
  say('… the flush of a slice that has one', quantiles(flushing));
}

/** Ends the database's worker and opens the database again, `openRounds` times. */
async function tellOpens(browser, what, end) {
  const opens = [];
  for (let round = 0; round < openRounds; round++) {
    await end();
    opens.push(await browser.call('open', 'large'));
  }
  opens.sort((a, b) => a.ms - b.ms);
  say(`${what}: ${openRounds} times`, opens.map((open) => open.ms.toFixed(1)).join(', ') + ' ms');
  say('… and of it flushes', opens.map((open) => open.flushMs.toFixed(1)).join(', ') + ' ms');
}

async function largeDatabase(url, records, puts) {
  const browser = new Browser(url);
  await browser.start();
  try {
    await browser.call('open', 'large');
    const start = performance.now();
    let heap = 0;
    const step = 200_000;
    for (let at = 0; at < records; at += step) {
      await browser.call('load', at, Math.min(at + step, records), textLength);
      heap = Math.max(heap, await browser.call('heap'));
    }
    say(`Load of ${records} records`, ms(performance.now() - start));
    say('Stored', mib(browser.stored()));
    say('A get in a transaction of its own, at random', ms(await browser.call('reads', records, 2000)));
    if ((await browser.call('count')) !== records) throw new Error('records are missing');
    heap = Math.max(heap, await browser.call('heap'));
    say('WebAssembly heap, largest', mib(heap));

    const times = await browser.call('puts', records, puts, textLength);
    say(`A put in a transaction of its own, ${puts} in a row: median`, ms(times.p50));
    say('… p99', ms(times.p99));
    say('… p99.9', ms(times.p999));
    say('… the longest', ms(times.max));
    heap = Math.max(heap, await browser.call('heap'));
    say('WebAssembly heap, largest', mib(heap));

    await tellSlices(browser);
    await tellOpens(browser, 'Open after a clean close', () => browser.call('close'));
    await tellOpens(browser, 'The same in a browser that has just started', async () => {
      await browser.call('close');
      await browser.stop();
      await browser.start();
    });
    await tellOpens(browser, 'Open after a kill with a full log', async () => {
      // As much as the log takes before the memtable is flushed.
      await browser.call('overwrite', records, 6000, textLength);
      await browser.kill();
      await browser.start();
    });
    if ((await browser.call('count')) !== records) throw new Error('records are missing');
    say('WebAssembly heap', mib(await browser.call('heap')));
  } finally {
    await browser.stop();
    browser.remove();
  }
}

async function freshLoad(url, records) {
  const browser = new Browser(url);
  await browser.start();
  try {
    await browser.call('open', 'fresh');
    await browser.call('load', 0, records, textLength);
    await browser.call('close');
    return browser.stored();
  } finally {
    await browser.stop();
    browser.remove();
  }
}

async function endlessOverwrite(url, megabytes) {
  const records = Math.round((megabytes * 1e6) / recordBytes);
  const fresh = await freshLoad(url, records);
  say(`Fresh load of ${records} records`, mib(fresh));
  const browser = new Browser(url);
  await browser.start();
  try {
    await browser.call('open', 'overwrite');
    await browser.call('load', 0, records, textLength);
    let largest = 0;
    const watch = setInterval(() => (largest = Math.max(largest, browser.stored())), 20);
    for (let round = 0; round < 10; round++) {
      await browser.call('overwrite', records, records, textLength);
      say(`Overwritten ${round + 1} ×: files now; largest so far`, `${mib(browser.stored())}; ${mib(largest)}`);
    }
    clearInterval(watch);
    await tellSlices(browser);
    const limit = 1.5 * fresh + 8 * mebibyte;
    say('Largest at any moment; 1.5 × the fresh load + 8 MiB', `${mib(largest)}; ${mib(limit)}`);
  } finally {
    await browser.stop();
    browser.remove();
  }
}

await main(async () => {
  const server = await serve({ '/': 'tests/bench/browser', '/dist/': 'dist' });
  try {
    const megabytes = option('overwrite', 100);
    const records = option('records', 3_200_000);
    if (megabytes > 0) await endlessOverwrite(server.url, megabytes);
    if (records > 0) await largeDatabase(server.url, records, option('puts', 50_000));
  } finally {
    await server.close();
  }
});
