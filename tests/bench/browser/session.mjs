// One browser on a profile of its own, and the workloads in it, the two sides in turn.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  browserProcess,
  chromiumOptions,
  firefoxOptions,
  processorMs,
} from '../../../js/build/browsers.mjs';

/** How long the browser is watched, and how much of that time it may use to be called quiet. */
const windowMs = 40;
const busyMs = 6;
/** A machine with other work may never look quiet. */
const longestMs = 1000;

export class Session {
  backend;
  version;
  workloads = {};
  floors = [];
  #profile = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-bench-'));
  #context;
  #page;
  #cdp;
  #group;

  constructor(backend) {
    this.backend = backend;
  }

  /** @param {'chromium' | 'firefox'} browser @param {string[]} args more arguments for it */
  async start(browser, args, url, records) {
    const playwright = await import('@playwright/test');
    const isChromium = browser === 'chromium';
    const options = isChromium ? chromiumOptions : firefoxOptions;
    const given = { ...options, args: [...(options.args ?? []), ...args] };
    this.#context = await playwright[browser].launchPersistentContext(this.#profile, given);
    this.version = this.#context.browser()?.version() ?? '';
    this.#page = await this.#context.newPage();
    this.#page.on('pageerror', (error) => console.error(error));
    if (isChromium) {
      this.#cdp = await this.#context.newCDPSession(this.#page);
      await this.#cdp.send('Performance.enable');
    }
    this.#group = browserProcess(this.#profile);
    await this.#page.goto(`${url}/bench.html`);
    await this.#page.waitForFunction(() => globalThis.bench !== undefined);
    await this.#call('start', records);
  }

  async stop() {
    await this.#context?.close();
    fs.rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs each workload on both sides, the one that was first in the last round as the second. */
  async round(number, names, onProgress) {
    const order = number % 2 === 0 ? ['native', 'flowdb'] : ['flowdb', 'native'];
    for (const side of order) await this.#call('renew', side);
    this.floors.push(await this.#call('floors'));
    for (const name of names) {
      const pair = (this.workloads[name] ??= { native: [], flowdb: [] });
      onProgress(name);
      for (const side of order) pair[side].push(await this.#sample(side, name));
    }
  }

  async #sample(side, name) {
    const { operations, includesDeferred } = await this.#call('prepare', side, name);
    await this.#settle();
    const before = await this.#call('counts');
    // What the last workload has left shall not be this one's to collect.
    await this.#cdp?.send('HeapProfiler.collectGarbage');
    const [cpu, main] = [processorMs(this.#group), await this.#mainMs()];
    const ms = await this.#call('run', side);
    const mainMs = (await this.#mainMs()) - main;
    const after = await this.#settle();
    const cpuMs = processorMs(this.#group) - cpu;
    await this.#call('check');
    const counts = {};
    for (const key of Object.keys(after)) counts[key] = after[key] - (key === 'heap' ? 0 : before[key]);
    return {
      ms,
      deferredMs: includesDeferred && side === 'flowdb' ? counts.upkeepMs : 0,
      operations,
      ...(this.#cdp === undefined ? {} : { mainMs }),
      cpuMs,
      ...(side === 'flowdb' ? { counts } : {}),
    };
  }

  /** Waits until FlowDB's engine and then the whole browser is quiet. */
  async #settle() {
    const counts = await this.#call('quiet');
    const latest = performance.now() + longestMs;
    for (let before = processorMs(this.#group); performance.now() < latest; ) {
      await new Promise((resolve) => setTimeout(resolve, windowMs));
      const now = processorMs(this.#group);
      if (now - before < busyMs) break;
      before = now;
    }
    return counts;
  }

  async #mainMs() {
    if (this.#cdp === undefined) return 0;
    const { metrics } = await this.#cdp.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  }

  #call(name, ...args) {
    return this.#page.evaluate(([name, args]) => globalThis.bench[name](...args), [name, args]);
  }
}
