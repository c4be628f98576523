/**
 * Guests between jobs: starting one costs 10 to 30 ms, handing a warm one its next job far less.
 *
 * - A guest is handed only jobs of the module that it has loaded; a warm guest behaves as a fresh one: where it dies of what
 *   an earlier job left behind, or had died unheard, a fresh one gets its job.
 * - A guest that ended, or that does not come back from a job, is never handed out again; it is asked to end, so that
 *   one that comes back later does not keep the process alive.
 *
 * @example
 * ```ts
 * import { WarmGuests } from "./warm_guests.ts";
 *
 * const start = () => ({ ready: true, close: () => Promise.resolve() });
 * const warm = new WarmGuests({ fresh: false, start });
 * const guest = await warm.hand("data:,", (guest) => Promise.resolve(guest));
 * warm.give(guest, "data:,");
 * const again = await warm.hand("data:,", (guest) => Promise.resolve(guest));
 * if (again !== guest) throw new Error("the same guest again");
 * ```
 *
 * @module
 */

import { GuestDiedError } from "../errors.ts";

/** How long a guest that was lost may take to end, in milliseconds. */
const GRACE = 500;

/** A guest as far as its keeping is concerned. */
export interface KeptGuest {
  /** Whether it is alive and waits for a job. */
  readonly ready: boolean;
  /** Asks it to end and resolves when it has ended, which one that does not come back never does. */
  close(): Promise<void>;
}

/** See the module. */
export class WarmGuests<G extends KeptGuest> {
  readonly #fresh: boolean;
  readonly #start: (module: string) => G;
  readonly #idle = new Map<string, G[]>();
  readonly #lost = new Set<G>();
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  /** Makes the store; with `fresh` every guest is used once. */
  constructor(options: { fresh: boolean; start: (module: string) => G }) {
    this.#fresh = options.fresh;
    this.#start = options.start;
  }

  /** The guests that have not come back from a job. */
  get lost(): readonly G[] {
    return [...this.#lost];
  }

  /** Begins a job of that module with a guest: `begin` may be called twice, the second time with a fresh one. */
  async hand<T>(module: string, begin: (guest: G) => Promise<T>): Promise<T> {
    const idle = this.#idle.get(module) ?? [];
    let warm = idle.pop();
    while (warm !== undefined && !warm.ready) warm = idle.pop();
    try {
      if (warm !== undefined) return await begin(warm);
    } catch (error) {
      if (!(error instanceof GuestDiedError)) throw error;
    }
    if (this.#closed) throw new TypeError("Cannot start a guest: the host is closed, an open one is wanted");
    return await begin(this.#start(module));
  }

  /** Takes a guest back after its job. */
  give(guest: G, module: string): void {
    if (!guest.ready) {
      this.#lost.add(guest);
      void guest.close().then(() => this.#lost.delete(guest));
    } else if (this.#fresh || this.#closed) {
      this.expect(guest.close());
    } else {
      this.#idle.set(module, [...this.#idle.get(module) ?? [], guest]);
    }
  }

  /** Says that a guest is on its way back from a job, or to its end: `close` waits until that is over. */
  expect(over: Promise<void>): void {
    const ending = over.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Ends all that wait for a job, and waits a moment for those that were asked to end; harmless twice. */
  async close(): Promise<void> {
    this.#closed = true;
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const guest of idle) this.expect(guest.close());
    // Who comes back is asked to end.
    while (this.#ending.size > 0) await Promise.all(this.#ending);
    if (this.#lost.size === 0) return;
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, GRACE);
    await Promise.race([over.promise, Promise.all([...this.#lost].map((guest) => guest.close()))]);
    clearTimeout(timer);
  }
}
