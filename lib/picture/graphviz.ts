/**
 * A diagram as Graphviz text: `dot -Tsvg FILE` draws it.
 *
 * - An inner diagram is a cluster whose ports are separate nodes; any other system is a record with its inputs on the
 *   left and its outputs on the right.
 * - A delegated system has a dashed border, and shows its mode and period.
 *
 * @example
 * ```ts
 * import { gain } from "../blocks/mod.ts";
 * import { graphvizText } from "./graphviz.ts";
 *
 * const text = graphvizText(gain({ factor: 2 }));
 * if (!text.includes('n0 [label="{{<i0> u}|gain|{<o0> y}}"]')) throw new Error(text);
 * ```
 */

import type { System } from "../diagram/mod.ts";
import { type Box, drawingOf, portId, titleOf, type WireEnd } from "./drawing.ts";
import { plainLabel } from "./label.ts";

/** A system as text in Graphviz's DOT language. */
export function graphvizText(system: System): string {
  const drawn = drawingOf(system);
  const lines = drawn.inside === undefined ? [nodeOf(drawn)] : [...portsOf(drawn), ...contents(drawn, drawn.inside)];
  return [
    `digraph {`,
    `  graph [rankdir=LR, fontname="sans-serif", bgcolor="white"]`,
    `  node [shape=record, fontname="sans-serif", fontsize=11]`,
    `  edge [fontname="sans-serif", fontsize=10]`,
    ...lines.map((line) => `  ${line}`),
    `}`,
  ].map((line) => `${line}\n`).join("");
}

function contents(box: Box, { boxes, wires }: NonNullable<Box["inside"]>): string[] {
  return [
    ...boxes.flatMap((part) => part.inside === undefined ? [nodeOf(part)] : cluster(part, part.inside)),
    ...wires.map(({ from, to }) => {
      return `${placeOf(from, { around: box, isSource: true })} -> ${placeOf(to, { around: box, isSource: false })}`;
    }),
  ];
}

function cluster(box: Box, inside: NonNullable<Box["inside"]>): string[] {
  const title = titleOf(box).map(quotedLabel).join("\\n");
  const style = box.delegation === undefined ? `style="rounded"` : `style="rounded,dashed", penwidth=1.5`;
  const content = [`graph [label="${title}", ${style}]`, ...portsOf(box), ...contents(box, inside)];
  return [`subgraph cluster_${box.id} {`, ...content.map((line) => `  ${line}`), `}`];
}

/** The ports of a diagram, at which wires cross its border. */
function portsOf(box: Box): string[] {
  const node = (id: string, port: string) =>
    `${id} [shape=oval, label="${quotedLabel(port)}", height=0.2, margin=0.04]`;
  return [
    ...box.inputs.map((port, index) => node(`${box.id}i${index}`, port)),
    ...box.outputs.map((port, index) => node(`${box.id}o${index}`, port)),
  ];
}

function nodeOf(box: Box): string {
  const fields = (ports: readonly string[], kind: string) => {
    return `{${ports.map((port, index) => `<${kind}${index}> ${recordLabel(port)}`).join("|")}}`;
  };
  const title = titleOf(box).map(recordLabel).join("\\n");
  const parts = [
    ...box.inputs.length === 0 ? [] : [fields(box.inputs, "i")],
    title,
    ...box.outputs.length === 0 ? [] : [fields(box.outputs, "o")],
  ];
  const style = box.delegation === undefined ? "" : `, style=dashed, penwidth=1.5`;
  return `${box.id} [label="{${parts.join("|")}}"${style}]`;
}

function placeOf(
  { box, port }: WireEnd,
  { around, isSource }: { readonly around: Box; readonly isSource: boolean },
): string {
  if (box === undefined) return portId(around, { port, isInput: isSource });
  if (box.inside !== undefined) return portId(box, { port, isInput: !isSource });
  return isSource ? `${box.id}:o${box.outputs.indexOf(port)}:e` : `${box.id}:i${box.inputs.indexOf(port)}:w`;
}

/** A quoted name, with backslashes and `&` escaped. */
function quotedLabel(text: string): string {
  return plainLabel(text).replaceAll("\\", "\\\\").replaceAll("&", "&amp;").replaceAll('"', '\\"');
}

/** A name in a record, in which brackets, bars and spaces are special, too. */
function recordLabel(text: string): string {
  return quotedLabel(text).replaceAll(/[{}|<> ]/g, (character) => `\\${character}`);
}
