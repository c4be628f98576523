/**
 * Where an axis has marks, and what stands beside them.
 */

import type { Scale, ScaleName } from "../film/scale.ts";
import type { Window } from "./tracks.ts";

/** A mark of the axis. */
export interface Tick {
  readonly place: number;
  readonly text: string;
}

/** How far apart marks are at least, in pixels. */
const APART = 110;

/** The marks of a window: at round times, or, by events, at even places. `counts` where a millisecond stands for a row. */
export function ticksOf(
  { from, to, width }: Window,
  { scale, name, counts = false }: { readonly scale: Scale; readonly name: ScaleName; readonly counts?: boolean },
): readonly Tick[] {
  const wanted = (to - from) / Math.max(1, width / APART);
  const step = name === "time" ? round(wanted) : wanted;
  const first = Math.ceil(from / step);
  const count = Math.min(200, Math.floor(to / step) - first + 1);
  let before = "";
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const place = (first + index) * step;
    const time = scale.timeAt(place);
    const text = counts ? String(Math.round(time)) : timeText(time);
    // By events, many of them may be at about the same time.
    const tick = { place, text: text === before ? "" : text };
    before = text;
    return tick;
  });
}

/** The least of 1, 2, 5, 10, ... of a power of ten that is as much. */
function round(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10);
}

/** A time in milliseconds, as people read it. */
export function timeText(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 1) return `${trimmed(ms * 1000, 0)} µs`;
  if (ms < 1000) return `${trimmed(ms, ms < 100 ? 3 : 1)} ms`;
  return `${trimmed(ms / 1000, 3)} s`;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
