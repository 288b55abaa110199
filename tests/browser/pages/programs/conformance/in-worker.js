// Runs the conformance cases of a module in a dedicated worker, which all modules of a page share.

let worker;

/** @returns {Promise<{ name: string, problem: string | null }[]>} as run() in run.js */
export function runInWorker(order) {
  worker ??= new Worker('/programs/conformance/worker.js', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { results, problem } }) => {
      if (problem === undefined) resolve(results);
      else reject(new Error(problem));
    };
    worker.postMessage(order);
  });
}
