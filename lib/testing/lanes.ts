/**
 * A text picture of a history: a lane for each task, a pair of brackets for each call, time from left to right.
 *
 * - A call's right bracket is left of another's left bracket if and only if it precedes the other.
 * - A pending call has no right bracket; overlapping calls of one task have a lane each.
 */

import { callText, type HistoryCall, precedes } from "./history.ts";

/** The picture, with lanes in order of their first calls and a "!" before the text of `marked` calls. */
export function drawLanes(calls: readonly HistoryCall[], marked: ReadonlySet<HistoryCall> = new Set()): string {
  const ordered = calls.toSorted((one, other) => one.begin - other.begin);
  const text = (call: HistoryCall) => `[${marked.has(call) ? "!" : ""}${callText(call)}`;
  const columns = columnsOf(ordered, text);
  const lanes: { task: string; calls: HistoryCall[] }[] = [];
  for (const call of ordered) {
    const task = String(call.task);
    const free = lanes.find((lane) => {
      const last = lane.calls.at(-1);
      return lane.task === task && last !== undefined && precedes(last, call);
    });
    if (free === undefined) lanes.push({ task, calls: [call] });
    else free.calls.push(call);
  }
  const width = Math.max(0, ...lanes.map(({ task }) => task.length));
  return lanes.map((lane) => {
    let line = `${lane.task.padEnd(width)}  `;
    const origin = line.length;
    for (const call of lane.calls) {
      const { from, to } = columns.get(call) ?? { from: 0, to: undefined };
      line = line.padEnd(origin + from) + text(call);
      if (to !== undefined) line = `${line.padEnd(origin + to, "-")}]`;
    }
    return line;
  }).join("\n");
}

/** The columns of each call's brackets: every ticket has its own column, and the text fits between the brackets. */
function columnsOf(ordered: readonly HistoryCall[], text: (call: HistoryCall) => string) {
  const tickets = ordered.flatMap((call) => [
    { call, at: call.begin, begins: true },
    ...(call.end === undefined ? [] : [{ call, at: call.end, begins: false }]),
  ]).sort((one, other) => one.at - other.at || Number(other.begins) - Number(one.begins));
  const columns = new Map<HistoryCall, { from: number; to?: number }>();
  let column = -2;
  for (const { call, begins } of tickets) {
    const from = columns.get(call)?.from;
    column = from === undefined ? column + 2 : Math.max(column + 1, from + text(call).length);
    if (begins) columns.set(call, { from: column });
    else columns.set(call, { from: from ?? 0, to: column });
  }
  return columns;
}
