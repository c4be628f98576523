/**
 * What goes into a run and what comes out: options, statuses, counters.
 */

import type { Context, EventStatus, Rational, Timing } from "../diagram/mod.ts";
import type { Arrivals } from "./arrivals.ts";
import type { FarHost, RealClock } from "./far_side.ts";

/** Called with the whole context after each step; the status that it returns may end the run. */
export type Monitor = (context: Context) => EventStatus | void;

/** Something that took real time, as an observer sees it. */
export interface Span {
  /** `main`, or the path of a delegated system. */
  readonly lane: string;
  /** What happened: on `main`, pace, wait, release, update or publish; on other lanes, post, update or release. */
  readonly name: string;
  /** Whether it shows what a task held, not what it did; false by default. */
  readonly holds?: boolean;
  /** The request that a delegated system worked on. */
  readonly k?: number;
  /** When it began, in milliseconds since the epoch. */
  readonly started: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly finished: number;
  /** The simulated time, in seconds. */
  readonly t: number;
}

/** Called with each thing that took real time. */
export type Observer = (span: Span) => void;

/** How a system is simulated. */
export interface SimulatorOptions {
  /** The host that runs the delegated systems; they need one. */
  readonly host?: FarHost;
  /** The real clock, such as `host.clock`; `rate`, `profile`, reports and `now.wall()` need one. */
  readonly clock?: RealClock;
  /** Simulated seconds per real second; 0, the default, runs as fast as possible. */
  readonly rate?: number;
  /** Whether a step that starts late throws an `OverrunError`, false by default; needs a rate above 0. */
  readonly strict?: boolean;
  /** Whether an advance also waits for the real time of its boundary; false by default. */
  readonly paceFinal?: boolean;
  /** Called after each step; may end the run. */
  readonly monitor?: Monitor;
  /** The ports to record in the trace, such as `y0` or `plant.motor.y`; by default every scalar and vector output. */
  readonly record?: readonly string[];
  /** Replays the arrival order of another run's non-deterministic systems, from its `arrivals`. */
  readonly arrivals?: Arrivals;
  /** Called with each thing that took real time. */
  readonly observe?: Observer;
  /** Whether to measure the real time of each system, for `Simulator.profile`; false by default; needs a clock. */
  readonly profile?: boolean;
  /** Whether to await the handlers of `async` systems, as guests do; by default such a system is refused. */
  readonly awaits?: boolean;
  /**
   * Whether to throw when a system's function changes, in place, a value it was given; false by default. Such a value
   * is a copy.
   */
  readonly contracts?: boolean;
  /**
   * How many microsteps an instant may have after its first step, 1000 by default: one each time that events name the
   * same instant again, or that a change fires a trigger. One more throws a `ZenoError`. Far sides use the default.
   */
  readonly microsteps?: number;
  /** Whether an update fails that sets a scalar or a component of a vector to NaN; false by default. */
  readonly refuseNaN?: boolean;
}

/** How an advance ended. */
export interface AdvanceStatus {
  /** `reached-boundary`, or `reached-termination` if an event or the monitor ended the run. */
  readonly reason: "reached-boundary" | "reached-termination";
  /** The simulated time, in seconds. */
  readonly t: number;
  /** Who ended it: a system's path or `monitor`; "" at a boundary. */
  readonly by: string;
  /** Why it was ended; "" at a boundary. */
  readonly message: string;
}

/** How many events ran, apart from those that did nothing. */
export interface Counters {
  /** Instants at which an event was due by its own time. */
  readonly steps: number;
  /** Initialization events. */
  readonly initializations: number;
  /** Instants at which an update due by its own time ran, or a delegated system posted a request. */
  readonly updates: number;
  /** Publish events. */
  readonly publishes: number;
}

/** A time to advance to. */
export interface Boundary {
  /** Exactly. */
  readonly time: Rational;
  /** As systems see it, in seconds. */
  readonly t: number;
  /** The timing that names t, if the boundary is itself an event (of the near side of a far side). */
  readonly named: Timing | undefined;
}

/** The status of an advance that reached its boundary. */
export function atBoundary(t: number): AdvanceStatus {
  return { reason: "reached-boundary", t, by: "", message: "" };
}
