// Runs the conformance cases of a module in a dedicated worker, which all modules of a page share.
import { startWorker } from '../start-worker.js';

let started;

/** @returns {Promise<{ name: string, problem: string | null }[]>} as run() in run.js */
export async function runInWorker({ target, module }) {
  started ??= startWorker('/programs/conformance/worker.js', { target });
  const { worker, first } = await started;
  if (first.problem !== undefined) throw new Error(first.problem);
  const { results, problem } = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage({ module });
  });
  if (problem !== undefined) throw new Error(problem);
  return results;
}
