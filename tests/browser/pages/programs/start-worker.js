// Starts workers that start a worker, as FlowDB does in one.
//
// While Firefox is driven through WebDriver BiDi, one in a hundred workers that a worker starts
// never runs, whatever its script; without the driver none of 1300 did. So a worker that says
// nothing for long is given up for another; in Firefox only, so that FlowDB's own silence shows in
// the other browser.

const isFirefox = navigator.userAgent.includes('Firefox');
const startsMax = isFirefox ? 4 : 1;
const silenceMs = 8000;

/**
 * @param {string} url of a module worker
 * @param {unknown} [order] what it is told first
 * @returns {Promise<{ worker: Worker, first: any }>} with the first message that it sends
 */
export async function startWorker(url, order) {
  for (let starts = 0; starts < startsMax; starts += 1) {
    const worker = new Worker(url, { type: 'module' });
    worker.postMessage(order);
    let timer;
    const told = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve({ first: data });
      worker.onerror = ({ message }) => reject(new Error(message));
      if (isFirefox) timer = setTimeout(resolve, silenceMs);
    });
    clearTimeout(timer);
    worker.onerror = null;
    if (told !== undefined) return { worker, first: told.first };
    worker.terminate();
  }
  throw new Error(`${startsMax} workers in a row did not come up`);
}
