/**
 * A leaf system of a run: where its values are, and what its functions see.
 *
 * - An output that reads an input not listed as feedthrough throws, so the check for algebraic loops can be trusted.
 */

import { DiagramError } from "../errors.ts";
import type { Ports, PortType } from "./port.ts";
import { again, wait } from "./process.ts";
import type { LeafSystem, UpdateNow } from "./system.ts";
import type { Compute, SignalOwner, Values } from "./values.ts";
import { type MakeView, type ValueView, viewsOf } from "./views.ts";

/** The first of the signals and inputs of a part, by kind. */
export interface Place {
  /** Its first state. */
  readonly states: number;
  /** Its first parameter. */
  readonly parameters: number;
  /** Its first output. */
  readonly outputs: number;
  /** Its first input. */
  readonly inputs: number;
}

/** A leaf system of a run. */
export class LeafContext implements SignalOwner {
  /** Tells the kinds apart. */
  readonly kind = "leaf";
  /** The path of the leaf in the whole diagram, such as `plant.motor`. */
  readonly path: string;
  /** The description. */
  readonly system: LeafSystem;
  /** What the leaf's event handlers see. */
  readonly now: UpdateNow<Ports, Ports>;
  /** Its first state. */
  readonly states: number;
  /** The signal after its last state. */
  readonly statesEnd: number;

  readonly #values: Values;
  /** The first of its signals and inputs. */
  readonly place: Place;

  /** Makes the values at the start: each state has its declared initial value. */
  constructor(path: string, system: LeafSystem, options: { values: Values; place: Place }) {
    const { values, place } = options;
    const layout = layoutOf(system);
    this.path = path;
    this.system = system;
    this.#values = values;
    this.place = place;
    this.states = place.states;
    this.statesEnd = place.states + layout.stateNames.length;
    values.declare(place.states, { types: layout.stateTypes, owner: this });
    values.declare(place.parameters, { types: layout.parameterTypes, owner: this });
    values.declare(place.outputs, { types: layout.outputTypes, owner: this });
    layout.inputNames.forEach((_, index) => values.inputOwners[place.inputs + index] = this);
    this.reset();
    layout.parameterTypes.forEach((type, index) => values.keep(place.parameters + index, type.initial));

    const input = layout.input(values, place.inputs);
    const state = layout.state(values, place.states);
    const parameter = layout.parameter(values, place.parameters);
    const shared = { values, state, parameter, leaf: this };
    this.now = new HandlerNow({ ...shared, input, next: layout.next(values, place.states) }) as never;
    let whole: LeafNow | undefined;
    layout.outputs.forEach(({ compute, view }, index) => {
      values.computes[place.outputs + index] = compute;
      values.views[place.outputs + index] = view === layout.input
        ? whole ??= new LeafNow({ ...shared, input })
        : new LeafNow({ ...shared, input: view(values, place.inputs) });
    });
  }

