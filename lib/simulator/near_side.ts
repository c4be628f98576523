/**
 * The near side of a run's delegated systems: what is posted, released and held.
 *
 * - At its event t_k a delegated system of latency n releases the reply to the request of t_(k-n), then samples and posts.
 * - Invariant (deterministic): the requests in flight are the last ones, n at most, and none is dropped.
 * - Invariant (non-deterministic): the released requests ascend, and each is older than the event that releases it.
 * - `lag` counts, in periods, how much older the shown reply is than the deterministic law's.
 */

import {
  abstract,
  type DelegatedContext,
  type Rational,
  type SavedValue,
  savedValue,
  type Timing,
  valueFrom,
} from "../diagram/mod.ts";
import type { ArrivalLog } from "./arrivals.ts";
import { checkedChange } from "./far_parameter.ts";
import { type FarSide, INITIALIZATION, type ParameterChange, type Reply, type Request } from "./far_side.ts";
import { eventIndex, eventTime, type ExactTiming, exactTiming, firstIndex } from "./instants.ts";

/** What a parameter may hold: anything. */
const ANY = abstract<unknown>(undefined);

/** How late the shown replies were, in periods. */
export interface Lag {
  /** The greatest lag of a release. */
  readonly most: number;
  /** The mean over all releases. */
  readonly mean: number;
  /** How many releases held an old value. */
  readonly held: number;
}

/** What a snapshot keeps of one near side, as JSON. */
export interface NearSnapshot {
  /** The newest released request. */
  readonly released: number;
  /** Whether its reply told that the far side's run has ended. */
  readonly ended: boolean;
  /** The replies that the next events release, the oldest first: what was in flight, as values. */
  readonly arrived: readonly {
    readonly k: number;
    readonly outputs: readonly SavedValue[];
    readonly ended: { readonly by: string; readonly message: string } | null;
  }[];
  /** The parameters that were set since the last request. */
  readonly set: readonly (Omit<ParameterChange, "value"> & { readonly value: SavedValue })[];
  /** The far side's state. */
  readonly far: unknown;
}

/** A parameter that was set, and the request that carried it first. */
interface Set {
  readonly change: ParameterChange;
  request: number | undefined;
}

export class NearSide {
  /** The values that the rest of the run sees. */
  readonly part: DelegatedContext;

  readonly #timing: ExactTiming;
  #far: FarSide | undefined;
  /** The requests in flight, or whose replies wait for their release, the oldest first. */
  #posted: number[] = [];
  /** The replies to the first of them that were taken before their release, for a snapshot. */
  #arrived: Reply[] = [];
  #released = INITIALIZATION;
  /** Whether a released reply told that the far side's run has ended; it stays so. */
  #isEnded = false;
  /** Requests that a replay has not handed over. */
  readonly #withheld = new Map<number, Request>();
  #lag = { most: 0, sum: 0, held: 0, releases: 0 };
  /** Its first event in this run. */
  #first = 0;
  /** The parameters that were set and that no request has carried, or none that the far side is known to have worked on. */
  #set: Set[] = [];
  /** What each parameter was set to last, by path and name: what another far side is told. */
  readonly #known = new Map<string, ParameterChange>();

  /** Makes the near side of a delegated part; `open` gives it its far side. */
  constructor(part: DelegatedContext) {
    this.part = part;
    this.#timing = exactTiming(part.system.timing);
  }

