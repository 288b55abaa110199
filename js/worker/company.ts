// Whether commits meet others that could share their write. Waiting for the messages behind one
// takes a task of its own, which costs as much as a short write: worth it for a page that commits
// without awaiting, and lost on one that awaits each commit before it sends the next.

/** After so many commits alone, the next ones are written at once. */
export const aloneMax = 4;

/** And of those, every so many the next one waits nevertheless: others may come by now. */
export const probeEvery = 16;

export class Company {
  #alone = 0;

  get isLikely(): boolean {
    return this.#alone < aloneMax || this.#alone % probeEvery === 0;
  }

  /** @param writers how many transactions one write has taken, from 1 on */
  written(writers: number): void {
    this.#alone = writers > 1 ? 0 : this.#alone + 1;
  }
}
