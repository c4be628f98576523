/**
 * Who moves time: instants, the simulator, its trace and certificate.
 *
 * - A step is a generator that yields what it waits for (`waits.ts`): the text that serves the promise face on the
 *   near side serves the synchronous face in a guest, and direct mode waits for nothing.
 * - The near side's t travels with a request, together with the timing that names it; the far side's own events of
 *   that instant compete by the same rule. So a system that reads t sees what it would see inline.
 * - A period of 1/51 is a fifty-first: its double also is a decimal of 15 digits, so small rationals come before
 *   decimals.
 * - Initialization goes in order of dependency for every system; systems on one loop initialize together, against the
 *   values before. Steps are instants of periodic events: a boundary of `advanceTo` is none.
 * - What has a time of its own (named by `nextTime`, or after a wait) stands in a list beside the periodic events, which costs a run
 *   without such events nothing. Its time is asked after each microstep in which its system acted, and never elsewhere, so neither
 *   boundaries nor other systems move it. An input is no part of what names a time; where it matters, a trigger looks at it.
 * - An input of a far side becomes u_k right after the events of t_(k-1): there a trigger sees it, in a microstep of that instant.
 *   Inline, an input that others change in a microstep is seen in the next one; a request brings only what is left of it.
 * - Non-deterministic runs replay from what each release had: the requests that the far side worked on since the one
 *   before (`arrivals.ts`).
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
