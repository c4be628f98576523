/**
 * A system: an immutable description of ports, state and events; all values live in a context.
 *
 * - A leaf has functions of its own, a diagram is made of other systems, a delegated system is one behind a mailbox.
 * - A system is recognized by its structure, so it may come from another copy of the library.
 */

import type { EventStatus, Timing } from "./event.ts";
import { describePort, type Ports, type SettableOf, type ValueOf } from "./port.ts";

/** The values of declared ports or states, by name. */
export type ValuesOf<P extends Ports> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** What the functions of a system see. */
export interface Now<I extends Ports, S extends Ports, P extends Ports = Ports> {
  /** The simulated time of this instant, in seconds. */
  readonly t: number;
  /** The inputs, evaluated when they are read. */
  readonly input: ValuesOf<I>;
  /** Which inputs something flows into: only those that are optional may be false. */
  readonly connected: { readonly [K in keyof I]: boolean };
  /** The state before the updates of this instant. */
  readonly state: ValuesOf<S>;
  /** The parameters, which may change between two advances of the simulator. */
  readonly parameter: ValuesOf<P>;
  /** The real clock, in milliseconds; throws where the simulator was given none. */
  wall(): number;
}

/** What an initialization or update handler sees: the same, and the state after it. */
export interface UpdateNow<I extends Ports, S extends Ports, P extends Ports = Ports> extends Now<I, S, P> {
  /** The state after this event; it starts as a copy of `state`. A vector of it is lent until the handler returns; who writes later is told so. */
  readonly next: { -readonly [K in keyof S]: SettableOf<S[K]> };
}

/** What a handler returns: nothing, where it succeeded. */
export type Outcome = EventStatus | void;

/** The same of a system whose `async` is A: where that is true, it may be a promise. */
export type Returned<A extends boolean> = A extends true ? Outcome | Promise<Outcome> : Outcome;

/** A handler that may change the state. */
export type UpdateHandler<I extends Ports, S extends Ports, P extends Ports = Ports, A extends boolean = false> = (
  now: UpdateNow<I, S, P>,
) => Returned<A>;

/** A handler that only looks. */
export type PublishHandler<I extends Ports, S extends Ports, P extends Ports = Ports, A extends boolean = false> = (
  now: Now<I, S, P>,
) => Returned<A>;

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

/** What a process yields: that it waits for so many seconds. */
export interface Wait {
  /** Tells it from anything else that may be yielded. */
  readonly kind: "wait";
  /** How long, in seconds, at least 0. */
  readonly seconds: number;
}

/** What a process returns that is to begin anew. */
export interface Again {
  /** Tells it from a status. */
  readonly kind: "again";
  /** After how many seconds, at least 0. */
  readonly seconds: number;
  /** What the process is given then. */
  readonly place: unknown;
}

/** What a process comes to: nothing where it has ended, a status, or that it begins anew. */
export type ProcessOutcome = Again | EventStatus | void;

/** What a process sees: what an update sees, and how to wait. */
export interface ProcessNow<I extends Ports, S extends Ports, P extends Ports = Ports> extends UpdateNow<I, S, P> {
  /** Waits for so many seconds of simulated time, 0 or more; gives the time after it. For `yield*`. */
  readonly wait: (seconds: number) => Generator<Wait, number, number>;
  /** To be returned: begins the process anew after so many seconds, 0 or more, with any cloneable place. */
  readonly again: (seconds: number, place?: unknown) => Again;
}

/**
 * A process: what it sees is up to date after each wait (`now.t` too, where it is not taken out of `now` before), and what it
 * writes to `next` becomes visible with the updates of its instant. `place` is undefined at first.
 */
export type ProcessHandler<I extends Ports, S extends Ports, P extends Ports = Ports, T = unknown> = (
  now: ProcessNow<I, S, P>,
  place: T | undefined,
) => Generator<Wait, ProcessOutcome, number>;

