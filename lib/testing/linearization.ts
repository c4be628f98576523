/**
 * Searches for a legal order of the calls on one object, by Wing and Gong's algorithm with Lowe's improvements.
 *
 * - J. M. Wing and C. Gong, "Testing and verifying concurrent objects" (1993): a call may come next if no other
 *   remaining call ended before it began; try each of these, and backtrack if none fits.
 * - G. Lowe, "Testing for linearizability" (2017): place a call just in time, that is, choose only among calls that are
 *   open at the next return, and never visit a configuration (calls placed, state) twice.
 * - A configuration is compact: calls are numbered in order of their ends, so all below a base are placed, and any
 *   placed above it are among the calls open at the base's end.
 */

import type { HistoryCall } from "./history.ts";
import type { SequentialSpecification } from "./sequential_specification.ts";
import { valueText } from "./value_text.ts";

/** What is left to try after the calls of `order` so far. */
interface Frame {
  readonly state: unknown;
  /** All calls below this number are placed, this call is not. */
  readonly base: number;
  /** The next open call to try. */
  at: number;
  /** The states that the last tried call may lead to, and how many of these were tried. */
  next: readonly unknown[];
  tried: number;
}

/**
 * A legal order of the calls that ended and the pending calls that it needs; `undefined` if there is none.
 *
 * @throws {RangeError} after `limit` configurations.
 */
export function linearize(
  history: readonly HistoryCall[],
  { specification, limit }: { specification: SequentialSpecification; limit: number },
): HistoryCall[] | undefined {
  // The ends of two pending calls differ by NaN, which would be no order.
  const calls = history.toSorted((one, other) => endOf(one) - endOf(other) || 0);
  const refinement = specification.refine?.(calls);
  if (refinement?.impossible) return undefined;
  const keyOf = (state: unknown) => refinement?.key?.(state) ?? specification.key?.(state) ?? valueText(state);
  const ended = calls.filter((call) => call.end !== undefined).length;
  const before: number[][] = calls.map(() => []);
  for (const [first, second] of [...refinement?.before ?? [], ...inParts(calls)]) {
    if (endOf(calls[second]) < beginOf(calls[first])) return undefined;
    before[second]?.push(first);
  }
  const open = openCalls(calls, ended);
  const placed = new Uint8Array(calls.length);
  const order: number[] = [];
  const seen = new Set<string>();
  const frames: Frame[] = [{ state: specification.initial, base: 0, at: -1, next: [], tried: 0 }];

  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    if (frame.base === ended) return order.flatMap((index) => calls[index] ?? []);
    const candidates = open[frame.base] ?? [];
    if (frame.tried === frame.next.length) {
      const index = candidates[++frame.at];
      const call = index === undefined ? undefined : calls[index];
      if (index === undefined || call === undefined) {
        frames.pop();
        placed[order.pop() ?? 0] = 0;
      } else if (placed[index] === 0 && (before[index] ?? []).every((first) => placed[first] === 1)) {
        frame.next = specification.step(frame.state, call);
        frame.tried = 0;
      }
      continue;
    }
    const state = frame.next[frame.tried++];
    const index = candidates[frame.at] ?? 0;
    placed[index] = 1;
    let base = frame.base;
    while (placed[base] === 1 && base < ended) base++;
    const ahead = (open[base] ?? []).filter((other) => placed[other] === 1);
    const configuration = `${base}|${ahead.join()}|${keyOf(state)}`;
    if (seen.has(configuration)) {
      placed[index] = 0;
      continue;
    }
    seen.add(configuration);
    if (seen.size > limit) {
      throw new RangeError(
        `Cannot order the ${calls.length} calls on ${calls[0]?.object}: ${limit} configurations leave it undecided, ` +
          `a shorter history or a higher limit is wanted`,
      );
    }
    order.push(index);
    frames.push({ state, base, at: -1, next: [], tried: 0 });
  }
  return undefined;
}

/** For each call that ended: the calls from it on that began before its end, in order of their ends. */
function openCalls(calls: readonly HistoryCall[], ended: number): number[][] {
  const byBegin = calls.map((_, index) => index).sort((one, other) => beginOf(calls[one]) - beginOf(calls[other]));
  let active: number[] = [];
  let begun = 0;
  return Array.from({ length: ended }, (_, base) => {
    active = active.filter((index) => index >= base);
    const end = endOf(calls[base]);
    for (; begun < byBegin.length; begun++) {
      const index = byBegin[begun] ?? 0;
      if (beginOf(calls[index]) > end) break;
      if (index >= base) active.push(index);
    }
    return active.sort((one, other) => one - other).slice();
  });
}

/** Pairs of positions: a part of a call, and the next part. */
function inParts(calls: readonly HistoryCall[]): [number, number][] {
  const positions = new Map<string, number>();
  const place = ({ task, begin }: HistoryCall, part: number) => `${begin} ${part} ${valueText(task)}`;
  calls.forEach((call, position) => {
    if (call.part !== undefined) positions.set(place(call, call.part), position);
  });
  return calls.flatMap((call, position): [number, number][] => {
    const before = call.part === undefined ? undefined : positions.get(place(call, call.part - 1));
    return before === undefined ? [] : [[before, position]];
  });
}

function beginOf(call: HistoryCall | undefined): number {
  return call?.begin ?? -Infinity;
}

function endOf(call: HistoryCall | undefined): number {
  return call?.end ?? Infinity;
}
