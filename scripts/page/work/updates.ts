/**
 * Updates that go to the app many at once, about once a frame, however often something happens.
 *
 * - None is lost, and their order stays. A handler that never lets its event loop turn sends them on its way.
 */

/** How long updates are collected, in milliseconds. */
const FRAME = 16;

/** Those of one request. */
export class Updates {
  readonly #send: (updates: readonly unknown[]) => void;
  /** Not empty only while a timer runs or the last batch is younger than a frame. */
  #waiting: unknown[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent = -Infinity;

  /** Makes them, by what sends a batch. */
  constructor(send: (updates: readonly unknown[]) => void) {
    this.#send = send;
  }

  /** Adds one. */
  add(update: unknown): void {
    this.#waiting.push(update);
    if (performance.now() - this.#sent >= FRAME) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FRAME);
  }

  /** Sends what is there. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const some = this.#waiting;
    this.#waiting = [];
    this.#sent = performance.now();
    this.#send(some);
  }
}
