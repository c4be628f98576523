/**
 * What the simulator requires of the host that runs its delegated systems.
 *
 * - `post` and `take` never wait; only `join` may wait, and it may be synchronous.
 * - Replies arrive in the order of their requests. A deterministic far side answers every request, and has at most as
 *   many requests in flight as its latency.
 * - The far side of a non-deterministic system works only on the newest request, and its newest reply replaces older
 *   ones.
 */

import type { DelegatedSystem, Timing } from "../diagram/mod.ts";

/** The index of the initialization request; requests of events count from 0. */
export const INITIALIZATION: number = -1;

/** A parameter that was set on the near side. */
export interface ParameterChange {
  /** The path of the leaf within the delegated system. */
  readonly path: string;
  /** The name of the parameter. */
  readonly name: string;
  /** Its new value. */
  readonly value: unknown;
}

/** The inputs of one event of a delegated system. */
export interface Request {
  /** The index of the event: {@linkcode INITIALIZATION}, 0, 1, 2, ... */
  readonly k: number;
  /** The simulated time of the event as systems see it, in seconds. */
  readonly t: number;
  /** The timing that names t. */
  readonly named: Timing;
  /** The newest request whose reply the near side has seen. */
  readonly seen: number;
  /**
   * The parameters set since the previous request (or since the `seen` one, if requests may be replaced), oldest first;
   * they hold from this request on.
   */
  readonly set?: readonly ParameterChange[];
  /** The inputs in declared order; `UNCONNECTED` stands for an optional one without a value. */
  readonly inputs: readonly unknown[];
}

/** The outputs after one request. */
export interface Reply {
  /** The index of the request. */
  readonly k: number;
  /** The requests that the far side worked on since the newest one that it knows to be seen, this one last. */
  readonly processed: readonly number[];
  /** The outputs in declared order. */
  readonly outputs: readonly unknown[];
  /** When the far side began to work on it, in milliseconds since the epoch. */
  readonly started: number;
  /** When the work was done, in milliseconds since the epoch. */
  readonly finished: number;
  /** If a part ended the far side's run: its path, "" for the system itself, and its message. */
  readonly ended?: { readonly by: string; readonly message: string } | undefined;
}

/** One delegated system of one run. */
export interface FarSide {
  /** The name of the guest. */
  readonly name: string;
  /** Hands over a request; never waits. */
  post(request: Request): void;
  /**
   * Takes the oldest reply that has arrived, if any; for a non-deterministic system the newest. Never waits; throws the
   * far side's typed error.
   */
  take(): Reply | undefined;
  /** The values of the part at a path inside, after all requests; "" is the system itself. */
  inspect(path: string): unknown | Promise<unknown>;
  /** The far side's whole state as plain data. */
  snapshot(): unknown | Promise<unknown>;
  /** Restores such a state. */
  restore(saved: unknown): void | Promise<void>;
}

/** All delegated systems of one run. */
export interface FarSession {
  /** In the order of the delegations. */
  readonly sides: readonly FarSide[];
  /** Waits until each of these far sides has a reply or an error to take. */
  join(sides: readonly FarSide[]): void | Promise<void>;
  /** Ends all far sides; calling it again does nothing. */
  close(): void | Promise<void>;
}

/** A delegated system and its path. */
export interface Delegation {
  /** The path of the delegated system in the whole diagram. */
  readonly path: string;
  /** Its description. */
  readonly system: DelegatedSystem;
}

/** Starts far sides; a `Host` is one. */
export interface FarHost {
  /** Starts one far side per delegation. */
  open(delegations: readonly Delegation[]): FarSession | Promise<FarSession>;
}

/** The real clock that paces a run. */
export interface RealClock {
  /** Milliseconds since the epoch, with a fraction. */
  now(): number;
  /** Waits until that time, in milliseconds since the epoch. */
  sleepUntil(time: number): Promise<void>;
  /** A promise to await if the event loop should get a turn, otherwise `undefined`. */
  breathe(): Promise<void> | undefined;
}
