// A dedicated worker that runs the conformance cases of the module it is told.
import { run } from './run.js';

onmessage = async ({ data: { target, module } }) => {
  try {
    postMessage({ results: await run(target, module) });
  } catch (error) {
    postMessage({ problem: String(error?.stack ?? error) });
  }
};
