/**
 * The drawing of a system, independent of the format: nested boxes with ports, and wires between them.
 *
 * - A diagram, delegated or not, is a box with boxes inside; wires cross its border at its ports. Any other system is a
 *   box with nothing inside.
 * - Each box has its own id, `n0`, `n1`, ..., so that no format uses a name as an identifier.
 */

import type { Diagram, System } from "../diagram/mod.ts";

/** One end of a wire: a port of a box inside, or of the enclosing box. */
export interface WireEnd {
  /** The box inside; undefined for the enclosing box. */
  readonly box: Box | undefined;
  readonly port: string;
}

/** A connection: values flow from one end to the other. */
export interface Wire {
  readonly from: WireEnd;
  readonly to: WireEnd;
}

/** A system as a box. */
export interface Box {
  readonly id: string;
  /** Its name as a part; the system's own name at the top. */
  readonly name: string;
  /** The name of its system, if it differs from its own. */
  readonly kind: string | undefined;
  /** The mode and the period, if it is delegated. */
  readonly delegation: string | undefined;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The contents of a diagram; undefined for any other system. */
  readonly inside: { readonly boxes: readonly Box[]; readonly wires: readonly Wire[] } | undefined;
}

/** What stands in a box: its name, the name of its system and its delegation, as far as there are any. */
export function titleOf({ name, kind, delegation }: Box): string[] {
  return [name, kind, delegation].filter((line) => line !== undefined);
}

/** The id of a port at the border of a box, where wires cross it. */
export function portId(
  { id, inputs, outputs }: Box,
  { port, isInput }: { readonly port: string; readonly isInput: boolean },
): string {
  return isInput ? `${id}i${inputs.indexOf(port)}` : `${id}o${outputs.indexOf(port)}`;
}

/** The drawing of a system. */
export function drawingOf(system: System): Box {
  let count = 0;
  return boxOf(system, { name: system.name, nextId: () => `n${count++}` });
}

function boxOf(
  system: System,
  { name, nextId }: { readonly name: string; readonly nextId: () => string },
): Box {
  const made = system.kind === "delegated" ? system.inner : system;
  return {
    id: nextId(),
    name,
    kind: system.name === name ? undefined : system.name,
    delegation: delegationOf(system),
    inputs: Object.keys(system.inputs),
    outputs: Object.keys(system.outputs),
    inside: made.kind === "diagram"
      ? insideOf(made, nextId)
      : made.kind === "delegated"
      ? aroundOf(made, { name, nextId })
      : undefined,
  };
}

function insideOf({ parts, wiring, exported }: Diagram, nextId: () => string): Box["inside"] {
  const boxes = new Map([...parts].map(([name, part]) => [name, boxOf(part, { name, nextId })]));
  const wires: Wire[] = [];
  for (const [part, sources] of wiring) {
    for (const [port, source] of sources) {
      const from = "diagramInput" in source
        ? { box: undefined, port: source.diagramInput }
        : { box: boxes.get(source.part), port: source.port };
      wires.push({ from, to: { box: boxes.get(part), port } });
    }
  }
  for (const [output, { part, port }] of exported) {
    wires.push({ from: { box: boxes.get(part), port }, to: { box: undefined, port: output } });
  }
  return { boxes: [...boxes.values()], wires };
}

/** The contents of a box around a single system: a delegated system that is itself delegated. */
function aroundOf(
  system: System,
  { name, nextId }: { readonly name: string; readonly nextId: () => string },
): Box["inside"] {
  const box = boxOf(system, { name, nextId });
  const own = (port: string): WireEnd => ({ box, port });
  const around = (port: string): WireEnd => ({ box: undefined, port });
  return {
    boxes: [box],
    wires: [
      ...box.inputs.map((port) => ({ from: around(port), to: own(port) })),
      ...box.outputs.map((port) => ({ from: own(port), to: around(port) })),
    ],
  };
}

function delegationOf(system: System): string | undefined {
  if (system.kind !== "delegated") return undefined;
  const { mode, timing: { period, offset }, deterministic, latency, guest } = system;
  return [
    `${mode}, every ${period} s`,
    ...offset === 0 ? [] : [`from ${offset} s on`],
    ...latency === 1 ? [] : [`${latency} periods late`],
    ...guest === undefined ? [] : [`guest ${guest}`],
    ...deterministic ? [] : ["newest reply"],
  ].join(", ");
}
