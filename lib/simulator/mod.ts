/**
 * Who moves time: instants, the simulator, its trace and certificate.
 *
 * @module
 */

export type { ExactTiming, Instant, Rational } from "./instants.ts";
export { compare, eventTime, exact, exactTiming, Timeline } from "./instants.ts";
export type { Difference } from "./trace.ts";
export { firstDifference, Trace } from "./trace.ts";
export type { Arrival, Arrivals } from "./arrivals.ts";
export { ArrivalLog } from "./arrivals.ts";
export type { Delegation, FarHost, FarSession, FarSide, RealClock, Reply, Request } from "./far_side.ts";
export { INITIALIZATION } from "./far_side.ts";
export type { Lag, NearSnapshot } from "./near_side.ts";
export type {
  AdvanceStatus,
  Counters,
  Monitor,
  Observer,
  SimulatorOptions,
  SimulatorSnapshot,
  Span,
} from "./simulation.ts";
export { Simulator } from "./simulator.ts";
export { ChromeTrace } from "./chrome_trace.ts";
export type { TraceEvent } from "./trace_event.ts";
