// One round of the random program of a seed, by its number, on a given implementation.
import { execute } from './execute.js';
import { plan } from './plan.js';

/** @returns {boolean[]} for each round whether the page is to be reloaded before it */
export function reloads(seed) {
  return plan(seed).rounds.map(({ isReloadedBefore }) => isReloadedBefore);
}

/** @returns {Promise<string[]>} what the round saw */
export function runRound(seed, number, implementation, name) {
  const { rounds } = plan(seed);
  const version = rounds.slice(0, number + 1).filter(({ kind }) => kind === 'upgrade').length;
  return execute(implementation, name, rounds[number], version);
}
