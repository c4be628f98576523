/**
 * Finds the signal that the path of a port names: a port of the system itself or of a part at any depth.
 *
 * - `y` is a port of the system itself, `plant.motor.u` a port of a part. If an input and an output have the same name,
 *   the output is meant.
 * - A port inside a delegated diagram is visible if one of the diagram's outputs shows it: then it is that output, as
 *   the near side sees it.
 */

import { type ContextWriter, type InputSource, type PortType, type System, width } from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";

/** A port and the signal whose values it shows. */
export interface PortSignal {
  /** The name by which it was asked for. */
  readonly name: string;
  readonly type: PortType;
  readonly signal: number;
}

/** A system and those that contain it, the outermost first, each with its name there. */
type Chain = readonly { readonly name: string; readonly system: System }[];

/** The origin of values: an output of a leaf or a delegated system, or an input of the outermost system. */
interface Origin {
  readonly path: string;
  readonly port: string;
  readonly isInput: boolean;
}

/** The longest list of candidates that an error gives. */
const MOST_NAMES = 20;

/**
 * The signals of ports by their paths.
 *
 * @throws {DiagramError} if there is no such port, if nothing flows into it, or if it is on a far side and no output
 * shows it.
 */
export function signalsOf(
  system: System,
  { names, writer, act }: {
    readonly names: readonly string[];
    readonly writer: ContextWriter;
    /** What the caller wants to do with them, for error messages. */
    readonly act: string;
  },
): PortSignal[] {
  return names.map((name) => {
    const refuse = (is: string): never => {
      throw new DiagramError(`Cannot ${act} ${name} of ${system.name}: ${is} is wanted`);
    };
    // A port of the system itself may have dots in its name; parts have none.
    const isOwn = Object.hasOwn(system.outputs, name) || Object.hasOwn(system.inputs, name);
    const { path, port, isInput, type } = portAt(system, { segments: isOwn ? [name] : name.split("."), refuse });
    const signal = isInput ? writer.inputSignal(port) : writer.outputSignal(port, path === "" ? undefined : path);
    return { name, type, signal };
  });
}

/** The column names of ports: a vector has one for each component, `y[0]`, `y[1]`, ... */
export function columnsOf(ports: readonly PortSignal[]): string[] {
  return ports.flatMap(({ name, type }) => {
    return type.kind === "scalar" ? [name] : Array.from({ length: width(type) }, (_, index) => `${name}[${index}]`);
  });
}

/** Every scalar and vector output of a system. */
export function shownOutputs(system: System): string[] {
  return Object.entries(system.outputs).filter(([, { kind }]) => kind !== "abstract").map(([name]) => name);
}

function portAt(
  root: System,
  { segments, refuse }: { readonly segments: readonly string[]; readonly refuse: (is: string) => never },
): Origin & { readonly type: PortType } {
  const port = segments.at(-1) ?? "";
  let chain: Chain = [{ name: "", system: root }];
  // A system that is not a diagram can also be addressed by its own name.
  const names = root.kind !== "diagram" && segments[0] === root.name ? segments.slice(1, -1) : segments.slice(0, -1);
  for (const [index, name] of names.entries()) {
    const { system } = innermost(chain);
    if (system.kind === "delegated") return farPort(chain, { segments: segments.slice(index), refuse });
    const part = system.kind === "diagram" ? system.parts.get(name) : undefined;
    if (part === undefined) {
      const parts = system.kind === "diagram" ? [...system.parts.keys()] : [];
      return refuse(`there is no part ${names.slice(0, index + 1).join(".")}, one of (${listed(parts)})`);
    }
    chain = [...chain, { name, system: part }];
  }
  const { system } = innermost(chain);
  const output = Object.hasOwn(system.outputs, port) ? system.outputs[port] : undefined;
  const input = Object.hasOwn(system.inputs, port) ? system.inputs[port] : undefined;
  const type = output ?? input;
  if (type === undefined) {
    const ports = [...Object.keys(system.outputs), ...Object.keys(system.inputs)];
    return refuse(`there is no such port, one of (${listed(ports)})`);
  }
  const origin = output === undefined ? originOfInput(chain, port) : originOfOutput(chain, port);
  return origin === undefined ? refuse("nothing flows into it, a port with a value") : { ...origin, type };
}

/** A port inside a delegated system, as the output that shows it. */
function farPort(
  chain: Chain,
  { segments, refuse }: { readonly segments: readonly string[]; readonly refuse: (is: string) => never },
): Origin & { readonly type: PortType } {
  const { system } = innermost(chain);
  if (system.kind !== "delegated") return refuse("it is on no far side, a delegated system");
  const { type, ...far } = portAt(system.inner, { segments, refuse });
  for (const output of far.isInput ? [] : Object.keys(system.outputs)) {
    const shown = originOfOutput([{ name: "", system: system.inner }], output);
    if (shown?.path === far.path && shown.port === far.port) {
      return { path: pathOf(chain), port: output, isInput: false, type };
    }
  }
  return refuse(
    `it is on the far side of ${pathOf(chain)}, a port that its outputs (${listed(Object.keys(system.outputs))}) show`,
  );
}

function originOfOutput(chain: Chain, port: string): Origin | undefined {
  const { system } = innermost(chain);
  if (system.kind !== "diagram") return { path: pathOf(chain), port, isInput: false };
  const shown = system.exported.get(port);
  return shown === undefined ? undefined : fromSource(chain, shown);
}

function originOfInput(chain: Chain, port: string): Origin | undefined {
  const around = chain.slice(0, -1);
  if (around.length === 0) return { path: "", port, isInput: true };
  const { system } = innermost(around);
  const source = system.kind === "diagram" ? system.wiring.get(innermost(chain).name)?.get(port) : undefined;
  return source === undefined ? undefined : fromSource(around, source);
}

/** The origin of the values of a source inside the innermost diagram of a chain. */
function fromSource(chain: Chain, source: InputSource): Origin | undefined {
  if ("diagramInput" in source) return originOfInput(chain, source.diagramInput);
  const { system } = innermost(chain);
  const part = system.kind === "diagram" ? system.parts.get(source.part) : undefined;
  return part === undefined ? undefined : originOfOutput([...chain, { name: source.part, system: part }], source.port);
}

function innermost(chain: Chain): Chain[number] {
  const last = chain.at(-1);
  if (last === undefined) throw new TypeError("Cannot look into no system: one is wanted");
  return last;
}

function pathOf(chain: Chain): string {
  return chain.slice(1).map(({ name }) => name).join(".");
}

function listed(names: readonly string[]): string {
  return names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? `, ... ${names.length} in all` : "");
}
