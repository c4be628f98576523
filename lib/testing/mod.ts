/**
 * For users' own tests: properties of a system named by module, over random inputs and timings; fast-check is handed in.
 *
 * @module
 */

export { checkEquivalence } from "./equivalence.ts";
export { checkZeroOrderHold } from "./zero_order_hold.ts";
export type { SystemCheckOptions } from "./subject.ts";
export type { PropertyOptions } from "./property.ts";
export type { ExperimentOptions } from "./experiment.ts";
export type { Arbitrary, CheckDetails, CheckParameters, FastCheck } from "./fast_check.ts";
