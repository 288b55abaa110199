// What the measured times come to: lines of a table, and which bars are met. The bar of a workload is
// held against the faster of the browser's own backends, each of them in its own session.
import { bars, leastMean, leastRatio } from '../../../demo/bench/bars';
import { type Spread, geometricMean, median, ratioOf } from '../../../demo/bench/statistics';
import { barred, workloads } from '../../../demo/bench/workloads';
import type { Measured, Pair, Sample, Session } from './measured';

export { barred, workloads };

export interface Line {
  readonly name: string;
  /** Medians by session, in microseconds an operation. */
  readonly nativeUs: readonly number[];
  readonly flowdbUs: readonly number[];
  /** Native time divided by FlowDB's, by session. */
  readonly ratios: readonly Spread[];
  /** The least of them. */
  readonly ratio: number;
  readonly bar: number | undefined;
}

const wholeMs = ({ ms, deferredMs }: Sample): number => ms + deferredMs;
const eachUs = (sample: Sample): number => (1000 * wholeMs(sample)) / sample.operations;

export function linesOf({ sessions }: Measured): Line[] {
  const names = Object.keys(sessions[0]?.workloads ?? {});
  return names.map((name) => {
    const pairs = sessions.flatMap(({ workloads }) => workloads[name] ?? []);
    const ratios = pairs.map(({ native, flowdb }) =>
      ratioOf(native.map(wholeMs), flowdb.map(wholeMs)),
    );
    return {
      name,
      nativeUs: pairs.map(({ native }) => median(native.map(eachUs))),
      flowdbUs: pairs.map(({ flowdb }) => median(flowdb.map(eachUs))),
      ratios,
      ratio: Math.min(...ratios.map((ratio) => ratio.median)),
      bar: bars[name],
    };
  });
}

/** One demand, and what came of it. */
export interface Verdict {
  readonly what: string;
  readonly found: number;
  readonly wanted: number;
  readonly isMet: boolean;
}

const atLeast = (what: string, found: number, wanted: number): Verdict => ({
  what,
  found,
  wanted,
  isMet: found >= wanted,
});

const atMost = (what: string, found: number, wanted: number): Verdict => ({
  what,
  found,
  wanted,
  isMet: found <= wanted,
});

/** Those of the demands that can be told from what was run. */
export function verdictsOf(measured: Measured): Verdict[] {
  const lines = linesOf(measured);
  const verdicts: Verdict[] = [];
  for (const { name, ratio, bar } of lines) {
    const wanted = measured.browser === 'chromium' ? (bar ?? leastRatio) : leastRatio;
    verdicts.push(atLeast(name, ratio, wanted));
  }
  const counted = lines.filter(({ bar }) => bar !== undefined);
  if (counted.length === barred.length) {
    const mean = geometricMean(counted.map(({ ratio }) => ratio));
    verdicts.push(atLeast('geometric mean', mean, leastMean[measured.browser]));
  }
  for (const session of measured.sessions) verdicts.push(...floorVerdicts(session));
  return verdicts;
}

function floorVerdicts({ backend, workloads, floors }: Session): Verdict[] {
  const verdicts: Verdict[] = [];
  const againstFloor = (name: string, floor: 'roundTrip' | 'parse', what: string, most: number) => {
    const samples = workloads[name]?.flowdb;
    if (samples === undefined) return;
    const times = samples.map((sample, round) => {
      const least = floors[round]?.[floor] ?? NaN;
      return wholeMs(sample) / sample.operations / least;
    });
    verdicts.push(atMost(`${name} ÷ ${what} (${backend})`, median(times), most));
  };
  againstFloor('get tx each', 'roundTrip', 'bare round trip', 1.5);
  againstFloor('getAll', 'parse', 'JSON.parse', 2);
  const pairs = Object.values(workloads);
  const main = pairs.map(({ native, flowdb }) => [mainMs(native), mainMs(flowdb)] as const);
  const [native, flowdb] = [0, 1].map((side) => main.reduce((sum, two) => sum + (two[side] ?? 0), 0));
  if (native !== undefined && native > 0) {
    verdicts.push(atMost(`main thread ÷ native's (${backend})`, (flowdb ?? 0) / native, 1));
  }
  return verdicts;
}

const mainMs = (samples: readonly Sample[]): number =>
  median(samples.map((sample) => sample.mainMs ?? 0));

export function tableOf(measured: Measured): string {
  const { sessions } = measured;
  const times = linesOf(measured).map((line) => [
    line.name,
    ...sessions.flatMap((_, i) => [
      shown(line.nativeUs[i]),
      shown(line.flowdbUs[i]),
      ratioText(line.ratios[i]),
    ]),
    line.bar === undefined ? '' : String(line.bar),
  ]);
  const head = ['µs an operation'];
  for (const { backend } of sessions) head.push(backend, 'FlowDB', 'ratio (least-most)');
  return aligned([[...head, 'bar'], ...times]);
}

/** What a workload costs beside its time, in medians. */
export function costsOf({ sessions }: Measured): string {
  const rows = sessions.flatMap(({ backend, workloads }) =>
    Object.entries(workloads).map(([name, pair]) => [backend, name, ...costs(pair)]),
  );
  const head = ['', 'medians of a run', 'main ms', 'FlowDB', 'cpu ms', 'FlowDB'];
  const flowdb = ['upkeep ms', 'tidying ms', 'writes', 'KB written', 'reads', 'flushes', 'heap MiB'];
  return aligned([[...head, ...flowdb], ...rows]);
}

function costs({ native, flowdb }: Pair): string[] {
  const of = (samples: readonly Sample[], pick: (sample: Sample) => number | undefined) =>
    shown(median(samples.map((sample) => pick(sample) ?? NaN)));
  return [
    of(native, ({ mainMs }) => mainMs),
    of(flowdb, ({ mainMs }) => mainMs),
    of(native, ({ cpuMs }) => cpuMs),
    of(flowdb, ({ cpuMs }) => cpuMs),
    of(flowdb, ({ counts }) => counts && counts.upkeepMs - counts.tidyingMs),
    of(flowdb, ({ counts }) => counts?.tidyingMs),
    of(flowdb, ({ counts }) => counts?.writes),
    of(flowdb, ({ counts }) => counts && counts.bytesWritten / 1000),
    of(flowdb, ({ counts }) => counts?.reads),
    of(flowdb, ({ counts }) => counts?.flushes),
    of(flowdb, ({ counts }) => counts && counts.heap / (1 << 20)),
  ];
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ what, found, wanted, isMet }) => [
    what,
    found.toFixed(2),
    String(wanted),
    isMet ? 'met' : 'NOT MET',
  ]);
  return aligned([['', 'found', 'wanted', ''], ...rows]);
}

/** Three digits that count. */
export function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

function ratioText(ratio: Spread | undefined): string {
  if (ratio === undefined) return '-';
  return `${ratio.median.toFixed(2)} (${ratio.least.toFixed(1)}-${ratio.most.toFixed(1)})`;
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}
