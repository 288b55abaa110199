// The bench's page: runs the workloads that have a bar on both implementations, and shows their
// times and ratios as they come in.
import { element, grouped, row } from '../elements';
import { labels } from '../implementations';
import { bars } from './bars';
import { showPlot } from './plot';
import { type Spread, geometricMean, median, ratioOf } from './statistics';
import { turns } from './turns';
import { barred } from './workloads';

interface Times {
  readonly flowdb: number[];
  readonly native: number[];
}

/** What the rounds have found for a workload. */
interface Row {
  readonly name: string;
  readonly flowdbUs: number;
  readonly nativeUs: number;
  readonly ratio: Spread;
}

function say(text: string): void {
  element('status', HTMLElement).textContent = text;
}

/** Of the rounds in which both have run. */
function rowsOf(times: ReadonlyMap<string, Times>): Row[] {
  return [...times].flatMap(([name, { flowdb, native }]) => {
    const rounds = Math.min(flowdb.length, native.length);
    if (rounds === 0) return [];
    return {
      name,
      flowdbUs: median(flowdb),
      nativeUs: median(native),
      ratio: ratioOf(native.slice(0, rounds), flowdb.slice(0, rounds)),
    };
  });
}

function show(rows: readonly Row[]): void {
  element('results-panel', HTMLElement).hidden = rows.length === 0;
  if (rows.length === 0) return;
  const cells = rows.map(({ name, flowdbUs, nativeUs, ratio }) => [
    name,
    time(flowdbUs),
    time(nativeUs),
    `${ratio.least.toFixed(1)}-${ratio.most.toFixed(1)}`,
    `${ratio.median.toFixed(2)} ×`,
  ]);
  element('results', HTMLElement).replaceChildren(...cells.map(row));
  const mean = geometricMean(rows.map(({ ratio }) => ratio.median));
  element('mean', HTMLElement).textContent =
    `Geometric mean of ${rows.length} workloads: ${mean.toFixed(2)} × (no ratio counts for more than 20).`;
  const columns = rows.map(({ name, ratio }) => ({ name, ratio: ratio.median, bar: bars[name] }));
  showPlot(element('plot', HTMLElement), columns);
}

const time = (us: number): string => (us >= 100 ? grouped(Math.round(us)) : us.toFixed(1));

/** Throws for what the input does not allow. */
function numberIn(id: string): number {
  const input = element(id, HTMLInputElement);
  if (!input.reportValidity()) throw new RangeError(input.validationMessage);
  return input.valueAsNumber;
}

async function run(): Promise<void> {
  const [rounds, records] = [numberIn('rounds'), numberIn('records')];
  const bar = element('progress', HTMLProgressElement);
  const times = new Map<string, Times>();
  bar.max = rounds * barred.length * 2;
  bar.value = 0;
  bar.hidden = false;
  show([]);
  for await (const { workload, implementation, us } of turns(barred, rounds, records)) {
    let of = times.get(workload.name);
    if (of === undefined) times.set(workload.name, (of = { flowdb: [], native: [] }));
    of[implementation].push(us);
    bar.value += 1;
    say(`${labels[implementation]}: ${workload.what}`);
    // Drawing would take time from whoever is next: only between two workloads.
    if (of.flowdb.length === of.native.length) show(rowsOf(times));
  }
  bar.hidden = true;
  say(`Done: ${rounds} rounds with ${grouped(records)} documents, every answer as it should be.`);
}

element('run', HTMLButtonElement).addEventListener('click', () => {
  const controls = element('controls', HTMLFieldSetElement);
  controls.disabled = true;
  run()
    .catch((error: unknown) => say(String(error)))
    .finally(() => (controls.disabled = false));
});
