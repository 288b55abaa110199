// Runs the demo in Chromium without a window: the job on both implementations in turn, then a
// reload and a restart of the browser, each followed by all look-ups on what is stored. Prints the
// result table; only checks decide the outcome, never times.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromiumOptions } from '../js/build/browsers.mjs';
import { BuildError, at } from '../js/build/command.mjs';

const stepLimitMs = 10 * 60_000;

/**
 * @param {string} url where the demo is served
 * @param {number} rounds how often the job runs on each implementation; medians are shown
 * @returns {Promise<boolean>} whether every check held
 */
export async function runHeadless(url, rounds) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-demo-'));
  const run = new Run(url, profile);
  try {
    await run.start();
    await run.jobs(rounds);
    await run.stored('reload', () => run.reload());
    await run.stored('browser restart', () => run.restart());
  } catch (error) {
    run.check(`the run ended early: ${error.message}`, false);
  } finally {
    await run.stop();
    fs.rmSync(profile, { recursive: true, force: true });
  }
  return run.print();
}

class Run {
  #url;
  #profile;
  #context;
  #page;
  #cityCount = JSON.parse(fs.readFileSync(at('build/demo/cities.json'), 'utf8')).length;
  /** Title → implementation → times in milliseconds. */
  #times = new Map();
  #checks = [];

  constructor(url, profile) {
    this.#url = url;
    this.#profile = profile;
  }

  async start() {
    const { chromium } = await import('@playwright/test');
    this.#context = await chromium.launchPersistentContext(this.#profile, chromiumOptions);
    this.#page = await this.#context.newPage();
    this.#page.on('pageerror', (error) => this.check(`page error: ${error.message}`, false));
    await this.#page.goto(this.#url);
  }

  async stop() {
    await this.#context?.close();
    this.#context = undefined;
  }

  async reload() {
    await this.#page.reload();
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  /** Runs the job `rounds` times on each implementation; who goes first alternates. */
  async jobs(rounds) {
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? ['flowdb', 'native'] : ['native', 'flowdb'];
      for (const name of order) {
        console.log(`Round ${round + 1} of ${rounds}: ${label(name)}`);
        const { steps } = await this.#ask('run', name);
        for (const { title, ms, correct } of steps) {
          this.#time(title, name, ms);
          this.check(`${label(name)}, round ${round + 1}: ${title}`, correct);
        }
      }
    }
  }

  /** Looks whether everything is still stored after `what`. */
  async stored(what, happen) {
    console.log(`Looking again after a ${what}`);
    await happen();
    const opened = { flowdb: await this.#opened() };
    opened.native = await this.#ask('reopen', 'native');
    for (const name of ['flowdb', 'native']) {
      const report = opened[name];
      const held = report?.implementation === name && report.count === this.#cityCount;
      this.check(`${label(name)} after a ${what}: ${report?.count} cities`, held);
      if (report) this.#time(`Opening after a ${what}`, name, report.startMs + report.openMs);
      const { steps } = await this.#ask('askAgain', name);
      for (const { title, correct } of steps) {
        this.check(`${label(name)} after a ${what}: ${title}`, correct);
      }
    }
  }

  check(title, held) {
    this.#checks.push({ title, held: held === true });
  }

  /** Prints the table and what did not hold. */
  print() {
    const rows = [['', 'FlowDB', "Browser's own", 'Browser ÷ FlowDB']];
    for (const [title, times] of this.#times) {
      const [flowdb, native] = [median(times.flowdb), median(times.native)];
      rows.push([title, shown(flowdb), shown(native), `${(native / flowdb).toFixed(2)} ×`]);
    }
    console.log(`\n${aligned(rows)}\n`);
    const failed = this.#checks.filter(({ held }) => !held);
    for (const { title } of failed) console.log(`Did not hold: ${title}`);
    console.log(`${this.#checks.length - failed.length} checks held, ${failed.length} did not`);
    return failed.length === 0;
  }

  #time(title, name, ms) {
    const times = this.#times.get(title) ?? { flowdb: [], native: [] };
    times[name].push(ms);
    this.#times.set(title, times);
  }

  #opened() {
    return this.#limited('opening', this.#page.evaluate(() => globalThis.cityDemo.opened));
  }

  #ask(method, name) {
    const answer = this.#page.evaluate(
      ([called, given]) => globalThis.cityDemo[called](given),
      [method, name],
    );
    return this.#limited(`${method} ${name ?? ''}`, answer);
  }

  // A page that never answers must end the run, not hold it for ever.
  async #limited(what, answer) {
    let timer;
    const late = new Promise((_, reject) => {
      const error = new BuildError(`${what}: no answer in ${stepLimitMs / 1000} s`);
      timer = setTimeout(() => reject(error), stepLimitMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}

function label(name) {
  return name === 'flowdb' ? 'FlowDB' : "the browser's own";
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return NaN;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

function shown(ms) {
  return `${ms.toFixed(1)} ms`;
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) =>
    column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  return rows.map((row) => row.map(cell).join('   ')).join('\n');
}
