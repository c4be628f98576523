/**
 * The delegated systems of one run, in guests outside the caller's realm.
 *
 * - A guest runs one system, or all that name it; the index of a request says which of them it is for.
 * - A request has a number, and its reply repeats it: the number of the oldest unanswered request to its system. If
 *   only the newest request counts, it may be any unanswered one, and answers all before it.
 * - If only the newest request counts, one that waits for room is replaced by the next.
 * - If the host can block, it blocks for at most 20 ms at a time, then lets the event loop run, so signals and deaths
 *   are noticed at most that late.
 */

import { errorText, GuestDiedError, GuestError, guestFault, GuestTimeoutError, ProtocolError } from "../../errors.ts";
import type { BeginFailure, FrameCursor, Keeper, KeptRealm, Realm } from "../../mode/mod.ts";
import { BLOCKS_MODULE, following } from "../../mode/mod.ts";
import { after, now, turn } from "../../platform/mod.ts";
import type { Delegation } from "../../simulator/mod.ts";
import type { GuestJob } from "../job.ts";
import { systemCode } from "../source.ts";
import { guestsOf, type JobMessage, jobMessage, type Link, type Links } from "./job.ts";

/** How long the host blocks before the event loop gets a turn, in milliseconds. */
const SLICE = 20;
/** The most systems of a guest that an error names. */
const MOST_NAMES = 5;

/** The keeper of the guests, and how long one may take to answer, in milliseconds. */
type LinksKeeper = Pick<Keeper, "warm"> & { readonly limit: number };

/** The links to the delegated systems of one run. */
export class GuestLinks implements Links {
  readonly links: readonly GuestLink[];
  /** The guests of the links: each once. */
  readonly guests: readonly LinkedGuest[];
  readonly #keeper: LinksKeeper;
  readonly #kept: { readonly guest: KeptRealm; readonly module: string }[] = [];
  /** Tells a join that waits on the event loop that a link has settled. */
  #joined: (() => void) | undefined;

  /** Creates the links of delegations; `start` begins their jobs. */
  constructor(delegations: readonly Delegation[], keeper: LinksKeeper) {
    this.#keeper = keeper;
    const options = { mode: keeper.warm.mode.name, settled: () => this.#joined?.() };
    this.guests = guestsOf(delegations).map((own) => new LinkedGuest(own, options));
    const linkOf = new Map(this.guests.flatMap(({ links }) => links.map((link) => [link.delegation, link] as const)));
    this.links = delegations.map((delegation) => linkOf.get(delegation)).filter((link) => link !== undefined);
  }

  /** Starts the guests, or takes warm ones; throws the first reason why one cannot begin. */
  async start(): Promise<void> {
    const { warm, limit } = this.#keeper;
    const outcomes = await Promise.allSettled(this.guests.map(async (guest) => {
      const systems = guest.links.map(({ delegation }) => jobMessage(delegation));
      const module = moduleOf(guest, systems);
      const failed = await warm.assign(module, (kept) => {
        this.#kept.push({ guest: kept, module });
        return guest.begin(kept, { systems, limit });
      });
      if (failed === undefined) return;
      const name = guest.links[failed.which ?? -1]?.guest ?? guest.name;
      throw new GuestError({ guest: name, mode: warm.mode.name, ...failed });
    }));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  join(links: readonly Link[]): void | Promise<void> {
    const open = this.#open(links as readonly GuestLink[], now() + SLICE);
    if (open.length > 0) return this.#joinSlowly(open);
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#kept.splice(0).map(async ({ guest, module }) => {
        await guest.finish();
        this.#keeper.warm.takeBack(guest, module);
      }),
    );
  }

  /** Ends the jobs because the host is closing; those who wait for a guest get an error. */
  async abort(): Promise<void> {
    for (const guest of this.guests) {
      guest.end(new GuestDiedError({ guest: guest.name, mode: guest.mode, cause: "its host was closed" }));
    }
    await this.end();
  }

  /** The links that are not settled, waiting until the deadline if the host may block. */
  #open(links: readonly GuestLink[], deadline: number): readonly GuestLink[] {
    let open = links.filter((link) => !link.settle());
    const { mode } = this.#keeper.warm;
    if (mode.block === undefined) return open;
    while (open.length > 0 && now() < deadline) {
      mode.block(realmsOf(open), deadline);
      open = open.filter((link) => !link.settle());
    }
    return open;
  }

  async #joinSlowly(links: readonly GuestLink[]): Promise<void> {
    const { warm: { mode }, limit } = this.#keeper;
    const deadline = now() + limit;
    for (let open = links; open.length > 0; open = this.#open(open, now() + SLICE)) {
      if (mode.block === undefined) await this.#settled(deadline);
      // A death is a message to the event loop, which arrives within a turn or two.
      else await turn();
      if (now() < deadline) continue;
      for (const link of open) link.giveUp(limit);
    }
  }

  /** Resolves when a link has settled, or at the deadline. */
  async #settled(deadline: number): Promise<void> {
    const joined = Promise.withResolvers<void>();
    this.#joined = joined.resolve;
    const stopTimer = after(deadline === Infinity ? Infinity : Math.max(0, deadline - now()), joined.resolve);
    await joined.promise;
    stopTimer();
  }
}

