// Runs the conformance cases of a module in a dedicated worker, which all modules of a page share.
//
// While Firefox is driven through WebDriver BiDi, one in a hundred workers that a worker starts
// never runs, whatever its script; without the driver none does. FlowDB needs one in a worker. So a
// worker that does not come up is given up for another, before the first case; never behind it.

const startsMax = 4;
const startMs = 5000;

let started;

/** @returns {Promise<{ name: string, problem: string | null }[]>} as run() in run.js */
export async function runInWorker({ target, module }) {
  started ??= start(target);
  const worker = await started;
  const { results, problem } = await answer(worker, { module });
  if (problem !== undefined) throw new Error(problem);
  return results;
}

async function start(target) {
  for (let starts = 0; starts < startsMax; starts += 1) {
    const worker = new Worker('/programs/conformance/worker.js', { type: 'module' });
    const late = new Promise((resolve) => setTimeout(resolve, startMs, undefined));
    const told = await Promise.race([answer(worker, { target }), late]);
    if (told?.problem !== undefined) throw new Error(told.problem);
    if (told !== undefined) return worker;
    worker.terminate();
  }
  throw new Error(`no worker came up in ${startsMax} attempts`);
}

function answer(worker, order) {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(order);
  });
}
