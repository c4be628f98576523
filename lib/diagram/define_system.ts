/**
 * Defines a leaf system: its ports, state, outputs and events.
 *
 * - An output reads the inputs that it lists as `feedthrough` (all inputs by default), the state, the parameters and t.
 * - An event sees the values of its instant in `input` and `state`, and writes `next`. What it writes becomes visible
 *   after all updates of the instant have run, so the order of systems never changes a value.
 * - A publish event has no `next`: it changes nothing.
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

/** A periodic event: its timing and its handler. */
export interface Periodic<H> {
  /** Seconds between two events, above 0. */
  readonly period: number;
  /** The time of the first event in seconds, 0 by default. */
  readonly offset?: number;
  /** The handler. */
  readonly run: H;
}

/** An event at a time that the state names. */
export interface Aperiodic<S extends Ports, P extends Ports, H> {
  /**
   * Returns the time of the next event in seconds, `Infinity` for none. It is called after initialization, after each
   * instant at which an event of the system ran, and after a parameter was set. A time that is only a rounding away
   * from a decimal or a small fraction counts as that number. The current time means the next microstep of the current
   * instant.
   */
  readonly nextTime: (now: ChoosingNow<S, P>) => number;
  /** The handler. */
  readonly run: H;
}

/** An event that runs when an input changes. */
export interface Triggered<H> {
  /** The name of the input. It is checked in each microstep of the run, from initialization on. */
  readonly trigger: string;
  /**
   * Which change counts. `change`, the default, is any new value. A scalar also has `rising` (from 0 or below to above
   * 0), `falling` (from 0 or above to below 0), and `either` of the two.
   */
  readonly edge?: TriggerEdge;
  /** The handler, which runs in the microstep that sees the new value. */
  readonly run: H;
}

/** When an update runs, and its handler. */
export type UpdateSpec<S extends Ports, P extends Ports, H> = Periodic<H> | Aperiodic<S, P, H> | Triggered<H>;

/** One output port. */
export interface OutputSpec<I extends Ports, S extends Ports, T extends PortType, P extends Ports = NoPorts> {
  /** The type of its value. */
  readonly type: T;
  /** The inputs that `value` reads: all of them by default, none with `[]`. */
  readonly feedthrough?: readonly (keyof I & string)[];
  /** Returns the value at this instant, which may depend only on t, the state, the parameters and the listed inputs. */
  readonly value: (now: Now<I, S, P>) => ValueOf<T>;
}

/** The definition of a leaf system, for {@linkcode defineSystem}. */
export interface SystemSpec<
  I extends Ports,
  S extends Ports,
  O extends Ports,
  P extends Ports = NoPorts,
  A extends boolean = false,
> {
  /** The name of the system in errors. */
  readonly name: string;
  /**
   * Whether its handlers may return promises; false by default. The guest awaits them one after another, and replies
   * when all are done. Such a system must be delegated to a thread or a process; the caller refuses to run it.
   */
  readonly async?: A;
  /** The input ports. */
  readonly inputs?: I;
  /** The state variables. */
  readonly state?: S;
  /** The parameters, which only `Simulator.setParameter` changes, between two advances. */
  readonly parameters?: P;
  /** The output ports. */
  readonly outputs?: { readonly [K in keyof O]: OutputSpec<I, S, O[K], P> };
  /** Runs once, at initialization, and may change the state. */
  readonly initialize?: UpdateHandler<I, S, P, A>;
  /**
   * One or more updates: each runs periodically, at times that the state names, or when an input changes, and may
   * change the state.
   */
  readonly update?:
    | UpdateSpec<S, P, UpdateHandler<I, S, P, A>>
    | readonly UpdateSpec<S, P, UpdateHandler<I, S, P, A>>[];
  /** A generator that runs from the start of the simulation, may wait, and may change the state. */
  readonly process?: ProcessHandler<I, S, P>;
  /**
   * Runs with the updates of each instant at which any event of the run is due by its own time, and may change the
   * state.
   */
  readonly perStep?: UpdateHandler<I, S, P, A>;
  /** One or more publishes: each runs periodically, before the updates of its instant, and changes nothing. */
  readonly publish?: Periodic<PublishHandler<I, S, P, A>> | readonly Periodic<PublishHandler<I, S, P, A>>[];
  /**
   * Runs before the updates of each instant at which any event of the run is due by its own time, and changes nothing.
   */
  readonly publishPerStep?: PublishHandler<I, S, P, A>;
  /** Updates by name, which `Simulator.force` runs. */
  readonly forced?: Readonly<Record<string, UpdateHandler<I, S, P>>>;
}

/** The ports of a system that has none. */
// deno-lint-ignore ban-types -- the type of no ports at all, so that reading one is a compile error
export type NoPorts = {};

/**
 * Defines a leaf system.
 *
 * @throws {RangeError} if a period is not above 0, or an offset is below 0.
 * @throws {TypeError} if an output or a trigger names an input that does not exist, if an update has more than one of
 * `period`, `nextTime` and `trigger`, or if the definition has a wrong type, which a type check also finds.
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
    value[port] = output.value;
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

/** The properties of a definition, and how each is checked. */
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

/** The updates of a definition: the periodic ones, and those whose times the state or an input chooses. */
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
      Object.freeze({ kind: "process", before: periodic.length, run: process }),
    );
  }
  return { periodic, chosen: Object.freeze(chosen) };
}
