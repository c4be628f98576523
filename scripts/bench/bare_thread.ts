/**
 * The least possible cost of a fork-join of threads: a word per worker and a count of outstanding workers, nothing
 * else.
 */

import type { BareWork } from "./bare_work.ts";

/** The distance between words, so that no two share a cache line. */
export const STRIDE = 16;

/** The message to a bare worker. */
export interface BareJob {
  /** The count of outstanding workers, then a word per worker. */
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly member: number;
  readonly work: BareWork;
}

/** Bare workers that each do the same work per round. */
export class BareThreads {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #workers: number;
  #round = 0;

  private constructor(workers: number) {
    this.#workers = workers;
    this.#words = new Int32Array(new SharedArrayBuffer(4 * STRIDE * (workers + 1)));
  }

  static async start(workers: number, work: BareWork): Promise<BareThreads> {
    const threads = new BareThreads(workers);
    await Promise.all(Array.from({ length: workers }, (_, member) => {
      const worker = new Worker(new URL("./bare_thread_worker.ts", import.meta.url), { type: "module" });
      worker.postMessage({ words: threads.#words, member, work } satisfies BareJob);
      return new Promise((resolve) => worker.onmessage = resolve);
    }));
    return threads;
  }

  fork(): void {
    this.#round++;
    Atomics.store(this.#words, 0, this.#workers);
    for (let member = 0; member < this.#workers; member++) {
      Atomics.store(this.#words, STRIDE * (member + 1), this.#round);
      Atomics.notify(this.#words, STRIDE * (member + 1));
    }
  }

  join(): void {
    for (let left = Atomics.load(this.#words, 0); left !== 0; left = Atomics.load(this.#words, 0)) {
      Atomics.wait(this.#words, 0, left);
    }
  }

  close(): void {
    for (let member = 0; member < this.#workers; member++) {
      Atomics.store(this.#words, STRIDE * (member + 1), -1);
      Atomics.notify(this.#words, STRIDE * (member + 1));
    }
  }
}
