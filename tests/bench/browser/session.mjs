// One browser on a profile of its own, with a page that carries the bench.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  ProcessorClock,
  browserProcess,
  chromiumOptions,
  firefoxOptions,
} from '../../../js/build/browsers.mjs';

/** How long the browser is watched, and how much of that time it may use to be called quiet. */
const windowMs = 40;
const busyMs = 6;
/** A machine with other work may never look quiet. */
const longestMs = 1000;

export class Session {
  #profile = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-bench-'));
  #url;
  #context;
  #page;
  #cdp;
  #clock;

  constructor(url) {
    this.#url = url;
  }

  get version() {
    return this.#context?.browser()?.version() ?? '';
  }

  /** @param {'chromium' | 'firefox'} browser @param {string[]} args more arguments for it */
  async start(browser, args, records) {
    const playwright = await import('@playwright/test');
    const isChromium = browser === 'chromium';
    const options = isChromium ? chromiumOptions : firefoxOptions;
    const given = { ...options, args: [...(options.args ?? []), ...args] };
    this.#context = await playwright[browser].launchPersistentContext(this.#profile, given);
    this.#clock = new ProcessorClock(browserProcess(this.#profile));
    this.#page = await this.open('bench');
    if (isChromium) {
      this.#cdp = await this.#context.newCDPSession(this.#page);
      await this.#cdp.send('Performance.enable');
    }
    await this.call('start', records);
  }

  /** A page that is ready to be called: `name`.html, whose script sets the global `name`. */
  async open(name) {
    const page = await this.#context.newPage();
    page.on('pageerror', (error) => console.error(error));
    await page.goto(`${this.#url}/${name}.html`);
    await page.waitForFunction((name) => globalThis[name] !== undefined, name);
    return page;
  }

  async stop() {
    await this.#context?.close();
    fs.rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Calls a function of bench-page.ts. */
  call(name, ...args) {
    return this.#page.evaluate(([name, args]) => globalThis.bench[name](...args), [name, args]);
  }

  /** Waits until FlowDB's engine and then the whole browser is quiet; what its worker has done. */
  async settle() {
    const counts = await this.call('quiet');
    const latest = performance.now() + longestMs;
    for (let before = this.processorMs(); performance.now() < latest; ) {
      await new Promise((resolve) => setTimeout(resolve, windowMs));
      const now = this.processorMs();
      if (now - before < busyMs) break;
      before = now;
    }
    return counts;
  }

  /** Processor time that all of the browser has used so far. */
  processorMs() {
    return this.#clock.ms;
  }

  /** How long the page's main thread has been busy so far; undefined where nobody tells. */
  async mainMs() {
    if (this.#cdp === undefined) return undefined;
    const { metrics } = await this.#cdp.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  }

  /**
   * What keeps the data of the browser's own IndexedDB, by the files in the profile.
   * @returns {'leveldb' | 'sqlite' | 'unknown'} Firefox's is SQLite, too
   */
  nativeBackend() {
    const names = fs.readdirSync(this.#profile, { recursive: true });
    const own = names.filter((name) => /indexeddb|[/]idb[/]/i.test(name) && !/\.(wal|shm)$/.test(name));
    if (own.some((name) => this.#isSqlite(name))) return 'sqlite';
    return own.some((name) => /\.indexeddb\.leveldb\/CURRENT$/.test(name)) ? 'leveldb' : 'unknown';
  }

  #isSqlite(name) {
    const file = path.join(this.#profile, name);
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
    const head = Buffer.alloc(15);
    const descriptor = fs.openSync(file);
    fs.readSync(descriptor, head);
    fs.closeSync(descriptor);
    return head.toString('latin1') === 'SQLite format 3';
  }
}
