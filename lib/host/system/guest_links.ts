/**
 * The delegated systems of one run, in guests elsewhere.
 *
 * - A request carries a number, and its reply repeats it: the number of a reply is the oldest that was posted and not
 *   answered; where only the newest request counts, any such, and the reply is to all before it.
 * - Where only the newest request counts, one that waits for room is replaced by the next.
 * - Where the host can block it blocks for at most 20 ms, then gives the event loop a turn: signals and deaths are heard
 *   that late at most.
 */

import { errorText, GuestDiedError, GuestError, guestFault, GuestTimeoutError, ProtocolError } from "../../errors.ts";
import type { BeginFailure, FrameCursor, Keeper, KeptRealm, Realm } from "../../mode/mod.ts";
import { following } from "../../mode/mod.ts";
import { after, now, turn } from "../../platform/mod.ts";
import type { Delegation } from "../../simulator/mod.ts";
import type { GuestJob } from "../job.ts";
import { systemCode } from "../source.ts";
import { jobMessage, type Link, type Links } from "./job.ts";

/** How long the host blocks without a turn of the event loop, in milliseconds. */
const SLICE = 20;

/** Who keeps the guests, and how long one may take to answer, in milliseconds. */
type LinksKeeper = Pick<Keeper, "warm"> & { readonly limit: number };

export class GuestLinks implements Links {
  readonly links: readonly GuestLink[];
  readonly #keeper: LinksKeeper;
  readonly #guests: { readonly guest: KeptRealm; readonly module: string }[] = [];
  /** Says that a link has settled, to a join that waits on the event loop. */
  #joined: (() => void) | undefined;

  /** Makes the links of delegations, whose jobs begin by `start`. */
  constructor(delegations: readonly Delegation[], keeper: LinksKeeper) {
    this.#keeper = keeper;
    const options = { mode: keeper.warm.mode.name, settled: () => this.#joined?.() };
    this.links = delegations.map((delegation) => new GuestLink(delegation, options));
  }

  /** Starts the guests, or takes warm ones; throws the first reason why one cannot begin. */
  async start(): Promise<void> {
    const { warm, limit } = this.#keeper;
    const outcomes = await Promise.allSettled(this.links.map(async (link) => {
      const message = jobMessage(link.delegation);
      const { module } = message.reference;
      const failed = await warm.hand(module, (guest) => {
        this.#guests.push({ guest, module });
        return link.begin(guest, { job: { use: "system", system: message, code: systemCode() }, limit });
      });
      if (failed !== undefined) throw new GuestError({ guest: link.guest, mode: warm.mode.name, ...failed });
    }));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  join(links: readonly Link[]): void | Promise<void> {
    const open = this.#open(this.links.filter((link) => links.includes(link)), now() + SLICE);
    if (open.length > 0) return this.#joinSlowly(open);
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#guests.splice(0).map(async ({ guest, module }) => {
        await guest.finish();
        this.#keeper.warm.give(guest, module);
      }),
    );
  }

  /** Ends the jobs because the host closes: who waits for a guest hears of it. */
  async abort(): Promise<void> {
    for (const link of this.links) {
      link.fail(new GuestDiedError({ guest: link.guest, mode: link.mode, cause: "its host was closed" }));
    }
    await this.end();
  }

  /** Those that are not settled: at the deadline, where the host may block. */
  #open(links: readonly GuestLink[], deadline: number): readonly GuestLink[] {
    let open = links.filter((link) => !link.settle());
    const { mode } = this.#keeper.warm;
    if (mode.block === undefined) return open;
    while (open.length > 0 && now() < deadline) {
      mode.block(open.flatMap(({ realm }) => realm === undefined ? [] : [realm]), deadline);
      open = open.filter((link) => !link.settle());
    }
    return open;
  }

  async #joinSlowly(links: readonly GuestLink[]): Promise<void> {
    const { warm: { mode }, limit } = this.#keeper;
    const deadline = now() + limit;
    for (let open = links; open.length > 0; open = this.#open(open, now() + SLICE)) {
      if (mode.block === undefined) await this.#settled(deadline);
      // A death is a message to the event loop, and is delivered within a turn or two.
      else await turn();
      if (now() < deadline) continue;
      for (const link of open) link.giveUp(limit);
    }
  }

  /** Resolves when a link has settled, or at the deadline. */
  async #settled(deadline: number): Promise<void> {
    const joined = Promise.withResolvers<void>();
    this.#joined = joined.resolve;
    const letGo = after(deadline === Infinity ? Infinity : Math.max(0, deadline - now()), joined.resolve);
    await joined.promise;
    letGo();
  }
}