/** What a function sees that names the time of the next event: neither inputs nor a clock. */
export type ChoosingNow<S extends Ports, P extends Ports = Ports> = Pick<Now<Ports, S, P>, "t" | "state" | "parameter">;

/** Which change of an input a trigger asks for; a scalar rises from 0 or below to above 0, and falls the other way around. */
export type TriggerEdge = "change" | "rising" | "falling" | "either";

/** All of them. */
export const EDGES: readonly TriggerEdge[] = ["change", "rising", "falling", "either"];

/** An event whose time the state or an input chooses. */
export type ChosenEvent =
  & {
    /** How many of the periodic updates are declared before it. */
    readonly before: number;
  }
  & (
    | {
      /** One at the time that the state names. */
      readonly kind: "aperiodic";
      /** Names the time of the next event, in seconds. */
      readonly nextTime: (now: ChoosingNow<Ports>) => number;
      /** What runs. */
      readonly run: UpdateHandler<Ports, Ports>;
    }
    | {
      /** One when an input changes. */
      readonly kind: "triggered";
      /** The input. */
      readonly input: string;
      /** Which change of it. */
      readonly edge: TriggerEdge;
      /** What runs. */
      readonly run: UpdateHandler<Ports, Ports>;
    }
    | {
      /** One after each wait of a process. */
      readonly kind: "process";
      /** Makes the generator. */
      readonly run: ProcessHandler<Ports, Ports>;
    }
  );

/** The functions of a leaf system, by event. */
export interface Behavior {
  /** Whether its handlers may return promises, which only a guest awaits. */
  readonly async: boolean;
  /** The outputs' functions, by port. */
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
  /** The updates that happen when they are forced, by name. */
  readonly forced: Readonly<Record<string, UpdateHandler<Ports, Ports>>>;
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
  /** The parameters. */
  readonly parameters: Ports;
  /** The inputs that each output reads. */
  readonly feedthrough: Readonly<Record<string, readonly string[]>>;
  /** What it does. */
  readonly behavior: Behavior;
}

/** One port of one part of a diagram. */
export interface PartPort {
  /** The part's name within the diagram. */
  readonly part: string;
  /** The port's name. */
  readonly port: string;
}

/** Where an input of a part gets its value: from a part's output, or from an input of the diagram. */
export type InputSource = PartPort | { readonly diagramInput: string };

/** Systems connected. */
export interface Diagram<I extends Ports = Ports, O extends Ports = Ports> extends SystemPorts<I, O> {
  /** Tells the kinds apart. */
  readonly kind: "diagram";
  /** The parts by name, sorted by name, so that the order of adding them decides nothing. */
  readonly parts: ReadonlyMap<string, System>;
  /** For each part, the sources of its connected inputs. */
  readonly wiring: ReadonlyMap<string, ReadonlyMap<string, InputSource>>;
  /** For each output of the diagram, the part's output that it shows. */
  readonly exported: ReadonlyMap<string, PartPort>;
}

/** A system behind a mailbox. */
export interface DelegatedSystem<I extends Ports = Ports, O extends Ports = Ports> extends SystemPorts<I, O> {
  /** Tells the kinds apart. */
  readonly kind: "delegated";
  /** The system on the far side. */
  readonly inner: System;
  /** Where it runs. */
  readonly mode: string;
  /** The guest that it shares with all of that name and mode in its run; one of its own where there is none. */
  readonly guest?: string;
  /** When it releases, samples and posts. */
  readonly timing: Timing;
  /** How many periods after a request its reply is released. */
  readonly latency: number;
  /** Whether a release waits for its reply. */
  readonly deterministic: boolean;
}

/** Any system: a leaf, a diagram of others, or one that is delegated. */
export type System<I extends Ports = Ports, O extends Ports = Ports> =
  | LeafSystem<I, O>
  | Diagram<I, O>
  | DelegatedSystem<I, O>;

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
