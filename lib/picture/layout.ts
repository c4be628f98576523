/**
 * The positions of boxes, ports and wires of a drawing, in pixels.
 *
 * - Invariant: boxes never overlap, and each lies within its enclosing box.
 * - Wires run between columns; wires that go back run below all boxes.
 */

import { shortLabel } from "./label.ts";
import { type Box, titleOf, type WireEnd } from "./drawing.ts";
import { type Edge, type Layers, layersOf, type Slot } from "./layers.ts";

/** A box with its position, relative to the enclosing box. */
export interface PlacedBox {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The lines of its title. */
  readonly title: readonly string[];
  /** The distances of its ports from its top: inputs on the left border, outputs on the right border. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly inside: readonly PlacedBox[];
  /** The wires inside, relative to this box. */
  readonly wires: readonly Piece[];
}

/** A piece of a wire. */
export interface Piece {
  /** The piece as an SVG path. */
  readonly path: string;
  /** Whether it ends at a port. */
  readonly isEnd: boolean;
}

type Sized = Omit<PlacedBox, "x" | "y">;

/** The usual maximum width of a character in titles and in port names. */
const CHARACTER = 6.8;
/** The most characters of labels. */
const MOST_TITLE = 64;
export const MOST_PORT = 24;
const LINE = 15;
const PORT = 16;
/** The space between columns, between boxes of a column, and around a wire that passes through or goes back. */
const BETWEEN = 54;
const APART = 18;
const LANE = 9;
const MARGIN = 14;
const LEAST_WIDTH = 60;
/** The number of sweeps that straighten wires. */
const SWEEPS = 4;

/** The layout of a drawing. */
export function layoutOf(box: Box): PlacedBox {
  return { ...sized(box), x: 0, y: 0 };
}

function sized(box: Box): Sized {
  const title = titleOf(box)
    .map((line) => shortLabel(line, MOST_TITLE));
  const wide = (labels: readonly string[], most: number) => {
    return CHARACTER * labels.reduce((longest, { length }) => Math.max(longest, Math.min(length, most)), 0);
  };
  const [titleWidth, left, right] = [
    wide(title, MOST_TITLE) + 16,
    wide(box.inputs, MOST_PORT) + 12,
    wide(box.outputs, MOST_PORT) + 12,
  ];
  const top = 8 + title.length * LINE;
  if (box.inside !== undefined) return around(box, { title, titleWidth, left, right, top });
  const at = (_: string, index: number) => top + 4 + index * PORT + PORT / 2;
  const ports = Math.max(box.inputs.length, box.outputs.length);
  return {
    box,
    title,
    width: Math.max(LEAST_WIDTH, titleWidth, left + right),
    height: top + ports * PORT + 8,
    inputs: box.inputs.map(at),
    outputs: box.outputs.map(at),
    inside: [],
    wires: [],
  };
}

/** The layout of a box with boxes inside. */
function around(
  box: Box,
  { title, titleWidth, left, right, top }: {
    readonly title: readonly string[];
    readonly titleWidth: number;
    readonly left: number;
    readonly right: number;
    readonly top: number;
  },
): Sized {
  const { boxes, wires } = box.inside ?? { boxes: [], wires: [] };
  const parts = boxes.map(sized);
  const indexOf = new Map(boxes.map((part, index) => [part, index]));
  // The ports of the box itself are nodes without width in the first and the last column.
  const [inputs, outputs] = [parts.length, parts.length + box.inputs.length];
  const nodeOf = ({ box: part, port }: WireEnd, isSource: boolean): [node: number, port: number] => {
    if (part === undefined) {
      return [isSource ? inputs + box.inputs.indexOf(port) : outputs + box.outputs.indexOf(port), 0];
    }
    return [indexOf.get(part) ?? 0, (isSource ? part.outputs : part.inputs).indexOf(port)];
  };
  const edges = wires.map(({ from, to }): Edge => {
    const [[source, fromPort], [target, toPort]] = [nodeOf(from, true), nodeOf(to, false)];
    return { from: source, fromPort, to: target, toPort };
  });
  const range = (from: number, { length }: { readonly length: number }) => {
    return Array.from({ length }, (_, index) => from + index);
  };
  const [first, last] = [range(inputs, box.inputs), range(outputs, box.outputs)];
  const layers = layersOf(outputs + box.outputs.length, { edges, first: new Set(first), last: new Set(last) });
  const inner = placed(parts, layers);
  const contentLeft = MARGIN + (box.inputs.length > 0 ? left : 0);
  const contentTop = top + MARGIN;
  const width = Math.max(
    titleWidth,
    LEAST_WIDTH,
    contentLeft + inner.width + (box.outputs.length > 0 ? right : 0) + MARGIN,
  );
  const borders = { left: contentLeft, right: width - contentLeft };
  const shift = (y: number) => contentTop + y;
  return {
    box,
    title,
    width,
    height: contentTop + inner.height + MARGIN,
    inputs: first.map((node) => shift(inner.yOf(node))),
    outputs: last.map((node) => shift(inner.yOf(node))),
    inside: parts.map((part, index) => ({
      ...part,
      x: contentLeft + inner.xOf(index),
      y: shift(inner.yOf(index)),
    })),
    wires: inner.wires({ x: contentLeft, y: contentTop, ...borders }),
  };
}

