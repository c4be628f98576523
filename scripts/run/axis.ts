/**
 * The time axis under a picture: marks at round times, with the unit.
 */

import type { Frame } from "./cells.ts";

/** The cells of a mark, including the room after it. */
const ROOM = 10;
const ROUND = [1, 2, 5, 10];

/** Units with their lengths in milliseconds, the largest first. */
const UNITS: readonly (readonly [ms: number, name: string])[] = [[1000, "s"], [1, "ms"], [0.001, "µs"]];

/** The axis, at most as long as the row; with `counts`, a millisecond stands for one counted thing. */
export function axisLine({ from, to, cells }: Frame, { counts = false }: { readonly counts?: boolean } = {}): string {
  const length = to - from;
  const [ms, unit] = counts ? [1, ""] : UNITS.find(([ms]) => length >= ms) ?? [0.001, "µs"];
  const marks = Math.max(1, Math.floor(cells / ROOM));
  const step = Math.max(counts ? 1 : 0, roundStep(length / ms / marks));
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  let line = "";
  // A mark less than a cell before the row is placed at its start.
  for (let count = Math.ceil((from - length / cells) / ms / step); count * step * ms <= to; count++) {
    const time = count * step;
    const cell = Math.max(0, Math.min(cells - 1, Math.floor((time * ms - from) / length * cells)));
    const text = `|${time.toFixed(places)} ${unit}`.trimEnd();
    if (cell < line.length + (line === "" ? 0 : 1) || cell + text.length > cells) continue;
    line = line.padEnd(cell) + text;
  }
  return line;
}

/** The least round step that is at least `length`. */
function roundStep(length: number): number {
  if (!(length > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(length));
  return power * (ROUND.find((round) => round * power >= length) ?? 10);
}
