/**
 * Thread mode: each guest is a Web Worker, and all messages of a run go through one shared memory.
 *
 * - The host blocks in slices of 20 ms and gives the event loop a turn between them, so that it hears of signals and
 *   deaths; within a slice one wake-up, by the last awaited guest, ends the wait.
 * - A guest is stopped by its stop word, and the notify is repeated until it says that it is idle. A guest that does not
 *   come back is stuck: Deno cannot end it, so the mode forgets it and `close` says so.
 * - The end of a guest is known by its Web Lock: whoever waits for it gets a `GuestDiedError`.
 * - `close` ends the runs that are under way, too: they get a `GuestDiedError`.
 *
 * @example
 * ```ts
 * import { threadMode } from "./thread_mode.ts";
 *
 * const mode = threadMode({ timeout: 5, fresh: false });
 * const session = await mode.open([]);
 * await session.end();
 * await mode.close();
 * if (session.links.length !== 0) throw new Error("no job, no guest");
 * ```
 *
 * @module
 */

import { GuestDiedError, GuestError, GuestStuckError, GuestTimeoutError } from "../errors.ts";
import { encode } from "../codec/mod.ts";
import { Join } from "../mailbox/mod.ts";
import { Layout, SharedMemory } from "../memory/mod.ts";
import { runBlocking } from "../memory/mod.ts";
import { now, turn } from "./clock.ts";
import { type GuestOptions, type Job, jobMessage, type Link, type Mode, type ModeSession } from "./system/job.ts";
import { type ChannelsPlace, NearChannel, reserveChannels } from "./system/shared_channel.ts";
import { ThreadGuest } from "./thread_host.ts";
import { runThreads } from "./program/thread_program.ts";
import { serveThread } from "./service/thread_service.ts";
import { WarmGuests } from "./warm_guests.ts";

/** How long the host blocks without a turn of the event loop, in milliseconds. */
const SLICE = 20;
/** For how long a wait spins where each guest and the host have a core of their own, in microseconds. */
const SPIN = 20;

/** For how many microseconds waits spin beside that many guests: the host itself is one task more. */
export function spinFor(guests: number, cores: number): number {
  return guests < cores ? SPIN : 0;
}

/** Makes the mode. */
export function threadMode(options: GuestOptions): Mode {
  const warm = new WarmGuests<ThreadGuest>({ fresh: options.fresh, start: () => new ThreadGuest() });
  const stuck: ThreadGuest[] = [];
  const sessions = new Set<ThreadSession>();
  const runs = new Set<Promise<unknown>>();
  const closing = new AbortController();
  return {
    name: "thread",
    transport: "shared",
    async run(job) {
      const guests = Math.max(job.names.length, options.guests?.() ?? 0);
      // The host of a program only looks on: each task may have a core of its own.
      const spin = spinFor(guests - 1, navigator.hardwareConcurrency);
      const run = runThreads(job, { warm, spin, closing: closing.signal });
      runs.add(run);
      try {
        return await run;
      } finally {
        runs.delete(run);
      }
    },
    async open(jobs) {
      const session = new ThreadSession(jobs, { ...options, ended: () => void sessions.delete(session) });
      sessions.add(session);
      try {
        await session.start(warm);
        return session;
      } catch (error) {
        await session.end();
        throw error;
      }
    },
    serve: (job, { listener }) => serveThread(job, { warm, listener, closing: closing.signal }),
    // A thread ends with its process.
    kill() {},
    async close() {
      closing.abort();
      await Promise.all([...sessions].map((session) => session.abort()));
      await Promise.allSettled(runs);
      await warm.close();
      const silent = warm.lost.filter((guest) => guest.alive && !guest.blamed && !stuck.includes(guest));
      stuck.push(...silent);
      const [first] = silent;
      if (first !== undefined) throw new GuestStuckError(first.name);
    },
  };
}

/** The threads of one run. */
class ThreadSession implements ModeSession {
  readonly links: ThreadLink[];
  readonly #jobs: readonly Job[];
  readonly #memory: SharedMemory;
  readonly #place: ChannelsPlace;
  readonly #join: Join;
  readonly #timeout: number | undefined;
  #warm: WarmGuests<ThreadGuest> | undefined;
  readonly #guests: { readonly guest: ThreadGuest; readonly member: number; readonly module: string }[] = [];
  readonly #ended: () => void;

