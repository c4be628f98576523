/**
 * A diagram as Mermaid text, which Markdown viewers draw.
 *
 * - An inner diagram is a subgraph whose ports are separate nodes; a wire is labeled with the ports that it connects.
 * - A delegated system has a dashed border, and shows its mode and period.
 *
 * @example
 * ```ts
 * import { clock } from "../blocks/mod.ts";
 * import { mermaidText } from "./mermaid.ts";
 *
 * const text = mermaidText(clock());
 * if (text !== 'flowchart LR\n  n0["clock"]\n') throw new Error(text);
 * ```
 */

import type { System } from "../diagram/mod.ts";
import { type Box, drawingOf, portId, titleOf, type Wire, type WireEnd } from "./drawing.ts";
import { plainLabel } from "./label.ts";

/** A system as Mermaid text. */
export function mermaidText(system: System): string {
  const drawn = drawingOf(system);
  const lines = drawn.inside === undefined ? [nodeOf(drawn)] : [...portsOf(drawn), ...contents(drawn, drawn.inside)];
  const delegated = delegatedIn(drawn);
  const style = delegated.length === 0
    ? []
    : ["classDef delegated stroke-dasharray: 5 4, stroke-width: 2px", `class ${delegated.join()} delegated`];
  return ["flowchart LR", ...[...lines, ...style].map((line) => `  ${line}`)].map((line) => `${line}\n`).join("");
}

function contents(box: Box, { boxes, wires }: NonNullable<Box["inside"]>): string[] {
  return [
    ...boxes.flatMap((part) => part.inside === undefined ? [nodeOf(part)] : subgraph(part, part.inside)),
    ...wires.map((wire) => arrow(wire, box)),
  ];
}

function subgraph(box: Box, inside: NonNullable<Box["inside"]>): string[] {
  const content = [...portsOf(box), ...contents(box, inside)].map((line) => `  ${line}`);
  return [`subgraph ${box.id}["${title(box)}"]`, ...content, "end"];
}

/** The ports of a diagram, at which wires cross its border. */
function portsOf(box: Box): string[] {
  return [
    ...box.inputs.map((port, index) => `${box.id}i${index}(["${label(port)}"])`),
    ...box.outputs.map((port, index) => `${box.id}o${index}(["${label(port)}"])`),
  ];
}

function nodeOf(box: Box): string {
  return `${box.id}["${title(box)}"]`;
}

function title(box: Box): string {
  return titleOf(box).map(label).join("<br>");
}

function arrow({ from, to }: Wire, around: Box): string {
  const names = [nameAt(from), nameAt(to)].filter((name) => name !== undefined).map(label);
  const text = names.length === 0 ? "" : `|"${names.join(" → ")}"|`;
  return `${nodeAt(from, { around, isSource: true })} -->${text} ${nodeAt(to, { around, isSource: false })}`;
}

/** The name of the port, unless its node shows it. */
function nameAt({ box, port }: WireEnd): string | undefined {
  return box === undefined || box.inside !== undefined ? undefined : port;
}

function nodeAt(
  { box, port }: WireEnd,
  { around, isSource }: { readonly around: Box; readonly isSource: boolean },
): string {
  if (box === undefined) return portId(around, { port, isInput: isSource });
  return box.inside === undefined ? box.id : portId(box, { port, isInput: !isSource });
}

function delegatedIn(box: Box): string[] {
  const own = box.delegation === undefined ? [] : [box.id];
  return [...own, ...box.inside?.boxes.flatMap(delegatedIn) ?? []];
}

/** A name for Mermaid, with everything that could be markup as a numeric entity. */
function label(text: string): string {
  return plainLabel(text).replaceAll(/[^\p{L}\p{N} .,:→+_-]/gu, (character) => `#${character.codePointAt(0)};`);
}
