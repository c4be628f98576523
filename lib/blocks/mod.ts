/**
 * Ready-made systems: sources, arithmetic, holds and delays, sinks, and a busy system for measurements.
 *
 * @module
 */

export { clock, constant, table } from "./sources.ts";
export { adder, gain } from "./arithmetic.ts";
export type { Hold, HoldOptions } from "./holds.ts";
export { delay, integrator, unitDelay, zeroOrderHold } from "./holds.ts";
export type { Log } from "./sinks.ts";
export { logSink, printer } from "./sinks.ts";
export type { Burn } from "./busy.ts";
export { busy } from "./busy.ts";
export { burnCpu } from "./burn_kernel.ts";
export { formatGeneral } from "./format.ts";
export { mapSignal, type Signal, signal } from "./signal.ts";