  constructor(jobs: readonly Job[], options: GuestOptions & { ended: () => void }) {
    const layout = new Layout();
    this.#jobs = jobs;
    this.#timeout = options.timeout;
    this.#ended = options.ended;
    this.#place = reserveChannels(layout, jobs);
    const guests = Math.max(jobs.length, options.guests?.() ?? 0);
    const spin = spinFor(guests, navigator.hardwareConcurrency);
    this.#memory = SharedMemory.create(layout, { guests: jobs.length, clock: now, spin });
    this.#join = new Join(this.#place.join);
    this.links = jobs.map(({ name, deterministic }, member) => {
      return new ThreadLink(name, new NearChannel(this.#memory, this.#place, { member, streams: deterministic }));
    });
  }

  async start(warm: WarmGuests<ThreadGuest>): Promise<void> {
    this.#warm = warm;
    const ready = this.#jobs.map(async (job, member) => {
      const link = this.links[member];
      const message = jobMessage(job);
      const argument = encode(job.reference?.argument);
      const { module } = message.reference;
      const failed = await warm.hand(module, async (guest) => {
        this.#guests.push({ guest, member, module });
        guest.name = job.name;
        const failed = await guest.begin({
          kind: "job",
          job: message,
          argument,
          memory: this.#memory.handle,
          place: this.#place,
          member,
          streams: job.deterministic,
        }, this.#timeout);
        // The end of a guest is a task of the event loop, so none is missed between its first answer and this line.
        guest.onEnd = (error) => {
          if (link !== undefined) this.#fail(link, error);
        };
        return failed;
      });
      if (failed !== undefined) throw new GuestError({ guest: job.name, mode: "thread", ...failed });
    });
    const outcomes = await Promise.allSettled(ready);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  join(links: readonly Link[]): void | Promise<void> {
    const awaited = this.links.filter((link) => links.includes(link));
    const left = this.#collect(awaited, now() + SLICE);
    if (left.length > 0) return this.#joinSlowly(left);
  }

  async end(): Promise<void> {
    const guests = this.#guests.splice(0);
    await Promise.all(guests.map(async ({ guest, member, module }) => {
      await guest.finish(() => this.#memory.control.requestStop(member));
      guest.onEnd = undefined;
      this.#warm?.give(guest, module);
    }));
    this.#ended();
  }

  /** Ends the jobs because the host closes: who waits for a guest hears of it. */
  async abort(): Promise<void> {
    for (const link of this.links) {
      this.#fail(link, new GuestDiedError({ guest: link.guest, mode: "thread", cause: "its host was closed" }));
    }
    await this.end();
  }

  #fail(link: ThreadLink, error: Error): void {
    link.failure ??= error;
    runBlocking(this.#memory, this.#join.withdraw(link.channel.member));
  }

  /** Waits until the deadline for these links, and gives those that are not settled. */
  #collect(links: readonly ThreadLink[], deadline: number): readonly ThreadLink[] {
    let open = links.filter((link) => !link.settle());
    while (open.length > 0) {
      runBlocking(this.#memory, this.#join.begin(open.map(({ channel }) => channel.member)));
      const arrived = runBlocking(this.#memory, this.#join.finish({ deadline }));
      open = open.filter((link) => !link.settle());
      // A message of many chunks may take longer than a slice, though something arrives all the time.
      if (!arrived || now() >= deadline) return open;
    }
    return open;
  }

  async #joinSlowly(links: readonly ThreadLink[]): Promise<void> {
    const started = now();
    for (let open = links; open.length > 0; open = this.#collect(open, now() + SLICE)) {
      // A death is a message to the event loop, and is delivered within a turn or two.
      await turn();
      if (this.#timeout === undefined || now() - started < this.#timeout * 1000) continue;
      for (const link of open) {
        link.failure ??= new GuestTimeoutError({ guest: link.guest, mode: "thread", seconds: this.#timeout });
        for (const { guest, member } of this.#guests) guest.blamed ||= member === link.channel.member;
      }
    }
  }
}

class ThreadLink implements Link {
  readonly guest: string;
  readonly mode = "thread";
  readonly channel: NearChannel;
  /** Why nothing more can come. */
  failure: Error | undefined;
  #arrived: Uint8Array | undefined;

  constructor(guest: string, channel: NearChannel) {
    this.guest = guest;
    this.channel = channel;
  }

  post(bytes: Uint8Array): void {
    if (this.failure === undefined) this.channel.post(bytes);
  }

  take(): Uint8Array | undefined {
    const arrived = this.#arrived ?? this.channel.pull();
    this.#arrived = undefined;
    if (arrived === undefined && this.failure !== undefined) throw this.failure;
    return arrived;
  }

  /** Whether there is something to take. */
  settle(): boolean {
    this.#arrived ??= this.channel.pull();
    return this.#arrived !== undefined || this.failure !== undefined;
  }
}