/** The guests of these links: each once. */
function realmsOf(links: readonly GuestLink[]): readonly Realm[] {
  const [only] = links;
  const realms = links.length === 1 ? [only?.owner.realm] : [...new Set(links.map(({ owner }) => owner.realm))];
  return realms.filter((realm) => realm !== undefined);
}

/**
 * The module that a guest loads; built-in systems are in every guest.
 *
 * @throws {TypeError} if its systems come from several modules.
 */
function moduleOf({ name, links }: LinkedGuest, systems: readonly JobMessage[]): string {
  const modules = systems.map(({ reference }) => reference.module);
  const module = modules.find((url) => url !== BLOCKS_MODULE) ?? BLOCKS_MODULE;
  const other = modules.findIndex((url) => url !== BLOCKS_MODULE && url !== module);
  if (other < 0) return module;
  throw new TypeError(
    `Cannot run ${links[other]?.guest} in guest ${name}: it comes from ${
      modules[other]
    }, the others come from ${module}, ` +
      `one module that exports them all or a guest of its own is wanted`,
  );
}

/** One guest, and the systems that it runs. */
class LinkedGuest {
  /** The path of its system, or its own name with those of its systems. */
  readonly name: string;
  readonly mode: string;
  readonly links: readonly GuestLink[];
  /** Why no more replies can come. */
  failure: Error | undefined;
  readonly #given: string | undefined;
  readonly #settled: () => void;
  #kept: KeptRealm | undefined;
  #number = 0;
  /** The unanswered requests by number, oldest first, each with the link that posted it. */
  readonly #asked = new Map<number, GuestLink>();

  constructor(
    delegations: readonly Delegation[],
    { mode, settled }: { readonly mode: string; readonly settled: () => void },
  ) {
    this.links = delegations.map((delegation, index) => new GuestLink(delegation, { owner: this, mode, index }));
    this.mode = mode;
    this.#given = delegations[0]?.system.guest;
    this.#settled = settled;
    const paths = delegations.map(({ path }) => path);
    const more = paths.length > MOST_NAMES ? ` and ${paths.length - MOST_NAMES} more` : "";
    const listed = paths.slice(0, MOST_NAMES).join(", ") + more;
    this.name = this.#given === undefined ? listed : `${this.#given} (${listed})`;
  }

  get realm(): Realm | undefined {
    return this.#kept?.realm;
  }

  async begin(
    guest: KeptRealm,
    { systems, limit }: { readonly systems: readonly JobMessage[]; readonly limit: number },
  ): Promise<BeginFailure | undefined> {
    if (this.failure !== undefined) throw this.failure;
    this.#kept = guest;
    const begun = guest.begin({ use: "system", systems, code: systemCode() } satisfies GuestJob, {
      name: this.name,
      limit,
      listener: {
        frame: (frame) => this.#hear(frame),
        settled: this.#settled,
        written: () => this.links.forEach((link) => link.writeHeld()),
        ended: (error) => this.end(error),
      },
    });
    const failed = await begun.catch((error) => {
      // If the job was ended meanwhile, the reason has been recorded.
      throw this.failure ?? error;
    });
    guest.realm.looks?.(true);
    return failed;
  }

  /** Sends a request; returns its number. */
  write(link: GuestLink, bytes: Uint8Array): number {
    const { realm } = this;
    this.#number = following(this.#number);
    this.#asked.set(this.#number, link);
    realm?.outbox.addPart({ kind: "post", number: this.#number, index: link.index }, {
      bytes,
      from: 0,
      end: bytes.length,
    });
    realm?.flush();
    return this.#number;
  }

