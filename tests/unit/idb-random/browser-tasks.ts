// The tasks of a browser, one at a time and in an order that a seed decides: ports whose messages
// are tasks, and whose listeners have all microtasks run between them, which Node's ports don't do.
import type { Random } from '../codec-random';

type Task = () => Promise<void> | void;

/** All microtasks have run. */
const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve));

/** So many turns of Node's without a task, and nothing that was asked for is under way any more. */
const idleTurnsMax = 1000;

export class BrowserTasks {
  readonly #random: Random;
  // Tasks of one source come in their order, those of several in any.
  readonly #sources = new Map<object, Task[]>();
  #isRunning = false;

  constructor(random: Random) {
    this.#random = random;
  }

  post(source: object, task: Task): void {
    const tasks = this.#sources.get(source);
    if (tasks === undefined) this.#sources.set(source, [task]);
    else tasks.push(task);
    if (!this.#isRunning) void this.#run();
  }

  /** Resolves in a task of its own. */
  turn(source: object): Promise<void> {
    return new Promise((resolve) => this.post(source, resolve));
  }

  /** @throws when nothing moves any more, and it is not over */
  async until(isOver: () => boolean): Promise<void> {
    for (let idle = 0; !isOver(); idle++) {
      if (idle === idleTurnsMax) throw new Error('nothing moves any more');
      await microtasks();
      if (this.#isRunning) idle = 0;
    }
  }

  /** Resolves when there is nothing left to do. */
  rest(): Promise<void> {
    return this.until(() => !this.#isRunning);
  }

  /** What stands in for the global MessageChannel. */
  get channel(): new () => { readonly port1: BrowserPort; readonly port2: BrowserPort } {
    const tasks = this;
    return class {
      readonly port1: BrowserPort = new BrowserPort(tasks, () => this.port2);
      readonly port2: BrowserPort = new BrowserPort(tasks, () => this.port1);
    };
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // What has posted the first of them goes on before.
    await microtasks();
    while (this.#sources.size > 0) {
      const source = this.#random.oneOf([...this.#sources.keys()]);
      const tasks = this.#sources.get(source) as Task[];
      const task = tasks.shift();
      if (tasks.length === 0) this.#sources.delete(source);
      await task?.();
      await microtasks();
    }
    this.#isRunning = false;
  }
}

class BrowserPort {
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly #tasks: BrowserTasks;
  readonly #other: () => BrowserPort;
  readonly #listeners: ((event: MessageEvent) => void)[] = [];
  #isClosed = false;

  constructor(tasks: BrowserTasks, other: () => BrowserPort) {
    this.#tasks = tasks;
    this.#other = other;
  }

  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    if (type === 'message') this.#listeners.push(listener);
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    const data: unknown = structuredClone(message, { transfer });
    const other = this.#other();
    this.#tasks.post(other, () => other.#dispatch(data));
  }

  start(): void {}

  close(): void {
    this.#isClosed = true;
  }

  async #dispatch(data: unknown): Promise<void> {
    let isStopped = this.#isClosed;
    const stopImmediatePropagation = () => void (isStopped = true);
    const event = { data, stopImmediatePropagation } as unknown as MessageEvent;
    const onmessage = this.onmessage === null ? [] : [this.onmessage];
    for (const listener of [...onmessage, ...this.#listeners]) {
      if (isStopped) return;
      listener(event);
      await microtasks();
    }
  }
}
