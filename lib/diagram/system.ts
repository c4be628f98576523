/**
 * A system: an immutable description of ports, state and events; all values live in a context.
 *
 * - An output reads the inputs that it lists as `feedthrough` (all of them unless it lists some), the state and t.
 * - An event sees the values of its instant in `input` and `state`, and writes `next`; what it writes becomes visible
 *   when every update of the instant has run, so the order of systems never changes a value.
 * - A publish event has no `next`: it only looks.
 *
 * @example
 * ```ts
 * import { scalar } from "./port.ts";
 * import { defineSystem } from "./system.ts";
 *
 * const counter = defineSystem({
 *   name: "counter",
 *   state: { n: scalar(0) },
 *   outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
 *   update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
 * });
 * if (counter.kind !== "leaf" || !("n" in counter.outputs)) throw new Error("a description, no values");
 * ```
 *
 * @module
 */

import type { Diagram } from "./diagram.ts";
import type { DelegatedSystem } from "./delegated.ts";
import { checkedTiming, type EventStatus, type Timing } from "./event.ts";
import { describePort, type Ports, type PortType, type SettableOf, type ValueOf } from "./port.ts";

/** The values of declared ports or states, by name. */
export type ValuesOf<P extends Ports> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** What the functions of a system see. */
export interface Now<I extends Ports, S extends Ports> {
  /** The simulated time of this instant, in seconds. */
  readonly t: number;
  /** The inputs, evaluated when they are read. */
  readonly input: ValuesOf<I>;
  /** The state before the updates of this instant. */
  readonly state: ValuesOf<S>;
  /** The real clock, in milliseconds; throws where the simulator was given none. */
  wall(): number;
}

/** What an initialization or update handler sees: the same, and the state after it. */
export interface UpdateNow<I extends Ports, S extends Ports> extends Now<I, S> {
  /** The state after this event; it starts as a copy of `state`. */
  readonly next: { -readonly [K in keyof S]: SettableOf<S[K]> };
}

/** What a handler returns: nothing, where it succeeded. */
export type Outcome = EventStatus | void;

/** A handler that may change the state. */
export type UpdateHandler<I extends Ports, S extends Ports> = (now: UpdateNow<I, S>) => Outcome;

/** A handler that only looks. */
export type PublishHandler<I extends Ports, S extends Ports> = (now: Now<I, S>) => Outcome;

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
export interface OutputSpec<I extends Ports, S extends Ports, P extends PortType> {
  /** What it holds. */
  readonly type: P;
  /** The inputs that `value` reads: all of them by default, none with `[]`. */
  readonly feedthrough?: readonly (keyof I & string)[];
  /** The value at this instant, a function of t, the state and the listed inputs alone. */
  readonly value: (now: Now<I, S>) => ValueOf<P>;
}

/** What {@linkcode defineSystem} takes. */
export interface SystemSpec<I extends Ports, S extends Ports, O extends Ports> {
  /** What the system is called in errors. */
  readonly name: string;
  /** The input ports. */
  readonly inputs?: I;
  /** The state variables. */
  readonly state?: S;
  /** The output ports. */
  readonly outputs?: { readonly [K in keyof O]: OutputSpec<I, S, O[K]> };
  /** Runs once, at initialization. */
  readonly initialize?: UpdateHandler<I, S>;
  /** Runs periodically and may change the state. */
  readonly update?: Periodic<UpdateHandler<I, S>> | readonly Periodic<UpdateHandler<I, S>>[];
  /** Runs with the updates of each instant at which any periodic event of the run is due. */
  readonly perStep?: UpdateHandler<I, S>;
  /** Runs periodically, before the updates of its instant, and only looks. */
  readonly publish?: Periodic<PublishHandler<I, S>> | readonly Periodic<PublishHandler<I, S>>[];
  /** Looks at each instant at which any periodic event of the run is due. */
  readonly publishPerStep?: PublishHandler<I, S>;
}

