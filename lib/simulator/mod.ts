/**
 * Advances simulated time: instants, the simulator, its trace and certificate.
 *
 * - A step is a generator that yields what it waits for (`waits.ts`), so the same code serves the promise methods on
 *   the near side and the synchronous ones in a guest; direct mode waits for nothing.
 * - A request carries the near side's t and the timing that names it; the far side's own events of that instant compete
 *   by the same rule. So a system that reads t sees what it would see inline.
 * - A period of 1/51 means exactly a fifty-first: its double is a decimal of 15 digits as well, so small rationals come
 *   before decimals.
 * - Systems initialize in dependency order; those on one loop initialize together, against the values before. A step is
 *   an instant at which an event is due by its time; the boundary of an `advanceTo` is not a step.
 * - Events with a time of their own (named by `nextTime`, or after a wait) are in a list beside the periodic events,
 *   which costs a run without such events nothing. A system is asked for its next time after each microstep in which it
 *   acted, and at no other point, so neither boundaries nor other systems move it. `nextTime` sees no inputs; if an
 *   input matters, use a trigger.
 * - An input of a far side becomes u_k right after the events of t_(k-1): there a trigger sees it, in a microstep of
 *   that instant. Inline, an input that others change in a microstep is seen in the next microstep; a request carries
 *   only the last of these values.
 * - A non-deterministic run is replayed from a record of each release: the requests that the far side had worked on
 *   since the release before (`arrivals.ts`).
 *
 * @module
 */

export type { Rational } from "../diagram/mod.ts";
export { compare, exact } from "../diagram/mod.ts";
export type { ExactTiming, Instant } from "./instants.ts";
export { eventTime, exactTiming, Timeline } from "./instants.ts";
export type { Difference } from "./trace.ts";
export { firstDifference, Trace } from "./trace.ts";
export type { Arrival, Arrivals } from "./arrivals.ts";
export { ArrivalLog } from "./arrivals.ts";
export type {
  Delegation,
  FarHost,
  FarSession,
  FarSide,
  ParameterChange,
  RealClock,
  Reply,
  Request,
} from "./far_side.ts";
export { INITIALIZATION } from "./far_side.ts";
export type { NamedValues, PartValues } from "./inspection.ts";
export type { Lag, NearSnapshot } from "./near_side.ts";
export type { AdvanceStatus, Counters, Monitor, Observer, SimulatorOptions, Span } from "./simulation.ts";
export type { SavedChosen } from "./chosen_events.ts";
export type { PartSnapshot, SavedValues, SimulatorSnapshot } from "./snapshot.ts";
export type { DelegationGain } from "./profile/delegation_gain.ts";
export type { Profile, ProfiledSystem } from "./profile/profile.ts";
export { profileLines } from "./profile/profile_text.ts";
export type { LoggedValue, LogOptions } from "./signal_log.ts";
export { SignalLog } from "./signal_log.ts";
export { Simulator } from "./simulator.ts";
export { ChromeTrace } from "./chrome_trace/chrome_trace.ts";
export type { TraceEvent } from "./chrome_trace/trace_event.ts";