  /** Forgets an answered request. */
  answered(number: number): void {
    this.#asked.delete(number);
  }

  /** Gives it up because it has not answered for `limit` milliseconds. */
  giveUp(limit: number): void {
    // It is working on the oldest request; the others wait for their turn.
    const [at] = this.#asked.values();
    const name = this.#given === undefined || at === undefined ? this.name : `${this.#given} (at ${at.guest})`;
    this.fail(new GuestTimeoutError({ guest: name, mode: this.mode, seconds: limit / 1000 }));
  }

  fail(error: Error): void {
    this.end(error);
    this.#kept?.fail(error);
  }

  /** Records why no more replies come. */
  end(error: Error): void {
    this.failure ??= error;
    this.#settled();
  }

  #hear({ kind, number, bytes, from, end }: FrameCursor): void {
    const link = kind === "reply" ? this.#asked.get(number) : undefined;
    if (link === undefined) {
      throw new ProtocolError(`a frame ${kind} about request ${number}, a reply to one of its own is wanted`);
    }
    link.hear(number, bytes.subarray(from, end));
  }
}

class GuestLink implements Link {
  readonly guest: string;
  readonly mode: string;
  readonly delegation: Delegation;
  readonly owner: LinkedGuest;
  /** The index of its system in the guest. */
  readonly index: number;
  /** The numbers of its unanswered requests, oldest first. */
  readonly #posted: number[] = [];
  /** The replies not yet taken, oldest first; at most one if only the newest request counts. */
  readonly #arrived: Uint8Array[] = [];
  #room = new Uint8Array(256);
  /** A request for which there is no room yet. */
  #held: Uint8Array | undefined;

  constructor(
    delegation: Delegation,
    { owner, mode, index }: { readonly owner: LinkedGuest; readonly mode: string; readonly index: number },
  ) {
    this.delegation = delegation;
    this.guest = delegation.path;
    this.mode = mode;
    this.owner = owner;
    this.index = index;
  }

  post(bytes: Uint8Array): void {
    const { realm, failure } = this.owner;
    if (realm === undefined || failure !== undefined) return;
    if (!this.delegation.system.deterministic && realm.busy) this.#held = bytes.slice();
    else this.#posted.push(this.owner.write(this, bytes));
  }

  take(): Uint8Array | undefined {
    if (this.#arrived.length === 0) this.owner.realm?.poll?.();
    const arrived = this.#arrived.shift();
    if (arrived === undefined && this.owner.failure !== undefined) throw this.owner.failure;
    return arrived;
  }

  /** Whether there is something to take. */
  settle(): boolean {
    const { failure, realm } = this.owner;
    if (this.#arrived.length === 0 && failure === undefined) realm?.poll?.();
    return this.#arrived.length > 0 || this.owner.failure !== undefined;
  }

  /** Gives up a guest that has not answered for `limit` milliseconds. */
  giveUp(limit: number): void {
    if (!this.settle()) this.owner.giveUp(limit);
  }

  refuse(cause: unknown): Error {
    const what = `its reply breaks the protocol: ${errorText(cause)}`;
    const error = guestFault({ name: this.guest, mode: this.mode }, what, { cause });
    this.owner.fail(error);
    return error;
  }

  /** Sends the request for which there was no room. */
  writeHeld(): void {
    const held = this.#held;
    if (held === undefined || this.owner.realm === undefined) return;
    this.#held = undefined;
    this.#posted.push(this.owner.write(this, held));
  }

  /** Handles the reply to one of its requests; the bytes are read at once. */
  hear(number: number, bytes: Uint8Array): void {
    const { deterministic, latency } = this.delegation.system;
    const at = this.#posted.indexOf(number);
    if (deterministic && at > 0) {
      throw new ProtocolError(`a reply to request ${number}, one to request ${this.#posted[0]} is wanted before it`);
    }
    for (const answered of this.#posted.splice(0, at + 1)) this.owner.answered(answered);
    if (latency > 1) {
      this.#arrived.push(bytes.slice());
      return;
    }
    if (bytes.length > this.#room.length) this.#room = new Uint8Array(2 * bytes.length);
    this.#room.set(bytes);
    this.#arrived[0] = this.#room.subarray(0, bytes.length);
  }
}
