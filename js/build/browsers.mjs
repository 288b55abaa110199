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
 * Finds the browser that has a profile open. Its processes share one group, which its own process
 * leads. Others of them have the profile among their arguments, too.
 * @param {string} profile the profile's folder
 * @returns {number | undefined} the leader's process id, which is also the group's
 */
export function browserProcess(profile) {
  return processes().find((pid) => {
    const args = readProc(pid, 'cmdline').split('\0');
    return args.some((arg) => arg.includes(profile)) && stat(pid).group === pid;
  });
}

/**
 * @param {number} group a process group
 * @returns {boolean} whether a process of it still runs; those that only wait to be reaped do not
 */
export function groupIsAlive(group) {
  return processes().some((pid) => {
    const its = stat(pid);
    return its.group === group && its.state !== 'Z' && its.state !== 'X';
  });
}

/** The processor time that the processes of a group use, by thread. */
export class ProcessorClock {
  #group;
  /** Nanoseconds by thread, as they were seen last. A thread that has ended stays. */
  #used = new Map();
  /** Of ended threads whose number another one has now. */
  #replacedNs = 0;

  /** @param {number} group a process group */
  constructor(group) {
    this.#group = group;
  }

  /** Milliseconds so far. What a thread used between the last look and its end is lost. */
  get ms() {
    for (const pid of processes()) {
      if (stat(pid).group !== this.#group) continue;
      for (const thread of threads(pid)) {
        const ns = Number(readProc(`${pid}/task/${thread}`, 'schedstat').split(' ')[0]);
        const before = this.#used.get(thread) ?? 0;
        if (ns === 0) continue;
        if (ns < before) this.#replacedNs += before;
        this.#used.set(thread, ns);
      }
    }
    return [...this.#used.values()].reduce((sum, ns) => sum + ns, this.#replacedNs) / 1e6;
  }
}

function threads(pid) {
  try {
    return fs.readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // It has just ended.
  }
}

// "pid (name) state parent group ...", and the name may hold anything, brackets too.
function stat(pid) {
  const [state, , group] = readProc(pid, 'stat').split(') ').at(-1).split(' ');
  return { state, group: Number(group) };
}

function processes() {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
}

function readProc(pid, file) {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It has just ended.
  }
}
