// The page of an application that works in a dedicated worker, whose steps it calls.

export class Application {
  #worker;
  #calls = new Map();
  #lastId = 0;

  /**
   * @param {string} url
   * @param {WorkerType} type
   */
  constructor(url, type) {
    this.#worker = new Worker(url, { type });
    this.#worker.onmessage = ({ data }) => this.#take(data);
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#calls.values()) reject(new Error(message));
    };
  }

  /** @returns {Promise<any>} what the step of steps.js gives; rejects with what it throws */
  call(step, ...args) {
    const id = ++this.#lastId;
    this.#worker.postMessage({ id, step, args });
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
  }

  /** Calls `listen` with what a step reports, one after the other. */
  reports(listen) {
    this.#worker.addEventListener('message', ({ data }) => 'report' in data && listen(data.report));
  }

  terminate() {
    this.#worker.terminate();
  }

  #take({ id, value, problem }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (problem === undefined) call?.resolve(value);
    else call?.reject(new Error(problem));
  }
}
