// Starts a worker of an application.

/**
 * @param {string} url of a module worker
 * @param {unknown} [order] what it is told first
 * @returns {Promise<{ worker: Worker, first: any }>} with the first message that it sends
 */
export async function startWorker(url, order) {
  const worker = new Worker(url, { type: 'module' });
  worker.postMessage(order);
  const first = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.onerror = null;
  return { worker, first };
}