/** The positions of columns and slots in pixels, and the wires between them. */
function placed(parts: readonly Sized[], layers: Layers) {
  const { columns, hops, back } = layers;
  const widthOf = ({ node }: Slot) => parts[node ?? -1]?.width ?? 0;
  const heightOf = ({ node }: Slot) => parts[node ?? -1]?.height ?? LANE;
  const widths = columns.map((column) => column.reduce((most, slot) => Math.max(most, widthOf(slot)), 0));
  const lefts: number[] = [];
  let x = 0;
  for (const width of widths) {
    lefts.push(x);
    x += width + BETWEEN;
  }
  const slots = new Map(columns.flat().filter(({ node }) => node !== undefined).map((slot) => [slot.node, slot]));
  const tops = new Map<Slot, number>();
  const portAt = (slot: Slot, port: number, side: "inputs" | "outputs") => parts[slot.node ?? -1]?.[side][port] ?? 0;
  straighten(layers, { tops, heightOf, portAt });
  const rightOf = (column: number) => (lefts[column] ?? 0) + (widths[column] ?? 0);
  const xOf = (node: number) => {
    const slot = slots.get(node);
    return slot === undefined ? 0 : (lefts[slot.column] ?? 0) + ((widths[slot.column] ?? 0) - widthOf(slot)) / 2;
  };
  const yOf = (node: number) => tops.get(slots.get(node) ?? { column: 0, node }) ?? 0;
  const bottom = [...tops].reduce((most, [slot, top]) => Math.max(most, top + heightOf(slot)), 0);
  const lanes = [...Map.groupBy(back, ({ from, fromPort }) => `${from} ${fromPort}`).values()]
    .toSorted((one, other) => spanOf(one, slots) - spanOf(other, slots));
  return {
    width: Math.max(0, x - BETWEEN),
    height: bottom + (lanes.length > 0 ? (lanes.length + 1) * LANE : 0),
    xOf,
    yOf,
    /** The wires, moved by x and y; wires of the enclosing box's ports begin and end at its borders. */
    wires({ x, y, right }: { readonly x: number; readonly y: number; readonly right: number }): Piece[] {
      const point = (slot: Slot, port: number, side: "inputs" | "outputs") => {
        const top = (tops.get(slot) ?? 0) + y;
        const part = parts[slot.node ?? -1];
        if (part !== undefined && slot.node !== undefined) {
          return { x: x + xOf(slot.node) + (side === "inputs" ? 0 : part.width), y: top + (part[side][port] ?? 0) };
        }
        if (slot.node === undefined) return { x: x + (lefts[slot.column] ?? 0), y: top };
        return { x: side === "outputs" ? 0 : x + right, y: top };
      };
      const forth = hops.map(({ from, to, edge }) => {
        const [start, end] = [point(from, edge.fromPort, "outputs"), point(to, edge.toPort, "inputs")];
        const [leave, enter] = [x + rightOf(from.column), x + (lefts[to.column] ?? 0)];
        const middle = (leave + enter) / 2;
        return {
          path: `M${start.x} ${start.y}H${leave}C${middle} ${start.y} ${middle} ${end.y} ${enter} ${end.y}H${end.x}`,
          isEnd: to.node !== undefined,
        };
      });
      const again = lanes.flatMap((edges, lane) => {
        const below = y + bottom + (lane + 1) * LANE;
        return edges.map(({ from, fromPort, to, toPort }) => {
          const [source, target] = [slots.get(from), slots.get(to)];
          if (source === undefined || target === undefined) return { path: "", isEnd: false };
          const [start, end] = [point(source, fromPort, "outputs"), point(target, toPort, "inputs")];
          const aside = 10 + (lane % 4) * 6;
          const [leave, enter] = [x + rightOf(source.column) + aside, x + (lefts[target.column] ?? 0) - aside];
          return { path: `M${start.x} ${start.y}H${leave}V${below}H${enter}V${end.y}H${end.x}`, isEnd: true };
        });
      });
      return [...forth, ...again];
    },
  };
}

