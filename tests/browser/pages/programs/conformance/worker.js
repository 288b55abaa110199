// A dedicated worker for the conformance cases: told a target it puts that in place, told a module
// it runs its cases.
import { prepare, run } from './run.js';

onmessage = async ({ data: { target, module } }) => {
  try {
    if (target !== undefined) {
      await prepare(target);
      postMessage({});
    } else {
      postMessage({ results: await run(module) });
    }
  } catch (error) {
    postMessage({ problem: `${error}\n${error?.stack}` });
  }
};
