/**
 * A system as it is drawn, whatever the format: boxes in boxes, with ports, and wires between them.
 *
 * - A diagram, and a delegated system that is one, is a box with others inside; its own ports are where wires cross its
 *   border. Anything else is a box without.
 * - Each box has an id of its own, `n0`, `n1`, ..., so that no format meets a name as an identifier.
 */

import type { Diagram, System } from "../diagram/mod.ts";

/** One end of a wire: a port of a box inside, or of the box around. */
export interface WireEnd {
  /** The box inside; nothing where it is the box around. */
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
  /** What it is called where it is; the system's own name at the top. */
  readonly name: string;
  /** What kind of system it is, where its name does not say so. */
  readonly kind: string | undefined;
  /** Where it runs and how often it is asked, where it is delegated. */
  readonly delegation: string | undefined;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What a diagram is made of; nothing for any other system. */
  readonly inside: { readonly boxes: readonly Box[]; readonly wires: readonly Wire[] } | undefined;
}

/** A system as boxes. */
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

/** A delegated system that is itself delegated: a box in a box. */
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
