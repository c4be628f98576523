/**
 * A system: an immutable description of ports, state and events; a context has all values.
 *
 * - A leaf has functions of its own, a diagram consists of other systems, a delegated system runs behind a mailbox.
 * - A system is recognized by its structure, so it may also come from another copy of the library.
 */

import type { EventStatus, Timing } from "./event.ts";
import { describePort, type Ports, type SettableOf, type ValueOf } from "./port.ts";

/** The values of declared ports or states, by name. */
export type ValuesOf<P extends Ports> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** What the functions of a system see at an instant. */
export interface Now<I extends Ports, S extends Ports, P extends Ports = Ports> {
  /** The simulated time of this instant, in seconds. */
  readonly t: number;
  /** The inputs, which are evaluated when read. */
  readonly input: ValuesOf<I>;
  /** Which inputs are connected; only optional inputs can be false. */
  readonly connected: { readonly [K in keyof I]: boolean };
  /** The state before the updates of this instant. */
  readonly state: ValuesOf<S>;
  /** The parameters, which may change between two advances of the simulator. */
  readonly parameter: ValuesOf<P>;
  /** The real time in milliseconds since the epoch; throws if the simulator has no clock. */
  wall(): number;
}

/** What an initialization or update handler sees: also the next state, which it may write. */
export interface UpdateNow<I extends Ports, S extends Ports, P extends Ports = Ports> extends Now<I, S, P> {
  /**
   * The state after this event; it starts as a copy of `state`. A write to `next` after the handler has returned
   * throws; do not keep a vector of it.
   */
  readonly next: { -readonly [K in keyof S]: SettableOf<S[K]> };
}

/** What a handler returns: a status, or nothing for success. */
export type Outcome = EventStatus | void;

/** What a handler of a system with `async: A` returns: also a promise of it, if A is true. */
export type Returned<A extends boolean> = A extends true ? Outcome | Promise<Outcome> : Outcome;

/** A handler that may change the state. */
export type UpdateHandler<I extends Ports, S extends Ports, P extends Ports = Ports, A extends boolean = false> = (
  now: UpdateNow<I, S, P>,
) => Returned<A>;

/** A handler that changes nothing. */
export type PublishHandler<I extends Ports, S extends Ports, P extends Ports = Ports, A extends boolean = false> = (
  now: Now<I, S, P>,
) => Returned<A>;

/** Where a guest loads a system from: `(await import(module))[export](argument)`. */
export interface SystemReference {
  /** The module's URL, or `holdfast:blocks` for the built-in blocks. */
  readonly module: string;
  /** The name of an exported system, or of an exported function that returns one. */
  readonly export: string;
  /** The argument of that function: any structured-cloneable value. */
  readonly argument?: unknown;
}

/** A periodic event with a checked timing. */
export interface TimedEvent<H> {
  /** When it happens. */
  readonly timing: Timing;
  /** The handler. */
  readonly run: H;
}

/** What a process yields in order to wait. */
export interface Wait {
  /** Tells a wait from other values. */
  readonly kind: "wait";
  /** How long, in seconds, at least 0. */
  readonly seconds: number;
}

/** What a process returns in order to be started again. */
export interface Again {
  /** Tells it from a status. */
  readonly kind: "again";
  /** The delay in seconds of simulated time, at least 0. */
  readonly seconds: number;
  /** The second argument of the process when it is started again. */
  readonly place: unknown;
}

/** What a process returns: nothing or a status when it has ended, or that it starts again. */
export type ProcessOutcome = Again | EventStatus | void;

/** What a process sees: what an update sees, and the means to wait. */
export interface ProcessNow<I extends Ports, S extends Ports, P extends Ports = Ports> extends UpdateNow<I, S, P> {
  /** Waits for that many seconds of simulated time, at least 0; `yield*` it to get the time afterwards. */
  readonly wait: (seconds: number) => Generator<Wait, number, number>;
  /** Return it to start the process again after that many seconds, at least 0, with any cloneable `place`. */
  readonly again: (seconds: number, place?: unknown) => Again;
}

/**
 * A process. After each wait, what it sees in `now` is up to date (`now.t` too, unless it was destructured before), and
 * what it writes to `next` becomes visible with the updates of its instant. `place` is undefined at first.
 */
export type ProcessHandler<I extends Ports, S extends Ports, P extends Ports = Ports, T = unknown> = (
  now: ProcessNow<I, S, P>,
  place: T | undefined,
) => Generator<Wait, ProcessOutcome, number>;

/** What `nextTime` sees: no inputs and no clock. */
export type ChoosingNow<S extends Ports, P extends Ports = Ports> = Pick<Now<Ports, S, P>, "t" | "state" | "parameter">;

/**
 * Which change of an input fires a trigger: a scalar rises from 0 or below to above 0, and falls from 0 or above to
 * below 0.
 */
export type TriggerEdge = "change" | "rising" | "falling" | "either";

/** All edges of triggers. */
export const EDGES: readonly TriggerEdge[] = ["change", "rising", "falling", "either"];

