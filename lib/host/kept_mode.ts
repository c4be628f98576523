/**
 * A mode of one host, with the guests that it keeps, and the uses of these guests.
 */

import { GuestStuckError } from "../errors.ts";
import { type Mode, spinFor, WarmRealms } from "../mode/mod.ts";
import { cores, now } from "../platform/mod.ts";
import type { Delegation } from "../simulator/mod.ts";
import { runInGuests } from "./program/guest_tasks.ts";
import { runDirect } from "./program/inline_tasks.ts";
import type { ProgramEnd, ProgramJob } from "./program/run.ts";
import { serveIn, type ServiceJob, type ServiceLink } from "./service/link.ts";
import type { ServiceListener } from "./service/message.ts";
import { GuestLinks } from "./system/guest_links.ts";
import { openDirect } from "./system/inline.ts";
import type { Links } from "./system/job.ts";

/** How a host keeps the guests of a mode. */
export interface KeptModeOptions {
  /** The options for keeping them warm. */
  readonly warm: ConstructorParameters<typeof WarmRealms>[1];
  /** How long a guest may take to answer, in milliseconds. */
  readonly limit: number;
  /** The number of working guests in all modes and runs together. */
  readonly guests: () => number;
}

/** A mode of one host, with the guests that it keeps. */
export class KeptMode {
  /** The guests. */
  readonly warm: WarmRealms;
  readonly #options: KeptModeOptions;
  readonly #sessions = new Set<GuestLinks>();
  readonly #runs = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  /** Starts without guests. */
  constructor(mode: Mode, options: KeptModeOptions) {
    this.warm = new WarmRealms(mode, options.warm);
    this.#options = options;
  }

  /** The mode. */
  get mode(): Mode {
    return this.warm.mode;
  }

  /** Whether guests run outside the caller's realm. */
  get isElsewhere(): boolean {
    return this.mode.memory !== "model";
  }

  /** Starts the guests of delegated systems. */
  async open(delegations: readonly Delegation[]): Promise<Links> {
    const { mode, warm } = this;
    if (!this.isElsewhere) return openDirect(delegations, { now });
    const session = new GuestLinks(delegations, { warm, limit: this.#options.limit });
    this.#sessions.add(session);
    const end = async () => {
      this.#sessions.delete(session);
      await session.end();
    };
    mode.spin?.(Math.max(session.guests.length, this.#options.guests()));
    try {
      await session.start();
    } catch (error) {
      await end();
      throw error;
    }
    return { links: session.links, join: (links) => session.join(links), end };
  }

  /** Runs the tasks of a program until all have ended. */
  async run(job: ProgramJob): Promise<ProgramEnd> {
    const { warm } = this;
    if (!this.isElsewhere) return runDirect(job, { now });
    // While a program runs, the host only watches: so each task may have its own core.
    const spin = spinFor(Math.max(job.names.length, this.#options.guests()) - 1, cores());
    const run = runInGuests(job, { warm, spin, closing: this.#closing.signal });
    this.#runs.add(run);
    try {
      return await run;
    } finally {
      this.#runs.delete(run);
    }
  }

  /** Starts a guest that serves calls of its module's functions. */
  async serve(job: ServiceJob, listener: ServiceListener): Promise<ServiceLink> {
    return await serveIn({ warm: this.warm, closing: this.#closing.signal }, { job, listener });
  }

  /**
   * Ends all guests. Calling it twice is harmless: a stuck guest is reported once.
   *
   * @throws {GuestStuckError} if a busy guest cannot be ended.
   */
  async close(): Promise<void> {
    const wasClosed = this.#closing.signal.aborted;
    this.#closing.abort();
    this.warm.refuse();
    await Promise.all([...this.#sessions].map((session) => session.abort()));
    await Promise.allSettled(this.#runs);
    const [stuck] = await this.warm.close();
    await this.mode.close?.();
    if (stuck !== undefined && !wasClosed) throw new GuestStuckError(stuck.realm.name);
  }
}
