/**
 * The run of a schedule as spans: who acts and who waits for what, with one millisecond per row of its trace.
 */

import type { Span } from "../../mod.ts";
import type { RunTrace } from "../../lib/explorer/mod.ts";

/** The spans of a run, starting at 0, with a lane for each task. */
export function spansOf({ tasks, rows }: RunTrace): Span[] {
  const spans: Span[] = [];
  const waits = new Map<number, { readonly name: string; readonly started: number }>();
  const add = (task: number, name: string, [started, finished]: readonly [number, number]) => {
    if (finished > started) spans.push({ lane: tasks[task] ?? "", name, started, finished, t: finished });
  };
  for (const [at, { task, text }] of rows.entries()) {
    const wait = waits.get(task);
    if (wait !== undefined) add(task, wait.name, [wait.started, at]);
    waits.delete(task);
    if (rows[at - 1]?.task !== task) {
      const next = rows.findIndex((row, later) => later > at && row.task !== task);
      add(task, "running", [at, next < 0 ? rows.length : next]);
    }
    const waited = waitedFor(text.trim());
    if (waited !== undefined) waits.set(task, { name: waited, started: at + 1 });
  }
  for (const [task, lane] of tasks.entries()) spans.push(...heldSpans(rows, { task, lane }));
  // A task that waits forever does so after the last row, too.
  for (const [task, { name, started }] of waits) add(task, name, [started, rows.length + 1]);
  return spans;
}

/** The spans of a scenario's run, with a lane for each chain; before each step, a chain waits for it. */
export function chainSpans({ tasks, rows }: RunTrace): Span[] {
  return tasks.flatMap((lane, task) => {
    let since = 0;
    return rows.flatMap((row, at): Span[] => {
      if (row.task !== task) return [];
      const waits = { lane, name: row.text.split(": ", 1)[0] ?? "", started: since, finished: at, t: at };
      since = at + 1;
      const comes = { lane, name: "running", started: at, finished: since, t: since };
      return waits.finished > waits.started ? [waits, comes] : [comes];
    });
  });
}

/** The spans of what a task holds, each from the row that takes it to the row that returns it. */
function heldSpans(
  rows: RunTrace["rows"],
  { task, lane }: { readonly task: number; readonly lane: string },
): Span[] {
  const spans: Span[] = [];
  const since = new Map<string, number>();
  const end = (name: string, finished: number) => {
    spans.push({ lane, name, holds: true, started: since.get(name) ?? finished, finished, t: finished });
    since.delete(name);
  };
  for (const [at, { task: actor, holds }] of rows.entries()) {
    if (actor !== task) continue;
    for (const name of [...since.keys()]) if (!holds.includes(name)) end(name, at);
    for (const name of holds) if (!since.has(name)) since.set(name, at);
  }
  for (const name of [...since.keys()]) end(name, rows.length + 1);
  return spans.filter(({ started, finished }) => finished > started);
}

/** What a row waits for; undefined if it does not wait. */
function waitedFor(text: string): string | undefined {
  if (text.startsWith("pauses")) return "sleep";
  if (text === "waits") return "wait";
  return /^([^(]*)\(.*, waits(?: forever)?$/.exec(text)?.[1];
}
