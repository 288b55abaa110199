// What the rounds' times come to.
import { mostCounted } from './bars';

/** The middle one, or the mean of the two in the middle. NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[sorted.length / 2 - 1] ?? NaN) + upper) / 2;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/**
 * The median of the rounds' ratios: the two times of a round were taken one after the other, so that
 * what else the machine does meets both.
 */
export function ratioOf(native: readonly number[], flowdb: readonly number[]): Spread {
  return spread(native.map((ms, round) => ms / (flowdb[round] ?? NaN)));
}

/** The geometric mean of ratios, none of which counts for more than `mostCounted`. */
export function geometricMean(ratios: readonly number[]): number {
  const sum = ratios.reduce((total, ratio) => total + Math.log(Math.min(ratio, mostCounted)), 0);
  return Math.exp(sum / ratios.length);
}
