/**
 * Builds a diagram: adds systems and connects their ports.
 *
 * - A builder makes one diagram: after `build()` every call throws.
 * - A `DiagramError` that names the ports refuses a second source for an input, an input without a source (unless it is
 *   optional), ports of different type or size, and a name that is taken by another part or exported output.
 * - An `AlgebraicLoopError` that names every port of the loop refuses a loop of direct feedthrough.
 *
 * @example
 * ```ts
 * import { DiagramBuilder } from "./diagram_builder.ts";
 * import { scalar } from "./port.ts";
 * import { defineSystem } from "./define_system.ts";
 *
 * const one = defineSystem({ name: "one", outputs: { y: { type: scalar(), value: () => 1 } } });
 * const twice = defineSystem({
 *   name: "twice",
 *   inputs: { u: scalar() },
 *   outputs: { y: { type: scalar(), value: ({ input }) => 2 * input.u } },
 * });
 * const builder = new DiagramBuilder("two");
 * const source = builder.add("one", one);
 * const gain = builder.add("twice", twice);
 * builder.connect(source.output("y"), gain.input("u"));
 * builder.exportOutput("y", gain.output("y"));
 * if (builder.build().parts.size !== 2) throw new Error("two parts");
 * ```
 */

import { AlgebraicLoopError, DiagramError } from "../errors.ts";
import { algebraicLoop } from "./diagram.ts";
import { describePort, matches, type Ports, type PortType } from "./port.ts";
import { type Diagram, type InputSource, isSystem, type PartPort, type System } from "./system.ts";

/** An input of a part, to which an output can be connected. */
export interface InputHandle<P extends PortType = PortType> extends PartPort {
  /** Tells inputs from outputs. */
  readonly direction: "input";
  /** The type of its values. */
  readonly type: P;
}

/** An output of a part, which can be connected to inputs. */
export interface OutputHandle<P extends PortType = PortType> extends PartPort {
  /** Tells outputs from inputs. */
  readonly direction: "output";
  /** The type of its values. */
  readonly type: P;
}

/** A part that was added to a builder. */
export class Part<I extends Ports, O extends Ports> {
  /** The part's name within the diagram. */
  readonly name: string;
  /** The system. */
  readonly system: System<I, O>;

  /** Use `DiagramBuilder.add`. */
  constructor(name: string, system: System<I, O>) {
    this.name = name;
    this.system = system;
  }

  /**
   * The input port of that name.
   *
   * @throws {DiagramError} if there is no such port.
   */
  input<K extends keyof I & string>(port: K): InputHandle<I[K]> {
    return { direction: "input", part: this.name, port, type: this.#port(this.system.inputs, port, "input") as I[K] };
  }

  /**
   * The output port of that name.
   *
   * @throws {DiagramError} if there is no such port.
   */
  output<K extends keyof O & string>(port: K): OutputHandle<O[K]> {
    return {
      direction: "output",
      part: this.name,
      port,
      type: this.#port(this.system.outputs, port, "output") as O[K],
    };
  }

  #port(ports: Ports, port: string, direction: string): PortType {
    const type = Object.hasOwn(ports, port) ? ports[port] : undefined;
    if (type === undefined) {
      const names = Object.keys(ports).join(", ") || "it has none";
      throw new DiagramError(`Cannot use ${direction} ${this.name}.${port}: no such port, one of (${names}) is wanted`);
    }
    return type;
  }
}

/** Builds a diagram: `add` systems, `connect` and export their ports, then `build`. */
export class DiagramBuilder {
  readonly #name: string;
  readonly #parts = new Map<string, System>();
  readonly #wiring = new Map<string, Map<string, InputSource>>();
  readonly #inputs = new Map<string, PortType>();
  readonly #outputs = new Map<string, PartPort & { type: PortType }>();
  #built = false;

  /** Starts a diagram; its name appears in errors. */
  constructor(name = "diagram") {
    this.#name = name;
  }

  /**
   * Adds a system as a part. The same system may be added several times, under different names.
   *
   * @throws {DiagramError} if it is not a system, or the name is taken, empty, or has dots or white space.
   */
  add<I extends Ports, O extends Ports>(name: string, system: System<I, O>): Part<I, O> {
    this.#refuseIfBuilt();
    if (!isSystem(system)) {
      throw new DiagramError(`Cannot add ${name} to ${this.#name}: it is ${typeof system}, a system is wanted`);
    }
    if (name === "" || name === "__proto__" || /[\s.]/.test(name)) {
      throw new DiagramError(`Cannot add "${name}" to ${this.#name}: a name without dots and white space is wanted`);
    }
    if (this.#parts.has(name)) {
      throw new DiagramError(`Cannot add ${name} to ${this.#name}: a part has that name, another is wanted`);
    }
    this.#parts.set(name, system);
    this.#wiring.set(name, new Map());
    return new Part(name, system);
  }

