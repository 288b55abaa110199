// The report as text: times and ratios, what else the workloads cost, and which bars are met.
import { median, ratioOf, type Spread } from '../../../demo/bench/statistics';
import { linesOf } from './figures';
import type { Measured, Pair, Sample, Session } from './measured';
import { type Verdict, verdictsOf } from './verdicts';

export { barred, workloads } from '../../../demo/bench/workloads';
export { verdictsOf } from './verdicts';
export { workerWorkloads } from './worker-messages';

/** Everything. */
export function textOf(measured: Measured): string {
  const { browser, records, rounds, sessions } = measured;
  const version = sessions[0]?.version ?? '';
  const parts = [
    `${browser} ${version}, ${records} documents, ${rounds} rounds`,
    'Medians in µs an operation; ratio: native time ÷ FlowDB time, median (least-most) of the rounds;\n' +
      'cpu: the same ratio of the processor time of the whole browser, until it was quiet',
    timesTable(measured),
    sessions.map(floorsLine).join('\n'),
    ...sessions.map(costsTable),
    ...sessions.map(inWorkerTable),
    verdictTable(verdictsOf(measured)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function timesTable(measured: Measured): string {
  const lines = linesOf(measured);
  if (lines.length === 0) return '';
  const backends = measured.sessions.map(({ backend }) => backend);
  const head = ['', ...backends.flatMap((name) => [name, 'FlowDB', 'ratio', 'cpu']), 'bar'];
  const rows = lines.map(({ name, sides, bar }) => [
    name,
    ...sides.flatMap(({ nativeUs, flowdbUs, ratio, cpuRatio }) => [
      shown(nativeUs),
      shown(flowdbUs),
      ratioText(ratio),
      shown(cpuRatio),
    ]),
    bar === undefined ? '' : String(bar),
  ]);
  return aligned([head, ...rows]);
}

function floorsLine({ backend, floors }: Session): string {
  if (floors.length === 0) return '';
  const trip = shown(1000 * median(floors.map(({ roundTrip }) => roundTrip)));
  const parse = shown(1000 * median(floors.map((floor) => floor.parse)));
  return `Floors (${backend}): a bare round trip ${trip} µs; JSON.parse of a document ${parse} µs`;
}

const costHeads = [
  ...['main ms', 'FlowDB', 'cpu ms', 'FlowDB', 'later', 'FlowDB', 'upkeep ms', 'tidying ms'],
  ...['writes', 'KB written', 'reads', 'flushes', 'heap MiB'],
];

// Heads without a word of whose are FlowDB's worker's.
function costsTable({ backend, workloads }: Session): string {
  const rows = Object.entries(workloads)
    .filter(([, { native }]) => native[0]?.cpuMs !== undefined)
    .map(([name, pair]) => [name, ...costs(pair)]);
  if (rows.length === 0) return '';
  const title = `A run of each with ${backend}, medians; cpu: of the whole browser, later: after the answer`;
  return `${title}\n${aligned([['', ...costHeads], ...rows])}`;
}

function costs({ native, flowdb }: Pair): string[] {
  const of = (samples: readonly Sample[], pick: (sample: Sample) => number | undefined) =>
    shown(median(samples.map((sample) => pick(sample) ?? NaN)));
  return [
    of(native, ({ mainMs }) => mainMs),
    of(flowdb, ({ mainMs }) => mainMs),
    of(native, ({ cpuMs }) => cpuMs),
    of(flowdb, ({ cpuMs }) => cpuMs),
    of(native, ({ laterCpuMs }) => laterCpuMs),
    of(flowdb, ({ laterCpuMs }) => laterCpuMs),
    of(flowdb, ({ counts }) => counts && counts.upkeepMs - counts.tidyingMs),
    of(flowdb, ({ counts }) => counts?.tidyingMs),
    of(flowdb, ({ counts }) => counts?.writes),
    of(flowdb, ({ counts }) => counts && counts.bytesWritten / 1000),
    of(flowdb, ({ counts }) => counts?.reads),
    of(flowdb, ({ counts }) => counts?.flushes),
    of(flowdb, ({ counts }) => counts && counts.heap / (1 << 20)),
  ];
}

function inWorkerTable({ inWorker }: Session): string {
  const rows = Object.entries(inWorker).map(([name, { flowdb, wal, journal }]) => {
    const us = (samples: typeof flowdb) =>
      shown(median(samples.map(({ ms, operations }) => (1000 * ms) / operations)));
    const ms = (samples: typeof flowdb) => samples.map((sample) => sample.ms);
    const ratio = (samples: typeof flowdb) => ratioText(ratioOf(ms(samples), ms(flowdb)));
    return [name, us(flowdb), us(wal), ratio(wal), us(journal), ratio(journal)];
  });
  if (rows.length === 0) return '';
  const title = 'In a worker, against SQLite on opfs-sahpool; µs an operation, its time ÷ FlowDB time';
  return `${title}\n${aligned([['', 'FlowDB', 'WAL', 'ratio', 'journal', 'ratio'], ...rows])}`;
}

function verdictTable(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '';
  const rows = verdicts.map(({ what, found, wanted, isMet }) => [
    what,
    found.toFixed(2),
    String(wanted),
    isMet ? 'met' : 'NOT MET',
  ]);
  const met = verdicts.filter(({ isMet }) => isMet).length;
  return `${aligned([['', 'found', 'wanted', ''], ...rows])}\n${met} of ${verdicts.length} are met`;
}

/** With three digits that count. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return '-';
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

function ratioText({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(1)}-${most.toFixed(1)})`;
}

/** Rows of a table as lines: the first column to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}
