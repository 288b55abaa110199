// A browser on a profile of its own that a test can close, kill and start again.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type BrowserContext, type Page, chromium, firefox } from '@playwright/test';
import {
  browserProcess,
  chromiumOptions,
  firefoxOptions,
  groupIsAlive,
} from '../../js/build/browsers.mjs';

export type BrowserName = 'chromium' | 'firefox';

/** One profile folder and the browser that may be running on it. */
export class Profile {
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flowdb-profile-'));
  readonly #browserName: BrowserName;
  #context: BrowserContext | undefined;

  constructor(browserName: BrowserName) {
    this.#browserName = browserName;
  }

  /** Starts the browser; what an earlier one stored in this profile is there. */
  async launch(): Promise<BrowserContext> {
    if (this.#context !== undefined) throw new Error('the browser is running');
    this.#context =
      this.#browserName === 'chromium'
        ? await chromium.launchPersistentContext(this.#folder, chromiumOptions)
        : await firefox.launchPersistentContext(this.#folder, firefoxOptions);
    return this.#context;
  }

  /** Opens a page of the running browser, or of one that is started now. */
  async open(url: string): Promise<Page> {
    const context = this.#context ?? (await this.launch());
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  /** Ends the browser as its user would. Does nothing when none is running. */
  async close(): Promise<void> {
    const context = this.#context;
    this.#context = undefined;
    await context?.close();
  }

  /**
   * Kills the browser with all its processes at once (SIGKILL), and comes back when they are gone.
   * What its pages were asked to do and had not done rejects.
   */
  async kill(): Promise<void> {
    const context = this.#context;
    const leader = browserProcess(this.#folder);
    if (context === undefined || leader === undefined) throw new Error('no browser is running');
    this.#context = undefined;
    const closed = new Promise((resolve) => context.once('close', resolve));
    process.kill(-leader, 'SIGKILL');
    await closed;
    // The kernel ends the processes one by one, and tells nobody but their parents.
    while (groupIsAlive(leader)) await pause(5);
  }

  /** Closes the browser and deletes the profile. */
  async remove(): Promise<void> {
    await this.close();
    fs.rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