  /** Connects an output to an input: its value flows into the input. */
  connect<P extends PortType>(from: OutputHandle<P>, into: InputHandle<P>): void {
    this.#refuseIfBuilt();
    this.#refuseStranger(from, "output");
    this.#refuseStranger(into, "input");
    this.#refuseMismatch(`${from.part}.${from.port}`, from.type, into);
    this.#wire(into, { part: from.part, port: from.port });
  }

  /** Makes an input of the diagram that flows into an input of a part; the same name may feed several parts. */
  exportInput(name: string, into: InputHandle): void {
    this.#refuseIfBuilt();
    this.#refuseStranger(into, "input");
    const known = this.#inputs.get(name);
    if (known !== undefined) this.#refuseMismatch(`input ${name}`, known, into);
    this.#wire(into, { diagramInput: name });
    this.#inputs.set(name, known ?? into.type);
  }

  /** Makes an output of the diagram that shows an output of a part. */
  exportOutput(name: string, from: OutputHandle): void {
    this.#refuseIfBuilt();
    this.#refuseStranger(from, "output");
    if (this.#outputs.has(name)) {
      throw new DiagramError(
        `Cannot export ${from.part}.${from.port} of ${this.#name}: an output has the name ${name}, another is wanted`,
      );
    }
    this.#outputs.set(name, { part: from.part, port: from.port, type: from.type });
  }

  /**
   * Checks the whole diagram and returns it.
   *
   * @throws {DiagramError} if an input that is not optional has no source.
   * @throws {AlgebraicLoopError} if outputs depend on each other in a loop.
   */
  build(): Diagram {
    this.#refuseIfBuilt();
    const byName = [...this.#parts].sort(([one], [other]) => one < other ? -1 : 1);
    for (const [name, system] of byName) {
      for (const [port, type] of Object.entries(system.inputs)) {
        if (this.#wiring.get(name)?.has(port) || type.optional) continue;
        throw new DiagramError(
          `Cannot build diagram ${this.#name}: input ${name}.${port} is connected to nothing, ` +
            `a connection, an exported input or an optional port is wanted`,
        );
      }
    }
    const diagram: Diagram = Object.freeze({
      kind: "diagram",
      name: this.#name,
      inputs: Object.freeze(Object.fromEntries(this.#inputs)),
      outputs: Object.freeze(Object.fromEntries([...this.#outputs].map(([name, { type }]) => [name, type]))),
      parts: new Map(byName),
      wiring: this.#wiring,
      exported: this.#outputs,
    });
    const loop = algebraicLoop(diagram);
    if (loop !== undefined) throw new AlgebraicLoopError(this.#name, loop);
    this.#built = true;
    return diagram;
  }

  #wire(into: InputHandle, source: InputSource): void {
    const inputs = this.#wiring.get(into.part);
    const other = inputs?.get(into.port);
    if (other !== undefined) {
      throw new DiagramError(
        `Cannot connect ${sourceName(source)} to ${into.part}.${into.port} of ${this.#name}: ` +
          `${sourceName(other)} is connected to it, one source is wanted`,
      );
    }
    inputs?.set(into.port, source);
  }

  #refuseMismatch(name: string, from: PortType, into: InputHandle): void {
    if (matches(from, into.type)) return;
    throw new DiagramError(
      `Cannot connect ${name} to ${into.part}.${into.port} of ${this.#name}: ` +
        `it gives ${describePort(from)}, ${describePort(into.type)} is wanted`,
    );
  }

  #refuseStranger(handle: InputHandle | OutputHandle, wanted: "input" | "output"): void {
    if (handle?.direction !== wanted) {
      const is = handle?.direction === undefined ? `${handle}` : `${handle.direction} ${handle.part}.${handle.port}`;
      throw new DiagramError(`Cannot use ${is} in ${this.#name}: one such as part.${wanted}("name") is wanted`);
    }
    const ports = this.#parts.get(handle.part)?.[handle.direction === "input" ? "inputs" : "outputs"];
    if (ports === undefined || ports[handle.port] !== handle.type) {
      throw new DiagramError(
        `Cannot use ${handle.direction} ${handle.part}.${handle.port} in ${this.#name}: ` +
          `it is a port of another diagram, one of this diagram is wanted`,
      );
    }
  }

  #refuseIfBuilt(): void {
    if (!this.#built) return;
    throw new DiagramError(`Cannot change diagram ${this.#name}: it is built, a fresh DiagramBuilder is wanted`);
  }
}

function sourceName(source: InputSource): string {
  return "diagramInput" in source ? `input ${source.diagramInput}` : `${source.part}.${source.port}`;
}
