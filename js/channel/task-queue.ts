// Tasks of our own, which a browser lets others stand between.
/** Runs a callback as a task of its own, behind the messages that have arrived already. */
export type PostTask = (callback: () => void) => void;

/** Posts tasks in a browser. */
export class TaskQueue {
  readonly #tasks: (() => void)[] = [];
  readonly #channel = new MessageChannel();

  constructor() {
    this.#channel.port1.onmessage = () => this.#tasks.shift()?.();
  }

  readonly post: PostTask = (callback) => {
    this.#tasks.push(callback);
    this.#channel.port2.postMessage(null);
  };

  /** None runs any more. */
  close(): void {
    this.#channel.port1.close();
  }
}
