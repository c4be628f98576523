/**
 * Where tasks and things stand on the stage, in pixels: layers side by side where there is room, else below each other.
 *
 * - Invariant: no two boxes overlap, and none lies outside of the stage.
 */

import { type FlowChart, keyOf, type Node } from "./flow.ts";

/** A box. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The stage. */
export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly width: number;
  readonly height: number;
  /** Which way values flow. */
  readonly direction: "right" | "down";
}

/** The sizes of boxes. */
const SIZES = {
  task: { width: 140, height: 66 },
  thing: { width: 138, height: 92 },
  beside: { width: 150, height: 82 },
} as const;
const GAP = 14;
/** The least and the greatest room between layers. */
const [LEAST, MOST] = [34, 110];
/** How many boxes stand below each other in a layer at most. */
const ROWS = 6;

/** Lays out a chart on a stage of that width. */
export function layoutOf(chart: FlowChart, width: number): Layout {
  const boxes = new Map<string, Box>();
  const columns = chart.layers.map((layer) => Math.ceil(layer.length / ROWS));
  const widths = chart.layers.map((layer, index) => spread(columns[index] ?? 1, widest(layer)));
  const bare = widths.reduce((sum, one) => sum + one, 0);
  const gaps = Math.max(1, widths.length - 1);
  const isWide = bare + LEAST * gaps <= width && chart.layers.length > 1;
  let height = 0;
  if (isWide) {
    const gap = Math.min(MOST, (width - bare) / gaps);
    const heights = chart.layers.map((layer) => stacked(layer.slice(0, ROWS)));
    height = Math.max(0, ...heights);
    let x = (width - bare - gap * (widths.length - 1)) / 2;
    for (const [index, layer] of chart.layers.entries()) {
      const rows = Math.ceil(layer.length / (columns[index] ?? 1));
      for (let from = 0; from < layer.length; from += rows) {
        const column = layer.slice(from, from + rows);
        let y = (height - stacked(column)) / 2;
        for (const node of column) {
          const size = SIZES[node.shape];
          boxes.set(keyOf(node), { x: x + (from / rows) * (widest(layer) + GAP), y, ...size });
          y += size.height + GAP;
        }
      }
      x += (widths[index] ?? 0) + gap;
    }
  } else {for (const layer of chart.layers) {
      height = rowsOf(layer, { boxes, width, y: height === 0 ? 0 : height + LEAST });
    }}
  if (chart.beside.length > 0) height = rowsOf(chart.beside, { boxes, width, y: height + LEAST });
  return { boxes, width, height, direction: isWide ? "right" : "down" };
}

/** Puts nodes in rows, each in the middle; gives where they end. */
function rowsOf(
  nodes: readonly Node[],
  { boxes, width, y }: { readonly boxes: Map<string, Box>; readonly width: number; readonly y: number },
): number {
  const wide = widest(nodes);
  const count = Math.max(1, Math.floor((width + GAP) / (wide + GAP)));
  let top = y;
  for (let from = 0; from < nodes.length; from += count) {
    const row = nodes.slice(from, from + count);
    let x = Math.max(0, (width - spread(row.length, wide)) / 2);
    for (const node of row) {
      boxes.set(keyOf(node), { x, y: top, ...SIZES[node.shape] });
      x += wide + GAP;
    }
    top += Math.max(...row.map(({ shape }) => SIZES[shape].height)) + GAP;
  }
  return top - GAP;
}

function widest(nodes: readonly Node[]): number {
  return Math.max(0, ...nodes.map(({ shape }) => SIZES[shape].width));
}

function spread(count: number, size: number): number {
  return count * size + (count - 1) * GAP;
}

function stacked(nodes: readonly Node[]): number {
  return nodes.reduce((sum, { shape }) => sum + SIZES[shape].height + GAP, -GAP);
}

/** How wide an item is, and how far apart items lie. */
export const ITEM = 28;
const STEP = 31;

/** How many items a thing has room to show. */
export const SHOWN = 4;

/** Where an item lies in a thing, by its place there: behind the last one that has room they lie on each other. */
export function placeInside({ x, y, height }: Box, place: number): { readonly x: number; readonly y: number } {
  return { x: x + 8 + Math.min(place, SHOWN - 1) * STEP, y: y + height - ITEM - 8 };
}

/** Where an item waits at the door of a thing. */
export function placeAtDoor(
  { x, y, width, height }: Box,
  { place, direction }: { readonly place: number; readonly direction: Layout["direction"] },
): { readonly x: number; readonly y: number } {
  const by = Math.min(place, 2) * 6;
  return direction === "right"
    ? { x: x - ITEM / 2 - 2 - by, y: y + height - ITEM - 8 }
    : { x: x + width / 2 - ITEM / 2 + by, y: y - ITEM / 2 - 2 - by };
}

/** Where an item lies in the hand of a task. */
export function placeInHand({ x, y, width, height }: Box): { readonly x: number; readonly y: number } {
  return { x: x + width - ITEM - 5, y: y + height - ITEM - 5 };
}

/** The way of values from a box to another, as the path of an SVG; one that leads back is straight. */
export function lineBetween(from: Box, to: Box, direction: Layout["direction"]): string {
  const isBack = direction === "right" ? to.x < from.x + from.width : to.y < from.y + from.height;
  if (isBack) return lineAcross(from, to);
  const [a, b] = direction === "right"
    ? [{ x: from.x + from.width, y: from.y + from.height / 2 }, { x: to.x, y: to.y + to.height / 2 }]
    : [{ x: from.x + from.width / 2, y: from.y + from.height }, { x: to.x + to.width / 2, y: to.y }];
  const [by, down] = direction === "right" ? [(b.x - a.x) / 2, 0] : [0, (b.y - a.y) / 2];
  return `M ${a.x} ${a.y} C ${a.x + by} ${a.y + down}, ${b.x - by} ${b.y - down}, ${b.x} ${b.y}`;
}

/** The shortest line between two boxes, whichever way they lie. */
export function lineAcross(from: Box, to: Box): string {
  const middle = ({ x, y, width, height }: Box) => ({ x: x + width / 2, y: y + height / 2 });
  const edge = (box: Box, other: Box) => {
    const [a, b] = [middle(box), middle(other)];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const part = Math.min(box.width / 2 / Math.max(1e-6, Math.abs(dx)), box.height / 2 / Math.max(1e-6, Math.abs(dy)));
    return { x: a.x + dx * part, y: a.y + dy * part };
  };
  const [a, b] = [edge(from, to), edge(to, from)];
  return `M ${a.x} ${a.y} L ${b.x} ${b.y}`;
}
