/**
 * Process mode: each guest is a `deno run` subprocess, and messages are frames on its stdin and stdout.
 *
 * - A guest has no permissions but those that load its module; the caller can widen them.
 * - A guest that does not answer in time is killed; the end of a guest is an event, so nothing waits for the dead.
 * - `close` ends the runs that are under way, too: they get a `GuestDiedError`.
 *
 * @example
 * ```ts
 * import { processMode } from "./process_mode.ts";
 *
 * const mode = processMode({ timeout: 5, fresh: false, permissions: {} });
 * const session = await mode.open([]);
 * await session.end();
 * await mode.close();
 * if (session.links.length !== 0) throw new Error("no job, no guest");
 * ```
 *
 * @module
 */

import { GuestDiedError, GuestError, GuestTimeoutError } from "../errors.ts";
import { encode } from "../codec/mod.ts";
import { type GuestOptions, type Job, jobMessage, type Link, type Mode, type ModeSession } from "./system/job.ts";
import { type GuestPermissions, ProcessGuest } from "./process_host.ts";
import { runProcesses } from "./program/process_program.ts";
import { serveProcess } from "./service/process_service.ts";
import { WarmGuests } from "./warm_guests.ts";

/** Makes the mode. */
export function processMode(options: GuestOptions & { permissions: GuestPermissions }): Mode {
  const { fresh, permissions } = options;
  const all = new Set<ProcessGuest>();
  const warm = new WarmGuests<ProcessGuest>({
    fresh,
    start: (module) => {
      const guest = new ProcessGuest(module, permissions);
      all.add(guest);
      void guest.ended.then(() => all.delete(guest));
      return guest;
    },
  });
  return {
    name: "process",
    transport: "pipe",
    run: (job) => runProcesses(job, warm),
    async open(jobs) {
      const session = new ProcessSession(jobs, options);
      try {
        await session.start(warm);
        return session;
      } catch (error) {
        await session.end();
        throw error;
      }
    },
    serve: (job, { listener }) => serveProcess(job, { warm, listener }),
    kill() {
      for (const guest of all) void guest.kill();
    },
    async close() {
      await warm.close();
      await Promise.all([...all].map((guest) => {
        guest.fail(new GuestDiedError({ guest: guest.name, mode: "process", cause: "its host was closed" }));
        return guest.ended;
      }));
    },
  };
}

/** The subprocesses of one run. */
class ProcessSession implements ModeSession {
  readonly links: ProcessLink[];
  readonly #jobs: readonly Job[];
  readonly #timeout: number | undefined;
  readonly #guests: { readonly guest: ProcessGuest; readonly module: string }[] = [];
  #warm: WarmGuests<ProcessGuest> | undefined;
  /** The links that the present join waits for; it is over when there are none. */
  readonly #awaited = new Set<Link>();
  #joined: (() => void) | undefined;

  constructor(jobs: readonly Job[], options: GuestOptions) {
    this.#jobs = jobs;
    this.#timeout = options.timeout;
    this.links = jobs.map(({ name }) => new ProcessLink(name, (link) => this.#settled(link)));
  }

  async start(warm: WarmGuests<ProcessGuest>): Promise<void> {
    this.#warm = warm;
    const outcomes = await Promise.allSettled(this.#jobs.map(async (job, index) => {
      const { reference, ...rest } = jobMessage(job);
      const message = encode({ ...rest, reference: { ...reference, argument: job.reference?.argument } });
      const { module } = reference;
      const failed = await warm.hand(module, async (guest) => {
        this.#guests.push({ guest, module });
        guest.name = job.name;
        this.links[index]?.connect(guest);
        return await this.#inTime(guest, guest.begin(message));
      });
      if (failed !== undefined) throw new GuestError({ guest: job.name, mode: "process", ...failed });
    }));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  join(links: readonly Link[]): void | Promise<void> {
    for (const link of this.links) if (links.includes(link) && !link.settled) this.#awaited.add(link);
    if (this.#awaited.size === 0) return;
    const joined = new Promise<void>((resolve) => void (this.#joined = resolve));
    if (this.#timeout === undefined) return joined;
    const timer = setTimeout(() => {
      for (const link of this.links) if (this.#awaited.has(link)) link.giveUp(this.#timeout ?? 0);
    }, this.#timeout * 1000);
    return joined.finally(() => clearTimeout(timer));
  }

  async end(): Promise<void> {
    const guests = this.#guests.splice(0);
    await Promise.all(guests.map(async ({ guest, module }) => {
      await guest.finish();
      this.#warm?.give(guest, module);
    }));
  }

  #settled(link: Link): void {
    if (this.#awaited.delete(link) && this.#awaited.size === 0) this.#joined?.();
  }

  async #inTime<T>(guest: ProcessGuest, answer: Promise<T>): Promise<T> {
    const seconds = this.#timeout;
    if (seconds === undefined) return await answer;
    const timer = setTimeout(() => {
      guest.fail(new GuestTimeoutError({ guest: guest.name, mode: "process", seconds }));
    }, seconds * 1000);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}

class ProcessLink implements Link {
  readonly guest: string;
  readonly mode = "process";
  readonly #settle: (link: Link) => void;
  #process: ProcessGuest | undefined;
  #arrived: Uint8Array | undefined;

  constructor(guest: string, settle: (link: Link) => void) {
    this.guest = guest;
    this.#settle = settle;
  }

  /** Whether there is something to take. */
  get settled(): boolean {
    return this.#arrived !== undefined || this.#process?.failure !== undefined;
  }

  connect(process: ProcessGuest): void {
    this.#process = process;
    process.onReply = (payload) => {
      this.#arrived = payload;
      this.#settle(this);
    };
    process.onFailure = () => this.#settle(this);
  }

  post(bytes: Uint8Array): void {
    this.#process?.post(bytes);
  }

  take(): Uint8Array | undefined {
    const arrived = this.#arrived;
    this.#arrived = undefined;
    if (arrived === undefined && this.#process?.failure !== undefined) throw this.#process.failure;
    return arrived;
  }

  giveUp(seconds: number): void {
    this.#process?.fail(new GuestTimeoutError({ guest: this.guest, mode: "process", seconds }));
  }
}
