/**
 * A picture of a history: a lane per task, a bracket per call, time from left to right.
 *
 * - One bracket ends left of another's begin if and only if that call precedes the other.
 * - A pending call has no right bracket; a task with calls that overlap takes a lane for each.
 */

import { callText, type HistoryCall, precedes } from "./history.ts";

/** The picture, lanes in order of their first calls; calls in `marked` carry a "!" before their text. */
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

/** Where each call's brackets stand: every ticket has a column of its own, and a text fits between its brackets. */
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
