/**
 * For users' own tests: properties of systems, programs and scenarios, checked with random values (the caller passes in
 * fast-check), and a check whether recorded histories of concurrent calls are linearizable.
 *
 * @module
 */

export { checkEquivalence } from "./equivalence.ts";
export { checkZeroOrderHold } from "./zero_order_hold.ts";
export type { SystemCheckOptions } from "./subject.ts";
export { checkProgramEquivalence, type ProgramCheckOptions, type ProgramReference } from "./program_equivalence.ts";
export { checkScenario, type ScenarioCheckOptions } from "./scenario_check.ts";
export { holds, ScheduledRun, schedules, type SchedulesOptions } from "./schedules.ts";
export type { PropertyOptions, SampleOptions } from "./property.ts";
export type { ExperimentOptions } from "./experiment.ts";
export type {
  Arbitrary,
  CheckDetails,
  CheckParameters,
  FastCheck,
  FastCheckArbitrary,
  ParametersOf,
} from "./fast_check.ts";
export {
  assertLinearizable,
  checkLinearizable,
  type LinearizabilityOptions,
  type LinearizabilityVerdict,
  type Linearizable,
  type NotLinearizable,
  type Specifications,
} from "./linearizability.ts";
export { type HistoryCall, returned, returnedValue, threw } from "./history.ts";
export type { Refinement, SequentialSpecification } from "./sequential_specification.ts";
export { partsOf } from "./parts.ts";
export {
  type RefusalOptions,
  type RegisterCell,
  type SemaphoreState,
  sequentialRegister,
  sequentialSemaphore,
} from "./sequential_specs.ts";
export {
  type LockCondition,
  type LockState,
  type RWLockState,
  sequentialLock,
  sequentialRLock,
  sequentialRWLock,
} from "./sequential_locks.ts";
export { sequentialEvent, sequentialLatch } from "./sequential_signals.ts";
export {
  type CapacityOptions,
  type CollectionState,
  type PrioritizedItem,
  sequentialChannel,
  sequentialPriorityQueue,
  sequentialQueue,
  sequentialStack,
} from "./sequential_collections.ts";
export { type RendezvousState, sequentialRendezvous } from "./sequential_rendezvous.ts";
