/**
 * What a run is told, and what it tells: options, statuses, counters, snapshots.
 */

import type { Context, EventStatus, Rational, Timing } from "../diagram/mod.ts";
import type { Arrivals } from "./arrivals.ts";
import type { FarHost, RealClock } from "./far_side.ts";

/** What looks at the whole context after each step and may end the run. */
export type Monitor = (context: Context) => EventStatus | void;

/** Something that took real time. */
export interface Span {
  /** `main`, or the path of a delegated system. */
  readonly lane: string;
  /** What it was: on `main` pace, wait, release, update or publish; elsewhere post, update or release. */
  readonly name: string;
  /** Whether it says what a task held meanwhile, beside what it did; false if absent. */
  readonly holds?: boolean;
  /** The request that a delegated system worked on. */
  readonly k?: number;
  /** When it began, in milliseconds since the epoch. */
  readonly started: number;
  /** When it was over, in the same milliseconds. */
  readonly finished: number;
  /** The simulated time, in seconds. */
  readonly t: number;
}

/** Told of what took real time. */
export type Observer = (span: Span) => void;

/** How a system is simulated. */
export interface SimulatorOptions {
  /** Who runs the delegated systems. */
  readonly host?: FarHost;
  /** The real clock; pacing, reports and `now.wall()` need one. */
  readonly clock?: RealClock;
  /** Simulated seconds per real second; 0, the default, is as fast as it can. */
  readonly rate?: number;
  /** Whether a step that starts after its real time is an error: an `OverrunError`. It wants a rate above 0. */
  readonly strict?: boolean;
  /** Whether the last period is paced too. */
  readonly paceFinal?: boolean;
  /** Looks after each step and may end the run. */
  readonly monitor?: Monitor;
  /** The ports to record, such as `y0` or `plant.motor.y`; by default every scalar and vector output of the system. */
  readonly record?: readonly string[];
  /** Replays the arrival order of a non-deterministic run. */
  readonly arrivals?: Arrivals;
  /** Is told what took real time. */
  readonly observe?: Observer;
  /** Whether the real time of each system is measured, for `Simulator.profile`; it wants a clock. */
  readonly profile?: boolean;
  /** Whether handlers of systems that are `async` are awaited; otherwise such a system is refused. Guests say so. */
  readonly awaits?: boolean;
  /** Whether a function of a system that changes in place a copy that it was handed throws; it changes nobody else's. */
  readonly contracts?: boolean;
  /**
   * How many microsteps an instant may have beside its first step, 1000 by default: one for each time that events ask for their own
   * instant again, or that a change fires a trigger. One more is a `ZenoError`. Far sides have the default.
   */
  readonly microsteps?: number;
  /** Whether an update that makes a scalar or a component of a vector NaN has failed. */
  readonly refuseNaN?: boolean;
}

/** How an advance ended. */
export interface AdvanceStatus {
  /** At the boundary, or because an event or the monitor said so. */
  readonly reason: "reached-boundary" | "reached-termination";
  /** The simulated time, in seconds. */
  readonly t: number;
  /** Who ended it: a system's path or `monitor`; "" at a boundary. */
  readonly by: string;
  /** Why it was ended; "" at a boundary. */
  readonly message: string;
}

/** How many events ran; those that did nothing are not counted. */
export interface Counters {
  /** Instants at which any event was due by its time. */
  readonly steps: number;
  /** Initialization events. */
  readonly initializations: number;
  /** Instants at which an update ran that was due by its time, or a delegated system posted. */
  readonly updates: number;
  /** Publish events. */
  readonly publishes: number;
}

/** A time to advance to. */
export interface Boundary {
  /** Exactly. */
  readonly time: Rational;
  /** As everybody sees it, in seconds. */
  readonly t: number;
  /** The timing that names t, where the boundary is itself an event: of a far side's near side. */
  readonly named: Timing | undefined;
}

/** How an advance ends that nobody cut short. */
export function atBoundary(t: number): AdvanceStatus {
  return { reason: "reached-boundary", t, by: "", message: "" };
}