/** Where a system that is to run elsewhere comes from: `(await import(module))[export](argument)`. */
export interface SystemReference {
  /** The module's URL, or `holdfast:blocks` for the built-in blocks. */
  readonly module: string;
  /** The name of an exported system, or of an exported function that returns one. */
  readonly export: string;
  /** What the function is called with: any structured-cloneable value. */
  readonly argument?: unknown;
}

/** A periodic event with its checked timing. */
export interface TimedEvent<H> {
  /** When it happens. */
  readonly timing: Timing;
  /** What runs. */
  readonly run: H;
}

/** The functions of a leaf system, by event. */
export interface Behavior {
  /** The outputs' functions, by port. */
  readonly value: Readonly<Record<string, (now: Now<Ports, Ports>) => unknown>>;
  /** The initialization event. */
  readonly initialize: UpdateHandler<Ports, Ports> | undefined;
  /** The periodic updates. */
  readonly update: readonly TimedEvent<UpdateHandler<Ports, Ports>>[];
  /** The update of each step. */
  readonly perStep: UpdateHandler<Ports, Ports> | undefined;
  /** The periodic publishes. */
  readonly publish: readonly TimedEvent<PublishHandler<Ports, Ports>>[];
  /** The publish of each step. */
  readonly publishPerStep: PublishHandler<Ports, Ports> | undefined;
}

/** What every system shows: a name and ports. */
export interface SystemPorts<I extends Ports = Ports, O extends Ports = Ports> {
  /** What the system is called in errors. */
  readonly name: string;
  /** The input ports. */
  readonly inputs: I;
  /** The output ports. */
  readonly outputs: O;
  /** Where it comes from, if it was loaded by name and may therefore run elsewhere. */
  readonly reference?: SystemReference;
}

/** A system that is not made of others. */
export interface LeafSystem<I extends Ports = Ports, O extends Ports = Ports> extends SystemPorts<I, O> {
  /** Tells the kinds apart. */
  readonly kind: "leaf";
  /** The state variables. */
  readonly state: Ports;
  /** The inputs that each output reads. */
  readonly feedthrough: Readonly<Record<string, readonly string[]>>;
  /** What it does. */
  readonly behavior: Behavior;
}

/** Any system: a leaf, a diagram of others, or one that is delegated. */
export type System<I extends Ports = Ports, O extends Ports = Ports> =
  | LeafSystem<I, O>
  | Diagram<I, O>
  | DelegatedSystem<I, O>;

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
>(spec: SystemSpec<I, S, O>): LeafSystem<I, O> {
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
    feedthrough,
    behavior: Object.freeze({
      value,
      initialize: spec.initialize as UpdateHandler<Ports, Ports> | undefined,
      update: timed(`an update of ${spec.name}`, spec.update) as readonly TimedEvent<UpdateHandler<Ports, Ports>>[],
      perStep: spec.perStep as UpdateHandler<Ports, Ports> | undefined,
      publish: timed(`a publish of ${spec.name}`, spec.publish) as readonly TimedEvent<PublishHandler<Ports, Ports>>[],
      publishPerStep: spec.publishPerStep as PublishHandler<Ports, Ports> | undefined,
    }),
  });
}

/** Whether a value is a system, of this copy of the library or of another. */
export function isSystem(value: unknown): value is System {
  if (typeof value !== "object" || value === null) return false;
  const { kind, inputs, outputs } = value as Partial<System>;
  return (kind === "leaf" || kind === "diagram" || kind === "delegated") && isRecord(inputs) && isRecord(outputs);
}

/** The ports of a system as one line, for comparing two descriptions of it. */
export function signature(system: SystemPorts): string {
  const list = (ports: Ports) =>
    Object.entries(ports).map(([name, type]) => `${name}: ${describePort(type)}`).join(", ");
  return `(${list(system.inputs)}) -> (${list(system.outputs)})`;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function timed<H>(what: string, events: Periodic<H> | readonly Periodic<H>[] | undefined): readonly TimedEvent<H>[] {
  const list = events === undefined ? [] : "run" in events ? [events] : events;
  return Object.freeze(list.map(({ period, offset, run }) => ({ timing: checkedTiming(what, period, offset), run })));
}
