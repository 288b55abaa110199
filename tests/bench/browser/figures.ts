// What the measured times come to, one line for each workload.
import { bars } from '../../../demo/bench/bars';
import { type Spread, median, ratioOf } from '../../../demo/bench/statistics';
import type { Measured, Sample } from './measured';

export interface Line {
  readonly name: string;
  /** In the order of the sessions that have run it. */
  readonly sides: readonly {
    readonly backend: string;
    /** Medians, in microseconds an operation. */
    readonly nativeUs: number;
    readonly flowdbUs: number;
    /** Native time divided by FlowDB's. */
    readonly ratio: Spread;
    /** The same of the processor time of all the browser's processes. */
    readonly cpuRatio: number;
  }[];
  /** Against the faster of the backends, each of them in its own session. */
  readonly ratio: number;
  readonly bar: number | undefined;
}

/** With what was put off, where that is part of the workload. */
export const wholeMs = ({ ms, deferredMs }: Sample): number => ms + deferredMs;

const eachUs = (sample: Sample): number => (1000 * wholeMs(sample)) / sample.operations;
const cpuMs = (sample: Sample): number => sample.cpuMs ?? NaN;

export function linesOf({ sessions }: Measured): Line[] {
  const names = new Set(sessions.flatMap(({ workloads }) => Object.keys(workloads)));
  return [...names].map((name) => {
    const sides = sessions.flatMap(({ backend, workloads }) => {
      const pair = workloads[name];
      if (pair === undefined) return [];
      const { native, flowdb } = pair;
      return {
        backend,
        nativeUs: median(native.map(eachUs)),
        flowdbUs: median(flowdb.map(eachUs)),
        ratio: ratioOf(native.map(wholeMs), flowdb.map(wholeMs)),
        cpuRatio: ratioOf(native.map(cpuMs), flowdb.map(cpuMs)).median,
      };
    });
    const ratio = Math.min(...sides.map((side) => side.ratio.median));
    return { name, sides, ratio, bar: bars[name] };
  });
}