function spanOf(edges: readonly Edge[], slots: ReadonlyMap<number | undefined, Slot>): number {
  return edges.reduce((most, { from, to }) => {
    return Math.max(most, (slots.get(from)?.column ?? 0) - (slots.get(to)?.column ?? 0));
  }, 0);
}

/** Positions the slots of each column so that wires are as straight as possible. */
function straighten(
  { columns, hops }: Layers,
  { tops, heightOf, portAt }: {
    readonly tops: Map<Slot, number>;
    readonly heightOf: (slot: Slot) => number;
    readonly portAt: (slot: Slot, port: number, side: "inputs" | "outputs") => number;
  },
): void {
  const [into, outOf] = [Map.groupBy(hops, ({ to }) => to), Map.groupBy(hops, ({ from }) => from)];
  const stack = (column: readonly Slot[], wanted: (slot: Slot) => number | undefined) => {
    settle(column, { heightOf, wanted }).forEach((top, index) => {
      const slot = column[index];
      if (slot !== undefined) tops.set(slot, top);
    });
  };
  for (const column of columns) stack(column, () => undefined);
  const mean = (values: readonly number[]) => {
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForth = sweep % 2 === 0;
    for (const column of isForth ? columns : columns.toReversed()) {
      stack(column, (slot) => {
        const near = (isForth ? into : outOf).get(slot) ?? [];
        return mean(near.map(({ from, to, edge }) => {
          const [other, port, own] = isForth
            ? [from, portAt(from, edge.fromPort, "outputs"), portAt(to, edge.toPort, "inputs")]
            : [to, portAt(to, edge.toPort, "inputs"), portAt(from, edge.fromPort, "outputs")];
          return (tops.get(other) ?? 0) + port - own;
        })) ?? tops.get(slot);
      });
    }
  }
  const least = [...tops.values()].reduce((least, top) => Math.min(least, top), Infinity);
  for (const [slot, top] of tops) tops.set(slot, top - least);
}

/** The tops of the slots of a column, with the least sum of squared distances from their wanted positions. */
function settle(
  column: readonly Slot[],
  { heightOf, wanted }: {
    readonly heightOf: (slot: Slot) => number;
    readonly wanted: (slot: Slot) => number | undefined;
  },
): number[] {
  // Minus the room of the slots above, tops must not decrease: neighbors that do are merged at their mean.
  const blocks: { sum: number; count: number }[] = [];
  const rooms: number[] = [];
  let room = 0;
  for (const slot of column) {
    blocks.push({ sum: (wanted(slot) ?? room) - room, count: 1 });
    rooms.push(room);
    room += heightOf(slot) + APART;
    while (blocks.length > 1) {
      const [before, last] = blocks.slice(-2);
      if (before === undefined || last === undefined || before.sum / before.count <= last.sum / last.count) break;
      before.sum += last.sum;
      before.count += last.count;
      blocks.pop();
    }
  }
  const means = blocks.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count));
  return rooms.map((room, index) => Math.round(room + (means[index] ?? 0)));
}
