/**
 * The near side of a delegated system: which requests are posted, and which replies released and held.
 *
 * - At its event t_k a delegated system of latency n releases the reply to the request of t_(k-n), then samples and posts.
 * - Invariant (deterministic): the requests in flight are the latest ones, at most n, and none is dropped.
 * - Invariant (non-deterministic): the indices of released requests increase, and each is below that of the releasing
 *   event.
 * - `lag` is, in periods, how much older the shown reply is than that of a deterministic system.
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

/** The type of a parameter's value here: anything. */
const ANY = abstract<unknown>(undefined);

/** How late the shown replies of a system were, in periods. */
export interface Lag {
  /** The largest lag of any release. */
  readonly most: number;
  /** The mean lag of all releases. */
  readonly mean: number;
  /** How many releases had a lag above 0. */
  readonly held: number;
}

/** What a snapshot stores of a delegated system, as JSON. */
export interface NearSnapshot {
  /** The index of the newest released request. */
  readonly released: number;
  /** Whether its reply said that the far side's run has ended. */
  readonly ended: boolean;
  /** The replies that the next events will release, oldest first: the requests that were in flight, answered. */
  readonly arrived: readonly {
    readonly k: number;
    readonly outputs: readonly SavedValue[];
    readonly ended: { readonly by: string; readonly message: string } | null;
  }[];
  /** The parameters set since the last request. */
  readonly set: readonly (Omit<ParameterChange, "value"> & { readonly value: SavedValue })[];
  /** The state of the far side. */
  readonly far: unknown;
}

/** A parameter that was set, and the first request that carried it. */
interface Set {
  readonly change: ParameterChange;
  request: number | undefined;
}

export class NearSide {
  /** The outputs that the rest of the run sees. */
  readonly part: DelegatedContext;

  readonly #timing: ExactTiming;
  #far: FarSide | undefined;
  /** The requests in flight and those whose replies wait for their release, oldest first. */
  #posted: number[] = [];
  /** The replies to the first of these, if taken before their release, for a snapshot. */
  #arrived: Reply[] = [];
  #released = INITIALIZATION;
  /** Whether the last released reply said that the far side's run has ended. */
  #isEnded = false;
  /** In a replay: the requests not yet handed over. */
  readonly #withheld = new Map<number, Request>();
  #lag = { most: 0, sum: 0, held: 0, releases: 0 };
  /** The index of its first event in this run. */
  #first = 0;
  /** The parameters set that no request has carried yet, or only requests that the far side may have skipped. */
  #set: Set[] = [];
  /** The last setting of each parameter, by path and name, for a new far side. */
  readonly #known = new Map<string, ParameterChange>();

  /** Makes the near side of a delegated part; `open` connects it to a far side. */
  constructor(part: DelegatedContext) {
    this.part = part;
    this.#timing = exactTiming(part.system.timing);
  }

  get far(): FarSide {
    if (this.#far !== undefined) return this.#far;
    throw new TypeError(`Cannot reach the far side of ${this.part.path}: it is not open, initialize() is wanted first`);
  }

  /** Whether a request is posted whose reply was not taken. */
  get pending(): boolean {
    return this.#posted.length > this.#arrived.length;
  }

  /** The simulated time of the oldest request whose reply was not taken. */
  get pendingSince(): Rational {
    return eventTime(this.#timing, BigInt(this.#posted[this.#arrived.length] ?? 0));
  }

  /** Whether event k releases a reply that was not yet taken. */
  awaits(k: number): boolean {
    return this.#arrived.length === 0 && this.#isDue(k);
  }

  /** How late the releases of this run were. */
  get lag(): Lag {
    const { most, sum, held, releases } = this.#lag;
    return { most, mean: releases === 0 ? 0 : sum / releases, held };
  }

  /** Connects it to a far side. A second far side gets all parameters that were set. */
  open(far: FarSide): void {
    if (this.#far !== undefined) {
      this.#set = [...this.#known.values()].map((change) => ({ change, request: undefined }));
    }
    this.#far = far;
  }

  /** Forgets the last run, and begins one at that time. */
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
   * @throws {DiagramError} if there is no such parameter.
   */
  setParameter(given: ParameterChange): void {
    const { path: at, system } = this.part;
    const change = checkedChange(system, { at, change: given });
    this.#set.push({ change, request: undefined });
    this.#known.set(`${change.path} ${change.name}`, change);
  }

  /** The index of this system's event at that time. */
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

  /** Posts a request; in a replay, keeps the request of a non-deterministic system until the record posts it. */
  post(request: Request, replay: boolean): void {
    if (replay && !this.part.system.deterministic) {
      this.#withheld.set(request.k, request);
      return;
    }
    this.far.post(request);
    if (!this.part.system.deterministic) this.#posted = [];
    this.#posted.push(request.k);
  }

  /** Shows the outputs after initialization, and returns the reply; `undefined` if the reply is from an earlier run. */
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

  /** Releases, at event k, the reply of a deterministic system, which has arrived. */
  releaseExpected(k: number): Reply | undefined {
    if (!this.#isDue(k)) return undefined;
    const reply = this.#arrived.shift() ?? this.#expected();
    this.#posted.shift();
    return this.#show(reply);
  }

  /** Releases, at event k, the newest reply of a non-deterministic system that has arrived, if any. */
  releaseNewest(k: number, log: ArrivalLog): Reply | undefined {
    const reply = this.#posted.length === 0 ? undefined : this.far.take();
    if (reply !== undefined) {
      // A request may be posted before an older one's reply is seen; then its reply lists the older request again.
      const processed = reply.processed.filter((request) => request > this.#released);
      log.add(this.part.path, { event: k, processed });
    }
    const shown = this.#show(reply);
    this.#count(k);
    return shown;
  }

  /** Releases what a recorded arrival says; yields before each reply that must be waited for. */
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

  /** What a snapshot stores, given the state of the far side. */
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
   * Reads its part of a snapshot, and returns a function that restores it; the caller restores the far side's state.
   *
   * @throws {TypeError} if a value has the wrong type.
   * @throws {DiagramError} if there is no such parameter.
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

  /** Whether the far side may skip a request; then later requests repeat what a request carries. */
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

  /** Shows the outputs of a reply; the returned reply mentions the end of the far side's run only the first time. */
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