class GuestLink implements Link {
  readonly guest: string;
  readonly mode: string;
  readonly delegation: Delegation;
  readonly #settled: () => void;
  #kept: KeptRealm | undefined;
  /** The numbers of the requests that were posted and are not answered, the oldest first. */
  readonly #posted: number[] = [];
  #number = 0;
  /** The replies that were not taken, the oldest first; one at most where only the newest request counts. */
  readonly #arrived: Uint8Array[] = [];
  #room = new Uint8Array(256);
  /** A request for which there is no room. */
  #held: Uint8Array | undefined;
  #failure: Error | undefined;

  constructor(delegation: Delegation, { mode, settled }: { readonly mode: string; readonly settled: () => void }) {
    this.delegation = delegation;
    this.guest = delegation.path;
    this.mode = mode;
    this.#settled = settled;
  }

  get realm(): Realm | undefined {
    return this.#kept?.realm;
  }

  async begin(
    guest: KeptRealm,
    { job, limit }: { readonly job: GuestJob; readonly limit: number },
  ): Promise<BeginFailure | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#kept = guest;
    const begun = guest.begin(job, {
      name: this.guest,
      limit,
      listener: {
        frame: (frame) => this.#hear(frame),
        settled: this.#settled,
        written: () => this.#writeHeld(),
        ended: (error) => this.#end(error),
      },
    });
    const failed = await begun.catch((error) => {
      // Whoever ended the job meanwhile has said why.
      throw this.#failure ?? error;
    });
    guest.realm.looks?.(true);
    return failed;
  }

  post(bytes: Uint8Array): void {
    const { realm } = this;
    if (realm === undefined || this.#failure !== undefined) return;
    if (!this.delegation.system.deterministic && realm.busy) this.#held = bytes.slice();
    else this.#write(realm, bytes);
  }

  take(): Uint8Array | undefined {
    if (this.#arrived.length === 0) this.realm?.poll?.();
    const arrived = this.#arrived.shift();
    if (arrived === undefined && this.#failure !== undefined) throw this.#failure;
    return arrived;
  }

  /** Whether there is something to take. */
  settle(): boolean {
    if (this.#arrived.length === 0 && this.#failure === undefined) this.realm?.poll?.();
    return this.#arrived.length > 0 || this.#failure !== undefined;
  }

  fail(error: Error): void {
    this.#end(error);
  }

  /** Gives up a guest that has not answered for so many milliseconds. */
  giveUp(limit: number): void {
    if (this.settle()) return;
    this.#fail(new GuestTimeoutError({ guest: this.guest, mode: this.mode, seconds: limit / 1000 }));
  }

  refuse(cause: unknown): Error {
    const what = `what it replied is none of the protocol's: ${errorText(cause)}`;
    const error = guestFault({ name: this.guest, mode: this.mode }, what, { cause });
    this.#fail(error);
    return error;
  }

  #fail(error: Error): void {
    this.#end(error);
    this.#kept?.fail(error);
  }

  #end(error: Error): void {
    this.#failure ??= error;
    this.#settled();
  }

  #write(realm: Realm, bytes: Uint8Array): void {
    this.#number = following(this.#number);
    this.#posted.push(this.#number);
    realm.outbox.add("post", this.#number, bytes);
    realm.flush();
  }

  #writeHeld(): void {
    const { realm } = this;
    const held = this.#held;
    if (held === undefined || realm === undefined) return;
    this.#held = undefined;
    this.#write(realm, held);
  }

  #hear({ kind, number, bytes, from, end }: FrameCursor): void {
    const { deterministic, latency } = this.delegation.system;
    const at = kind === "reply" ? this.#posted.indexOf(number) : -1;
    if (at < 0) throw new ProtocolError(`a frame ${kind} about request ${number}, a reply to one of its own is wanted`);
    if (deterministic && at > 0) {
      throw new ProtocolError(`a reply to request ${number}, one to request ${this.#posted[0]} is wanted before it`);
    }
    this.#posted.splice(0, at + 1);
    if (latency > 1) {
      this.#arrived.push(bytes.slice(from, end));
      return;
    }
    const length = end - from;
    if (length > this.#room.length) this.#room = new Uint8Array(2 * length);
    this.#room.set(bytes.subarray(from, end));
    this.#arrived[0] = this.#room.subarray(0, length);
  }
}