  get far(): FarSide {
    if (this.#far !== undefined) return this.#far;
    throw new TypeError(`Cannot reach the far side of ${this.part.path}: it is not open, initialize() is wanted first`);
  }

  /** Whether a request was posted whose reply was not taken. */
  get pending(): boolean {
    return this.#posted.length > this.#arrived.length;
  }

  /** When the oldest request was posted whose reply was not taken. */
  get pendingSince(): Rational {
    return eventTime(this.#timing, BigInt(this.#posted[this.#arrived.length] ?? 0));
  }

  /** Whether event k releases a reply that was not taken. */
  awaits(k: number): boolean {
    return this.#arrived.length === 0 && this.#isDue(k);
  }

  /** How late the releases were. */
  get lag(): Lag {
    const { most, sum, held, releases } = this.#lag;
    return { most, mean: releases === 0 ? 0 : sum / releases, held };
  }

  /** Gives it its far side, or another one, which is told of the parameters that were set. */
  open(far: FarSide): void {
    if (this.#far !== undefined) {
      this.#set = [...this.#known.values()].map((change) => ({ change, request: undefined }));
    }
    this.#far = far;
  }

  /** Forgets a run, and begins one at that time. */
  begin(time: Rational): void {
    this.part.reset();
    this.#posted = [];
    this.#arrived = [];
    this.#released = INITIALIZATION;
    this.#isEnded = false;
    this.#withheld.clear();
    this.#lag = { most: 0, sum: 0, held: 0, releases: 0 };
    this.#first = Number(firstIndex(this.#timing, time));
  }

  /**
   * Sets a parameter from the next request on.
   *
   * @throws {DiagramError} where there is no such parameter.
   */
  setParameter(given: ParameterChange): void {
    const { path: at, system } = this.part;
    const change = checkedChange(system, { at, change: given });
    this.#set.push({ change, request: undefined });
    this.#known.set(`${change.path} ${change.name}`, change);
  }

  /** Which event of this system lies at that time. */
  event(time: Rational): number {
    return Number(eventIndex(this.#timing, time));
  }

  /** Samples the inputs of event k. */
  sample(k: number, at: { t: number; named: Timing }): Request {
    const request = { k, t: at.t, named: at.named, seen: this.#released, inputs: this.part.sample() };
    if (this.#set.length === 0) return request;
    const isCarried = ({ request }: Set) => request === undefined || (this.#mayMiss && request > this.#released);
    this.#set = this.#set.filter(isCarried);
    for (const set of this.#set) set.request ??= k;
    return this.#set.length === 0 ? request : { ...request, set: this.#set.map(({ change }) => change) };
  }

  /** Posts a request, or keeps it for a replay to post. */
  post(request: Request, replay: boolean): void {
    if (replay && !this.part.system.deterministic) {
      this.#withheld.set(request.k, request);
      return;
    }
    this.far.post(request);
    if (!this.part.system.deterministic) this.#posted = [];
    this.#posted.push(request.k);
  }

  /** Shows the outputs after initialization, and gives the reply; nothing where it is one to a run before. */
  initialize(): Reply | undefined {
    const reply = this.#expected();
    if (reply.k !== INITIALIZATION) return undefined;
    this.part.release(reply.outputs);
    this.#posted = [];
    return reply;
  }

  /** Takes the oldest reply that has arrived and keeps it for its release. */
  collect(): Reply {
    const reply = this.#expected();
    this.#arrived.push(reply);
    return reply;
  }

  /** The release of a deterministic system at event k; the reply has arrived. */
  releaseExpected(k: number): Reply | undefined {
    if (!this.#isDue(k)) return undefined;
    const reply = this.#arrived.shift() ?? this.#expected();
    this.#posted.shift();
    return this.#show(reply);
  }

  /** The release of a non-deterministic system at event k: the newest reply that has arrived, if any. */
  releaseNewest(k: number, log: ArrivalLog): Reply | undefined {
    const reply = this.#posted.length === 0 ? undefined : this.far.take();
    if (reply !== undefined) {
      // A request may be posted before an older one's reply is seen: then its reply tells of both once more.
      const processed = reply.processed.filter((request) => request > this.#released);
      log.add(this.part.path, { event: k, processed });
    }
    const shown = this.#show(reply);
    this.#count(k);
    return shown;
  }

  /** The same from a recorded arrival: yields before each reply that has to be waited for. */
  *releaseRecorded(k: number, log: ArrivalLog): Generator<void, Reply | undefined> {
    let reply: Reply | undefined;
    for (const next of log.at(this.part.path, k)?.processed ?? []) {
      const request = this.#withheld.get(next);
      if (request === undefined) {
        throw new RangeError(
          `Cannot replay ${this.part.path}: event ${k} releases request ${next}, one that this run has posted is wanted`,
        );
      }
      this.far.post(request);
      yield;
      reply = this.far.take();
      for (const old of this.#withheld.keys()) if (old <= next) this.#withheld.delete(old);
    }
    const shown = this.#show(reply);
    this.#count(k);
    return shown;
  }

  /** What a snapshot keeps; the far side's state is given. */
  save(far: unknown): NearSnapshot {
    const types = Object.values(this.part.system.outputs);
    const saved = (outputs: readonly unknown[]) => types.map((type, index) => savedValue(type, outputs[index]));
    return {
      released: this.#released,
      ended: this.#isEnded,
      arrived: this.#arrived.map(({ k, outputs, ended = null }) => ({ k, outputs: saved(outputs), ended })),
      set: this.#set.filter(({ request }) => request === undefined).map(({ change }) => {
        return { ...change, value: savedValue(ANY, change.value) };
      }),
      far,
    };
  }

  /**
   * Reads it; what that gives puts it back. The far side's state is restored by the caller.
   *
   * @throws {TypeError} where a value is of another type.
   * @throws {DiagramError} where there is no such parameter.
   */
  read({ released, ended, arrived, set }: NearSnapshot): () => void {
    const { path, system } = this.part;
    const replies = arrived.map(({ k, outputs, ended }): Reply => ({
      k,
      processed: [k],
      outputs: Object.entries(system.outputs).map(([port, type], index) => {
        return valueFrom(type, outputs[index], () => `output ${path}.${port}`);
      }),
      started: 0,
      finished: 0,
      ended: ended ?? undefined,
    }));
    const changes = set.map((change) => {
      const value = valueFrom(ANY, change.value, () => `parameter ${change.name} of ${path}`);
      return checkedChange(system, { at: path, change: { path: change.path, name: change.name, value } });
    });
    return () => {
      this.#released = released;
      this.#isEnded = ended;
      this.#arrived = replies;
      this.#posted = replies.map(({ k }) => k);
      this.#set = changes.map((change) => ({ change, request: undefined }));
    };
  }

  /** Whether the far side may never work on a request: then what one carries goes with the next ones, too. */
  get #mayMiss(): boolean {
    return !this.part.system.deterministic;
  }

  #isDue(k: number): boolean {
    return this.#posted[0] === k - this.part.system.latency;
  }

  #expected(): Reply {
    const reply = this.far.take();
    if (reply === undefined) {
      throw new Error(
        `Cannot release ${this.part.path}: no reply to request ${this.#posted[this.#arrived.length]} has arrived`,
      );
    }
    return reply;
  }

  /** Shows the outputs of a reply; what it gives says of the end of the far side's run only where that is news. */
  #show(reply: Reply | undefined): Reply | undefined {
    if (reply === undefined) return undefined;
    this.#released = reply.k;
    this.part.release(reply.outputs);
    const isNews = !this.#isEnded;
    this.#isEnded = reply.ended !== undefined;
    return isNews ? reply : { ...reply, ended: undefined };
  }

  #count(k: number): void {
    const lag = k - 1 - (this.#released === INITIALIZATION ? this.#first - 1 : this.#released);
    this.#lag.releases++;
    this.#lag.sum += lag;
    this.#lag.most = Math.max(this.#lag.most, lag);
    if (lag > 0) this.#lag.held++;
  }
}
