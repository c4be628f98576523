/**
 * A leaf system made from its description.
 *
 * - An output reads the inputs that it lists as `feedthrough` (all of them unless it lists some), the state and t.
 * - An event sees the values of its instant in `input` and `state`, and writes `next`; what it writes becomes visible
 *   when every update of the instant has run, so the order of systems never changes a value.
 * - A publish event has no `next`: it only looks.
 *
 * @example
 * ```ts
 * import { defineSystem } from "./define_system.ts";
 * import { scalar } from "./port.ts";
 *
 * const counter = defineSystem({
 *   name: "counter",
 *   state: { n: scalar(0) },
 *   outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
 *   update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
 * });
 * if (counter.kind !== "leaf" || !("n" in counter.outputs)) throw new Error("a description, no values");
 * ```
 */

import { checkDescription, listOf, type PartKind } from "./description.ts";
import { checkedTiming } from "./event.ts";
import type { Ports, PortType, ValueOf } from "./port.ts";
import {
  type Behavior,
  type ChoosingNow,
  type ChosenEvent,
  EDGES,
  type LeafSystem,
  type Now,
  type ProcessHandler,
  type PublishHandler,
  type TimedEvent,
  type TriggerEdge,
  type UpdateHandler,
} from "./system.ts";

/** A periodic event: seconds, and what runs. */
export interface Periodic<H> {
  /** Seconds between two events, above 0. */
  readonly period: number;
  /** Seconds before the first, 0 by default. */
  readonly offset?: number;
  /** What runs. */
  readonly run: H;
}

/** An event at the time that the state names. */
export interface Aperiodic<S extends Ports, P extends Ports, H> {
  /**
   * The time of the next event in seconds, `Infinity` for none. It is asked after initialization and after each instant at which an
   * event of its system ran, and where a parameter is set; a time that a rounding keeps from a decimal or a small fraction is that one.
   * The present time is the next microstep of the present instant.
   */
  readonly nextTime: (now: ChoosingNow<S, P>) => number;
  /** What runs. */
  readonly run: H;
}

/** An event when an input changes. */
export interface Triggered<H> {
  /** The input. It is looked at in each microstep of the run, from initialization on. */
  readonly trigger: string;
  /**
   * `change`, the default, is any other value. A scalar also has `rising` (from 0 or below to above 0), `falling` (from 0 or above to
   * below 0) and `either` of both.
   */
  readonly edge?: TriggerEdge;
  /** What runs: in the microstep in which the other value is seen. */
  readonly run: H;
}

/** When an update runs, and what. */
export type UpdateSpec<S extends Ports, P extends Ports, H> = Periodic<H> | Aperiodic<S, P, H> | Triggered<H>;

/** One output port. */
export interface OutputSpec<I extends Ports, S extends Ports, T extends PortType, P extends Ports = NoPorts> {
  /** What it holds. */
  readonly type: T;
  /** The inputs that `value` reads: all of them by default, none with `[]`. */
  readonly feedthrough?: readonly (keyof I & string)[];
  /** The value at this instant, a function of t, the state, the parameters and the listed inputs alone. */
  readonly value: (now: Now<I, S, P>) => ValueOf<T>;
}

/** What {@linkcode defineSystem} takes. */
export interface SystemSpec<
  I extends Ports,
  S extends Ports,
  O extends Ports,
  P extends Ports = NoPorts,
  A extends boolean = false,
> {
  /** What the system is called in errors. */
  readonly name: string;
  /**
   * Whether its handlers may return promises: they are awaited in the guest that runs it, one after another, and the reply is sent
   * when they are done. Such a system is delegated to a thread or a process; it is refused where it would run in the caller.
   */
  readonly async?: A;
  /** The input ports. */
  readonly inputs?: I;
  /** The state variables. */
  readonly state?: S;
  /** The parameters: what the simulator may set between two advances, and nothing else changes. */
  readonly parameters?: P;
  /** The output ports. */
  readonly outputs?: { readonly [K in keyof O]: OutputSpec<I, S, O[K], P> };
  /** Runs once, at initialization. */
  readonly initialize?: UpdateHandler<I, S, P, A>;
  /** Runs periodically, at times that the state names, or when an input changes, and may change the state. */
  readonly update?:
    | UpdateSpec<S, P, UpdateHandler<I, S, P, A>>
    | readonly UpdateSpec<S, P, UpdateHandler<I, S, P, A>>[];
  /** Runs from the start of the simulation on, waits, and may change the state. */
  readonly process?: ProcessHandler<I, S, P>;
  /** Runs once with the updates of each instant at which any event of the run is due by its time. */
  readonly perStep?: UpdateHandler<I, S, P, A>;
  /** Runs periodically, before the updates of its instant, and only looks. */
  readonly publish?: Periodic<PublishHandler<I, S, P, A>> | readonly Periodic<PublishHandler<I, S, P, A>>[];
  /** Looks at each instant at which any event of the run is due by its time. */
  readonly publishPerStep?: PublishHandler<I, S, P, A>;
  /** Updates that happen when `Simulator.force` says so, by name. */
  readonly forced?: Readonly<Record<string, UpdateHandler<I, S, P>>>;
}

/** Ports of a system that has none. */
// deno-lint-ignore ban-types -- the type of no ports at all, so that reading one is a compile error
export type NoPorts = {};

