// The demo's page: opens the database of an earlier load, runs the job on the implementation that
// the switch names, and shows what came of it.
import { type City, fetchCities, storeName } from './cities';
import { openExisting } from './database';
import { duration, element, grouped } from './elements';
import { type ImplementationName, implementation, labels } from './implementations';
import { type JobReport, type OpeningReport, askAgain, runJob } from './job';
import { done } from './requests';
import { showReport } from './results';
import { searchIn, startSearch } from './search';

const remembered = 'flowdb demo: implementation';

let cities: Promise<readonly City[]> | undefined;
let open: IDBDatabase | undefined;

/** What the headless run asks of the page; a person uses the buttons. */
export interface Demo {
  /** What opening found when the page was loaded; undefined when there was no database. */
  readonly opened: Promise<OpeningReport | undefined>;
  run(name: ImplementationName): Promise<JobReport>;
  /** Opens the database of an earlier load again. */
  reopen(name: ImplementationName): Promise<OpeningReport | undefined>;
  askAgain(name: ImplementationName): Promise<JobReport>;
}

declare global {
  // `var` is how TypeScript declares a property of globalThis.
  var cityDemo: Demo;
}

function allCities(): Promise<readonly City[]> {
  cities ??= fetchCities();
  return cities;
}

async function reopen(name: ImplementationName): Promise<OpeningReport | undefined> {
  close();
  const { factory, KeyRange, startMs } = await implementation(name);
  const start = performance.now();
  open = await openExisting(factory);
  if (open === undefined) {
    say('No cities are loaded yet.');
    await searchIn(undefined);
    return undefined;
  }
  const openMs = performance.now() - start;
  open.onversionchange = close;
  const count = await done(open.transaction(storeName).objectStore(storeName).count());
  say(`${labels[name]} opened in ${openingTime(startMs, openMs)}: ${grouped(count)} cities.`);
  await searchIn({ database: open, KeyRange });
  return { implementation: name, startMs, openMs, count };
}

function openingTime(startMs: number, openMs: number): string {
  if (startMs === 0) return duration(openMs);
  const parts = `${duration(startMs)} to start the engine, ${duration(openMs)} for the database`;
  return `${duration(startMs + openMs)} (${parts})`;
}

// The job deletes the database, which waits until nobody has it open.
function close(): void {
  open?.close();
  open = undefined;
}

async function run(name: ImplementationName): Promise<JobReport> {
  const bar = element('progress', HTMLProgressElement);
  await searchIn(undefined);
  close();
  say(`${labels[name]}: fetching the cities`);
  const all = await allCities();
  const chosen = await implementation(name);
  bar.max = all.length;
  bar.value = 0;
  bar.hidden = false;
  try {
    const report = await runJob(chosen, all, (count) => {
      bar.value = count;
      say(`${labels[name]}: ${grouped(count)} of ${grouped(all.length)} cities loaded`);
    });
    showReport(report);
    return report;
  } finally {
    bar.hidden = true;
  }
}

function say(text: string): void {
  element('status', HTMLElement).textContent = text;
}

function chosenName(): ImplementationName {
  return element('native', HTMLInputElement).checked ? 'native' : 'flowdb';
}

// While something runs, nothing else can be started; what went wrong is said on the page.
async function whileBusy(work: () => Promise<unknown>): Promise<void> {
  const controls = element('controls', HTMLFieldSetElement);
  controls.disabled = true;
  try {
    await work();
  } catch (error) {
    say(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    throw error;
  } finally {
    controls.disabled = false;
  }
}

async function runBoth(): Promise<void> {
  await run('native');
  await run('flowdb');
  await reopen(chosenName());
}

function start(): Promise<OpeningReport | undefined> {
  startSearch();
  const native = localStorage.getItem(remembered) === 'native';
  element(native ? 'native' : 'flowdb', HTMLInputElement).checked = true;
  element('switch', HTMLElement).addEventListener('change', () => {
    localStorage.setItem(remembered, chosenName());
    void whileBusy(() => reopen(chosenName()));
  });
  element('run', HTMLButtonElement).addEventListener('click', () => {
    void whileBusy(async () => {
      await run(chosenName());
      await reopen(chosenName());
    });
  });
  element('run-both', HTMLButtonElement).addEventListener('click', () => void whileBusy(runBoth));
  return new Promise((resolve, reject) => {
    whileBusy(async () => resolve(await reopen(chosenName()))).catch(reject);
  });
}

globalThis.cityDemo = {
  opened: start(),
  run,
  reopen,
  askAgain: async (name) => {
    const report = await askAgain(await implementation(name), await allCities());
    showReport(report);
    return report;
  },
};
