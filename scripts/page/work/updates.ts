/**
 * Batches updates for the app, about one batch per frame, however often something happens.
 *
 * - No update is lost, and their order is kept. If a handler never lets the event loop turn, adding an update sends the
 *   batch.
 */

/** How long a batch is collected, in milliseconds. */
const FRAME = 16;

/** The updates of one request. */
export class Updates {
  readonly #send: (updates: readonly unknown[]) => void;
  /** Invariant: it is empty unless a timer runs or the last batch is younger than a frame. */
  #waiting: unknown[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent = -Infinity;

  /** `send` sends a batch. */
  constructor(send: (updates: readonly unknown[]) => void) {
    this.#send = send;
  }

  /** Adds an update. */
  add(update: unknown): void {
    this.#waiting.push(update);
    if (performance.now() - this.#sent >= FRAME) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FRAME);
  }

  /** Sends the collected updates. */
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
