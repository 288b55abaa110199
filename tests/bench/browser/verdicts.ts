// Which of the demands are met, as far as what was run can tell.
import { coldOpenMs, floorRatios, leastMean, leastRatio } from '../../../demo/bench/bars';
import { geometricMean, median } from '../../../demo/bench/statistics';
import { barred } from '../../../demo/bench/workloads';
import { linesOf, wholeMs } from './figures';
import type { Measured, Sample, Session } from './measured';

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
  what: `${what}, at most`,
  found,
  wanted,
  isMet: found <= wanted,
});

export function verdictsOf(measured: Measured): Verdict[] {
  const lines = linesOf(measured);
  const barOf = (bar: number | undefined) =>
    measured.browser === 'chromium' ? (bar ?? leastRatio) : leastRatio;
  const verdicts = lines
    .filter(({ name }) => !(name in coldOpenMs))
    .map(({ name, ratio, bar }) => atLeast(name, ratio, barOf(bar)));
  const counted = lines.filter(({ bar }) => bar !== undefined);
  if (counted.length === barred.length) {
    const mean = geometricMean(counted.map(({ ratio }) => ratio));
    verdicts.push(atLeast('geometric mean', mean, leastMean[measured.browser]));
  }
  // The demands below are Chromium's.
  if (measured.browser !== 'chromium') return verdicts;
  for (const session of measured.sessions) {
    verdicts.push(...floorVerdicts(session), ...mainVerdict(session), ...coldVerdicts(session));
  }
  return verdicts;
}

function floorVerdicts({ backend, workloads, floors }: Session): Verdict[] {
  return Object.entries(floorRatios).flatMap(([name, { floor, most }]) => {
    const samples = workloads[name]?.flowdb;
    if (samples === undefined) return [];
    const each = median(samples.map((sample) => wholeMs(sample) / sample.operations));
    const least = median(floors.map((of) => of[floor]));
    const what = floor === 'parse' ? 'JSON.parse' : 'a bare round trip';
    return atMost(`${name} ÷ ${what} (${backend})`, each / least, most);
  });
}

const mainMs = (samples: readonly Sample[]): number =>
  median(samples.map((sample) => sample.mainMs ?? NaN));

function mainVerdict({ backend, workloads }: Session): Verdict[] {
  let [native, flowdb] = [0, 0];
  for (const pair of Object.values(workloads)) {
    if (Number.isNaN(mainMs(pair.native))) continue;
    native += mainMs(pair.native);
    flowdb += mainMs(pair.flowdb);
  }
  if (native === 0) return [];
  return [atMost(`main thread, FlowDB's time ÷ native's (${backend})`, flowdb / native, 1)];
}

function coldVerdicts({ backend, workloads }: Session): Verdict[] {
  return Object.entries(coldOpenMs).flatMap(([name, most]) => {
    const samples = workloads[name]?.flowdb;
    if (samples === undefined) return [];
    return atMost(`${name}, ms (${backend})`, median(samples.map(({ ms }) => ms)), most);
  });
}