/**
 * Makes a leaf system from its description.
 *
 * @throws {RangeError} where a period is not above 0 or an offset below 0.
 * @throws {TypeError} where an output or a trigger lists an input that there is not, or an update is several kinds at once; where
 *   the description is none, which a check of types tells, too.
 */
export function defineSystem<
  const I extends Ports = NoPorts,
  const S extends Ports = NoPorts,
  const O extends Ports = NoPorts,
  const P extends Ports = NoPorts,
  A extends boolean = false,
>(spec: SystemSpec<I, S, O, P, A>): LeafSystem<I, O> {
  checkDescription(spec, PARTS);
  const inputs = spec.inputs ?? {} as I;
  const { periodic, chosen } = updatesOf(spec as unknown as SystemSpec<Ports, Ports, Ports, Ports>);
  const value: Record<string, (now: Now<Ports, Ports>) => unknown> = {};
  const types: Record<string, PortType> = {};
  const feedthrough: Record<string, readonly string[]> = {};
  for (const [port, output] of Object.entries(spec.outputs ?? {}) as [string, OutputSpec<Ports, Ports, PortType>][]) {
    const reads = output.feedthrough ?? Object.keys(inputs);
    for (const input of reads) {
      if (!Object.hasOwn(inputs, input)) {
        throw new TypeError(
          `Cannot define ${spec.name}: output ${port} lists ${input} as feedthrough, one of its inputs ` +
            `(${Object.keys(inputs).join(", ") || "it has none"}) is wanted`,
        );
      }
    }
    types[port] = output.type;
    value[port] = output.value as (now: Now<Ports, Ports>) => unknown;
    feedthrough[port] = Object.freeze([...reads]);
  }
  return Object.freeze({
    kind: "leaf",
    name: spec.name,
    inputs,
    outputs: types as unknown as O,
    state: spec.state ?? {},
    parameters: spec.parameters ?? {},
    feedthrough,
    behavior: Object.freeze({
      async: spec.async ?? false,
      value,
      initialize: spec.initialize as UpdateHandler<Ports, Ports> | undefined,
      update: timed(`an update of ${spec.name}`, periodic),
      chosen,
      perStep: spec.perStep as UpdateHandler<Ports, Ports> | undefined,
      publish: timed(`a publish of ${spec.name}`, spec.publish) as readonly TimedEvent<PublishHandler<Ports, Ports>>[],
      publishPerStep: spec.publishPerStep as PublishHandler<Ports, Ports> | undefined,
      forced: Object.freeze({ ...spec.forced as Behavior["forced"] }),
    }),
  });
}

/** What a description may have. */
const PARTS: Readonly<Record<keyof SystemSpec<Ports, Ports, Ports, Ports>, PartKind>> = {
  name: "value",
  async: "value",
  inputs: "ports",
  state: "ports",
  parameters: "ports",
  outputs: "outputs",
  initialize: "value",
  update: "events",
  process: "value",
  perStep: "value",
  publish: "events",
  publishPerStep: "value",
  forced: "value",
};

function timed<H>(what: string, events: Periodic<H> | readonly Periodic<H>[] | undefined): readonly TimedEvent<H>[] {
  return Object.freeze(
    listOf(events).map(({ period, offset, run }) => ({ timing: checkedTiming(what, period, offset), run })),
  );
}

/** The updates of a description, by who chooses their times. */
function updatesOf({ name, inputs = {}, update, process }: SystemSpec<Ports, Ports, Ports, Ports>): {
  readonly periodic: readonly Periodic<UpdateHandler<Ports, Ports>>[];
  readonly chosen: readonly ChosenEvent[];
} {
  const refuse = (is: string): never => {
    throw new TypeError(`Cannot define ${name}: ${is}`);
  };
  const periodic: Periodic<UpdateHandler<Ports, Ports>>[] = [];
  const chosen: ChosenEvent[] = [];
  for (const event of listOf(update)) {
    const kinds = ["period", "nextTime", "trigger"].filter((kind) => kind in event);
    if (kinds.length > 1) refuse(`an update has ${kinds.join(" and ")}, one of these is wanted`);
    const { run } = event;
    const before = periodic.length;
    if ("nextTime" in event) {
      const { nextTime } = event;
      if (typeof nextTime !== "function") refuse(`nextTime is ${typeof nextTime}, a function is wanted`);
      chosen.push(Object.freeze({ kind: "aperiodic", before, nextTime, run }));
    } else if ("trigger" in event) {
      const { trigger: input, edge = "change" } = event;
      const type = Object.hasOwn(inputs, input) ? inputs[input] : undefined;
      const known = Object.keys(inputs).join(", ") || "it has none";
      if (type === undefined) refuse(`the trigger is ${input}, one of its inputs (${known}) is wanted`);
      if (!EDGES.includes(edge)) {
        refuse(`the edge of trigger ${input} is ${edge}, one of ${EDGES.join(", ")} is wanted`);
      }
      if (edge !== "change" && type?.kind !== "scalar") {
        refuse(`trigger ${input} is ${edge} and no scalar, change is wanted`);
      }
      chosen.push(Object.freeze({ kind: "triggered", before, input, edge, run }));
    } else periodic.push(event);
  }
  if (process !== undefined) {
    if (typeof process !== "function") refuse(`its process is ${typeof process}, a generator function is wanted`);
    chosen.push(
      Object.freeze({ kind: "process", before: periodic.length, run: process as ProcessHandler<Ports, Ports> }),
    );
  }
  return { periodic, chosen: Object.freeze(chosen) };
}