/** An event whose time the state or an input chooses. */
export type ChosenEvent =
  & {
    /** How many periodic updates are declared before it. */
    readonly before: number;
  }
  & (
    | {
      /** An event at a time that the state names. */
      readonly kind: "aperiodic";
      /** Returns the time of the next event in seconds. */
      readonly nextTime: (now: ChoosingNow<Ports>) => number;
      /** The handler. */
      readonly run: UpdateHandler<Ports, Ports>;
    }
    | {
      /** An event that runs when an input changes. */
      readonly kind: "triggered";
      /** The name of the input. */
      readonly input: string;
      /** Which change fires it. */
      readonly edge: TriggerEdge;
      /** The handler. */
      readonly run: UpdateHandler<Ports, Ports>;
    }
    | {
      /** An event after each wait of a process. */
      readonly kind: "process";
      /** Makes the generator. */
      readonly run: ProcessHandler<Ports, Ports>;
    }
  );

/** The functions of a leaf system. */
export interface Behavior {
  /** Whether its handlers may return promises, which only a guest awaits. */
  readonly async: boolean;
  /** The functions of the outputs, by port. */
  readonly value: Readonly<Record<string, (now: Now<Ports, Ports>) => unknown>>;
  /** The initialization event. */
  readonly initialize: UpdateHandler<Ports, Ports> | undefined;
  /** The periodic updates. */
  readonly update: readonly TimedEvent<UpdateHandler<Ports, Ports>>[];
  /** The updates whose times the state or an input chooses. */
  readonly chosen: readonly ChosenEvent[];
  /** The update of each step. */
  readonly perStep: UpdateHandler<Ports, Ports> | undefined;
  /** The periodic publishes. */
  readonly publish: readonly TimedEvent<PublishHandler<Ports, Ports>>[];
  /** The publish of each step. */
  readonly publishPerStep: PublishHandler<Ports, Ports> | undefined;
  /** The updates that `Simulator.force` runs, by name. */
  readonly forced: Readonly<Record<string, UpdateHandler<Ports, Ports>>>;
}

/** What every system has: a name and ports. */
export interface SystemPorts<I extends Ports = Ports, O extends Ports = Ports> {
  /** The name of the system in errors. */
  readonly name: string;
  /** The input ports. */
  readonly inputs: I;
  /** The output ports. */
  readonly outputs: O;
  /** Where it was loaded from, if it was; only then can a guest load it. */
  readonly reference?: SystemReference;
}

/** A system with functions of its own, not made of other systems. */
export interface LeafSystem<I extends Ports = Ports, O extends Ports = Ports> extends SystemPorts<I, O> {
  /** Tells the kinds apart. */
  readonly kind: "leaf";
  /** The state variables. */
  readonly state: Ports;
  /** The parameters. */
  readonly parameters: Ports;
  /** The inputs that each output reads. */
  readonly feedthrough: Readonly<Record<string, readonly string[]>>;
  /** Its functions. */
  readonly behavior: Behavior;
}

/** A port of a part of a diagram. */
export interface PartPort {
  /** The part's name within the diagram. */
  readonly part: string;
  /** The port's name. */
  readonly port: string;
}

/** The source of a part's input: a part's output, or an input of the diagram. */
export type InputSource = PartPort | { readonly diagramInput: string };

/** A system that consists of connected systems. */
export interface Diagram<I extends Ports = Ports, O extends Ports = Ports> extends SystemPorts<I, O> {
  /** Tells the kinds apart. */
  readonly kind: "diagram";
  /** The parts by name, sorted by name, so that the order in which they were added does not matter. */
  readonly parts: ReadonlyMap<string, System>;
  /** For each part, the sources of its connected inputs. */
  readonly wiring: ReadonlyMap<string, ReadonlyMap<string, InputSource>>;
  /** For each output of the diagram, the part's output that it shows. */
  readonly exported: ReadonlyMap<string, PartPort>;
}

/** A system that runs behind a mailbox: see `delegate`. */
export interface DelegatedSystem<I extends Ports = Ports, O extends Ports = Ports> extends SystemPorts<I, O> {
  /** Tells the kinds apart. */
  readonly kind: "delegated";
  /** The system on the far side. */
  readonly inner: System;
  /** The mode in which it runs. */
  readonly mode: string;
  /**
   * The name of the guest that it shares with other systems of the run in that mode; without it, it has its own guest.
   */
  readonly guest?: string;
  /** When it releases a reply, samples its inputs and posts them. */
  readonly timing: Timing;
  /** How many periods after a request its reply is released. */
  readonly latency: number;
  /** Whether a release waits for its reply. */
  readonly deterministic: boolean;
}

/** Any system: a leaf, a diagram or a delegated system. */
export type System<I extends Ports = Ports, O extends Ports = Ports> =
  | LeafSystem<I, O>
  | Diagram<I, O>
  | DelegatedSystem<I, O>;

/** Whether a value is a system, from this copy of the library or another. */
export function isSystem(value: unknown): value is System {
  if (typeof value !== "object" || value === null) return false;
  const { kind, inputs, outputs } = value as Partial<System>;
  return (kind === "leaf" || kind === "diagram" || kind === "delegated") && isRecord(inputs) && isRecord(outputs);
}

/** The ports of a system as one line of text, for comparing two systems. */
export function signature(system: SystemPorts): string {
  const list = (ports: Ports) =>
    Object.entries(ports).map(([name, type]) => `${name}: ${describePort(type)}`).join(", ");
  return `(${list(system.inputs)}) -> (${list(system.outputs)})`;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
