// How the demo and the tests start Debian's browsers: as options of Playwright's
// launchPersistentContext. A profile in a real folder matters: in a private context Chromium hands
// every file call to another process, about a hundred times slower than what a user has.
import fs from 'node:fs';

export const chromiumOptions = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

// Debian's Firefox has no patches by Playwright; this channel drives it through WebDriver BiDi.
export const firefoxOptions = {
  channel: 'moz-firefox',
  executablePath: '/usr/bin/firefox-esr',
};

/**
 * The processes of the browser that has a profile open. They share one process group, led by the
 * browser's own process, the only one that was started with the profile and without a type.
 * @param {string} profile the profile's folder
 * @returns {number | undefined} the leader's process id
 */
export function browserProcess(profile) {
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const args = commandLine(name);
    const isBrowser = !args.some((arg) => arg.startsWith('--type=') || arg === '-contentproc');
    if (isBrowser && args.some((arg) => arg.includes(profile))) return Number(name);
  }
  return undefined;
}

function commandLine(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // It has just ended.
  }
}
