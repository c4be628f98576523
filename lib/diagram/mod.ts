/**
 * Systems and their connections: ports, events, systems, diagrams and the values of one instant.
 *
 * - `delegate` only describes where a system runs, so it belongs here; a host runs it.
 *
 * @module
 */

export type { AbstractType, Ports, PortType, ScalarType, SettableOf, ValueOf, Vector, VectorType } from "./port.ts";
export { abstract, describePort, matches, scalar, vector, width } from "./port.ts";
export type { EventStatus, Severity, Timing } from "./event.ts";
export { checkedTiming, didNothing, failed, mostSevere, reachedTermination, statusOf, succeeded } from "./event.ts";
export type {
  Again,
  Behavior,
  ChoosingNow,
  ChosenEvent,
  DelegatedSystem,
  Diagram,
  InputSource,
  LeafSystem,
  Now,
  Outcome,
  PartPort,
  ProcessHandler,
  ProcessNow,
  ProcessOutcome,
  PublishHandler,
  Returned,
  System,
  SystemPorts,
  SystemReference,
  TimedEvent,
  TriggerEdge,
  UpdateHandler,
  UpdateNow,
  ValuesOf,
  Wait,
} from "./system.ts";
export { isSystem, signature } from "./system.ts";
export type { Aperiodic, NoPorts, OutputSpec, Periodic, SystemSpec, Triggered, UpdateSpec } from "./define_system.ts";
export { defineSystem } from "./define_system.ts";
export type { DelegateOptions } from "./delegated.ts";
export { delegate } from "./delegated.ts";
export type { DirectPath } from "./diagram.ts";
export { directory, directPaths } from "./diagram.ts";
export type { InputHandle, OutputHandle } from "./diagram_builder.ts";
export { DiagramBuilder, Part } from "./diagram_builder.ts";
export type { Rational } from "./exact_time.ts";
export { compare, exact, leastCommonMultiple, nearest, reduced, shownTime, snapped, sum } from "./exact_time.ts";
export { ownValue } from "./port.ts";
export type { SavedValue } from "./saved_value.ts";
export { savedValue, valueFrom } from "./saved_value.ts";
export type { Place } from "./leaf_context.ts";
export type { Compute, Counts, SignalOwner, ValuesOptions } from "./values.ts";
export type { Name } from "./own_value.ts";
export { describe, isSame, shownOutside } from "./own_value.ts";
export type { ValueView } from "./views.ts";
export { Values } from "./values.ts";
export type { ContextWriter } from "./context.ts";
export type { PartContext } from "./placed.ts";
export { UNCONNECTED } from "./delegated_context.ts";
export { Context, DelegatedContext, LeafContext, openContext } from "./context.ts";
