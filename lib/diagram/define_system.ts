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

import { checkedTiming } from "./event.ts";
import type { Ports, PortType, ValueOf } from "./port.ts";
import type { Behavior, LeafSystem, Now, PublishHandler, TimedEvent, UpdateHandler } from "./system.ts";

/** A periodic event: seconds, and what runs. */
export interface Periodic<H> {
  /** Seconds between two events, above 0. */
  readonly period: number;
  /** Seconds before the first, 0 by default. */
  readonly offset?: number;
  /** What runs. */
  readonly run: H;
}

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
export interface SystemSpec<I extends Ports, S extends Ports, O extends Ports, P extends Ports = NoPorts> {
  /** What the system is called in errors. */
  readonly name: string;
  /** The input ports. */
  readonly inputs?: I;
  /** The state variables. */
  readonly state?: S;
  /** The parameters: what the simulator may set between two advances, and nothing else changes. */
  readonly parameters?: P;
  /** The output ports. */
  readonly outputs?: { readonly [K in keyof O]: OutputSpec<I, S, O[K], P> };
  /** Runs once, at initialization. */
  readonly initialize?: UpdateHandler<I, S, P>;
  /** Runs periodically and may change the state. */
  readonly update?: Periodic<UpdateHandler<I, S, P>> | readonly Periodic<UpdateHandler<I, S, P>>[];
  /** Runs with the updates of each instant at which any periodic event of the run is due. */
  readonly perStep?: UpdateHandler<I, S, P>;
  /** Runs periodically, before the updates of its instant, and only looks. */
  readonly publish?: Periodic<PublishHandler<I, S, P>> | readonly Periodic<PublishHandler<I, S, P>>[];
  /** Looks at each instant at which any periodic event of the run is due. */
  readonly publishPerStep?: PublishHandler<I, S, P>;
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
 * @throws {TypeError} where an output lists an input that there is not.
 */
export function defineSystem<
  const I extends Ports = NoPorts,
  const S extends Ports = NoPorts,
  const O extends Ports = NoPorts,
  const P extends Ports = NoPorts,
>(spec: SystemSpec<I, S, O, P>): LeafSystem<I, O> {
  const inputs = spec.inputs ?? {} as I;
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
      value,
      initialize: spec.initialize as UpdateHandler<Ports, Ports> | undefined,
      update: timed(`an update of ${spec.name}`, spec.update) as readonly TimedEvent<UpdateHandler<Ports, Ports>>[],
      perStep: spec.perStep as UpdateHandler<Ports, Ports> | undefined,
      publish: timed(`a publish of ${spec.name}`, spec.publish) as readonly TimedEvent<PublishHandler<Ports, Ports>>[],
      publishPerStep: spec.publishPerStep as PublishHandler<Ports, Ports> | undefined,
      forced: Object.freeze({ ...spec.forced as Behavior["forced"] }),
    }),
  });
}

function timed<H>(what: string, events: Periodic<H> | readonly Periodic<H>[] | undefined): readonly TimedEvent<H>[] {
  const list = events === undefined ? [] : "run" in events ? [events] : events;
  return Object.freeze(list.map(({ period, offset, run }) => ({ timing: checkedTiming(what, period, offset), run })));
}