  /** Resets the states to their declared initial values. */
  reset(): void {
    layoutOf(this.system).stateTypes.forEach((type, index) => this.#values.keep(this.states + index, type.initial));
  }

  /** Which inputs are connected. */
  get connected(): ValueView {
    return layoutOf(this.system).connected(this.#values, this.place.inputs);
  }

  /** The signal of an output. */
  outputSignal(port: string): number {
    return this.place.outputs + this.#index(layoutOf(this.system).outputNames, port, "output", "port");
  }

  /** The signal of a state. */
  stateSignal(name: string): number {
    return this.states + this.#index(layoutOf(this.system).stateNames, name, "state", "state");
  }

  /** The signal of a parameter. */
  parameterSignal(name: string): number {
    return this.place.parameters + this.#index(Object.keys(this.system.parameters), name, "parameter", "parameter");
  }

  /** The input at that index. */
  inputAt(index: number): number {
    return this.place.inputs + index;
  }

  /** The value of an output at this instant. */
  output(port: string): unknown {
    return this.#values.read(this.outputSignal(port));
  }

  /** The value of a state variable at this instant. */
  state(name: string): unknown {
    return this.#values.read(this.stateSignal(name));
  }

  /** The name of a signal in errors. */
  signalName(signal: number): string {
    const { states, parameters, outputs } = this.place;
    const { system, path } = this;
    const [what, names, first] = signal >= outputs && signal < outputs + Object.keys(system.outputs).length
      ? ["output", system.outputs, outputs] as const
      : signal >= states && signal < this.statesEnd
      ? ["state", system.state, states] as const
      : ["parameter", system.parameters, parameters] as const;
    return `${what} ${path}.${Object.keys(names)[signal - first]}`;
  }

  /** The name of an input in errors. */
  inputName(input: number): string {
    return `input ${this.path}.${layoutOf(this.system).inputNames[input - this.place.inputs]}`;
  }

  #index(names: readonly string[], name: string, what: string, kind: string): number {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    const known = names.join(", ") || "it has none";
    throw new DiagramError(
      `Cannot read ${what} ${this.path}.${name}: there is no such ${kind}, one of (${known}) is wanted`,
    );
  }
}

/** What the function of an output sees. It is small, because there may be many systems. */
class LeafNow {
  readonly input: ValueView;
  readonly state: ValueView;
  readonly parameter: ValueView;
  readonly #values: Values;
  readonly #leaf: LeafContext;

  constructor(seen: { values: Values; input: ValueView; state: ValueView; parameter: ValueView; leaf: LeafContext }) {
    this.input = seen.input;
    this.state = seen.state;
    this.parameter = seen.parameter;
    this.#values = seen.values;
    this.#leaf = seen.leaf;
  }

  get t(): number {
    return this.#values.t;
  }

  get wall(): () => number {
    return this.#values.wall;
  }

  get connected(): ValueView {
    return this.#leaf.connected;
  }
}

/** What a handler sees; only processes use `wait` and `again`. */
class HandlerNow extends LeafNow {
  readonly next: ValueView;

  constructor(seen: ConstructorParameters<typeof LeafNow>[0] & { next: ValueView }) {
    super(seen);
    this.next = seen.next;
  }

  get wait(): typeof wait {
    return wait;
  }

  get again(): typeof again {
    return again;
  }
}

/** What all parts with the same system share. */
interface Layout {
  readonly inputNames: readonly string[];
  readonly stateNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly stateTypes: readonly PortType[];
  readonly parameterTypes: readonly PortType[];
  readonly outputTypes: readonly PortType[];
  readonly input: MakeView;
  readonly state: MakeView;
  readonly next: MakeView;
  readonly parameter: MakeView;
  readonly connected: MakeView;
  readonly outputs: readonly { readonly compute: Compute | undefined; readonly view: MakeView }[];
}

const layouts = new WeakMap<LeafSystem, Layout>();

function layoutOf(system: LeafSystem): Layout {
  const known = layouts.get(system);
  if (known !== undefined) return known;
  const { inputs, state, outputs, parameters, feedthrough, behavior } = system;
  const input = viewsOf(inputs, { kind: "input" });
  const layout: Layout = {
    inputNames: Object.keys(inputs),
    stateNames: Object.keys(state),
    outputNames: Object.keys(outputs),
    stateTypes: Object.values(state),
    parameterTypes: Object.values(parameters),
    outputTypes: Object.values(outputs),
    input,
    state: viewsOf(state, { kind: "state" }),
    next: viewsOf(state, { kind: "next" }),
    parameter: viewsOf(parameters, { kind: "parameter" }),
    connected: viewsOf(inputs, { kind: "connected" }),
    outputs: Object.keys(outputs).map((output) => ({
      compute: behavior.value[output],
      view: viewsOf(inputs, { kind: "feedthrough", output, reads: feedthrough[output] ?? [] }),
    })),
  };
  layouts.set(system, layout);
  return layout;
}
