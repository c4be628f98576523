/**
 * What the simulator asks of whoever runs its delegated systems.
 *
 * - `post` never waits; `take` never waits; only `join` may, and it may be synchronous.
 * - Replies arrive in the order of their requests; a deterministic far side answers each, and as many requests of it are in
 *   flight as its latency says.
 * - A far side of a non-deterministic system works on the newest request only, and its newest reply replaces the rest.
 */

import type { DelegatedSystem, Timing } from "../diagram/mod.ts";

/** The index of the request that initializes; those of events count from 0. */
export const INITIALIZATION: number = -1;

/** A parameter that was set on the near side. */
export interface ParameterChange {
  /** The path within the delegated system. */
  readonly path: string;
  /** The parameter. */
  readonly name: string;
  /** What it is from here on. */
  readonly value: unknown;
}

/** The inputs of one event of a delegated system. */
export interface Request {
  /** Which event: {@linkcode INITIALIZATION}, 0, 1, 2, ... */
  readonly k: number;
  /** The simulated time of the event as everybody sees it, in seconds. */
  readonly t: number;
  /** The timing that names t. */
  readonly named: Timing;
  /** The newest request whose reply the near side has seen. */
  readonly seen: number;
  /**
   * The parameters that were set since the request before, or since the seen one where requests may be replaced, the oldest first:
   * they count from this request on.
   */
  readonly set?: readonly ParameterChange[];
  /** The inputs in declared order; `UNCONNECTED` stands for an optional one without a value. */
  readonly inputs: readonly unknown[];
}

/** The outputs after one request. */
export interface Reply {
  /** Which request. */
  readonly k: number;
  /** The requests that the far side has worked on since the one it knows to be seen, this one last. */
  readonly processed: readonly number[];
  /** The outputs in declared order. */
  readonly outputs: readonly unknown[];
  /** When the far side began to work on it, in milliseconds of the real clock since the epoch. */
  readonly started: number;
  /** When it was done, in the same milliseconds. */
  readonly finished: number;
  /** Who ended the far side's run and why, if anybody did: a path, "" for the system itself. */
  readonly ended?: { readonly by: string; readonly message: string } | undefined;
}

/** One delegated system of one run. */
export interface FarSide {
  /** The guest's name. */
  readonly name: string;
  /** Hands over a request. */
  post(request: Request): void;
  /**
   * The oldest reply that has arrived and was not taken, if any, or the newest of a non-deterministic system; throws the far
   * side's typed error.
   */
  take(): Reply | undefined;
  /** What the part at a path inside holds after all requests; "" is the system itself. */
  inspect(path: string): unknown | Promise<unknown>;
  /** The far side's whole state as plain data. */
  snapshot(): unknown | Promise<unknown>;
  /** Puts such a state back. */
  restore(saved: unknown): void | Promise<void>;
}

/** All delegated systems of one run. */
export interface FarSession {
  /** In the order in which they were asked for. */
  readonly sides: readonly FarSide[];
  /** Waits until each of these has a reply, or an error, to take. */
  join(sides: readonly FarSide[]): void | Promise<void>;
  /** Ends them all; harmless twice. */
  close(): void | Promise<void>;
}

/** A delegated system and its place in the whole. */
export interface Delegation {
  /** The path of the delegated system. */
  readonly path: string;
  /** Its description. */
  readonly system: DelegatedSystem;
}

/** Whoever starts far sides. */
export interface FarHost {
  /** Starts one far side per delegation. */
  open(delegations: readonly Delegation[]): FarSession | Promise<FarSession>;
}

/** The real clock that a run is paced by. */
export interface RealClock {
  /** Milliseconds since the epoch, with a fraction. */
  now(): number;
  /** Waits until that time. */
  sleepUntil(time: number): Promise<void>;
  /** Something to await where the event loop should get a turn, else `undefined`. */
  breathe(): Promise<void> | undefined;
}
