import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { explore, type RunTrace, traceLines, traceOf } from "../../lib/explorer/mod.ts";
import { choose } from "../../lib/memory/mod.ts";
import { queue } from "../../lib/mailbox/mod.ts";
import { type AnyProgram, defineProgram, pause } from "../../lib/program/mod.ts";
import { cell, lock, semaphore } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { bluetooth } from "./specimens/bluetooth.ts";

function traceOfBug(program: AnyProgram): RunTrace {
  const bug = explore(program);
  if (bug.verdict !== "bug") throw new Error(`${program.name} has a bug`);
  return traceOf(program, bug.schedule);
}

/** A task that uses everything, each in a line of its own. */
const all = defineProgram({
  name: "all",
  claim: "Nothing comes out.",
  shared: () => ({ n: cell({ cell: "f64" }), guard: lock(), permits: semaphore(0), mail: queue({ bytes: 1000 }) }),
  tasks: () => [{
    name: "only",
    *run({ n, guard, permits, mail }) {
      yield* n.store(-0);
      yield* n.exchange(2);
      yield* n.compareExchange(2, 3);
      yield* choose(2);
      {
        using _held = yield* guard.lock();
        yield* mail.put({ to: ["x"] });
      }
      yield* mail.get();
      yield* pause(0.5);
      yield* permits.acquire({ timeout: 1 });
      return [1];
    },
  }],
  outcome: ({ n }) => n.load(),
  expected: () => [0],
});

Deno.test("traceOf() tells each action as the program says it, with values and its line", () => {
  const { tasks, rows } = traceOfBug(all);
  assertEquals(tasks, ["only"]);
  assertEquals(rows.map(({ text }) => text), [
    "n.store(-0)",
    "n.exchange(2) = -0",
    "n.compareExchange(2, 3) = 2",
    "choose(2) = 0",
    "guard.acquire()",
    'mail.put({"to":["x"]})',
    "guard.release()",
    "mail.get()",
    "pauses until 500 ms",
    "goes on",
    "permits.acquire({timeout: 1}), waits",
    "times out",
    "returns [1]",
  ]);
  const lines = rows.map(({ source }) => Number(/trace_of_test\.ts:(\d+):\d+$/.exec(source ?? "")?.[1]));
  const first = lines[0] ?? 0;
  const offsets = lines.slice(0, -1).map((line) => line - first);
  assertEquals(
    offsets,
    [0, 1, 2, 3, 5, 6, 5, 8, 9, 9, 10, 10].map((offset, index) => index === 6 ? offsets[6] ?? 0 : offset),
  );
  assert((offsets[6] ?? -1) >= 5 && (offsets[6] ?? -1) <= 7, "a release stands where its block does");
});

Deno.test("traceOf() marks what preempts, whom, and the two accesses of a race", () => {
  const { rows, tasks } = traceOfBug(bluetooth);
  const marked = rows.filter(({ preempts }) => preempts !== undefined);
  assertEquals(marked.map(({ task, preempts }) => [tasks[task], tasks[preempts ?? -1]]), [["stop", "add"]]);
  const racing = defineProgram({
    name: "racing",
    claim: "Two add.",
    shared: () => ({ n: cell({ order: "plain" }), other: cell() }),
    tasks: (_settings) =>
      ["a", "b"].map((name) => ({
        name,
        *run({ n, other }) {
          yield* other.load();
          yield* n.store((yield* n.load()) + 1);
        },
      })),
    outcome: ({ n }) => n.load(),
    expected: () => [1, 2],
  });
  const { rows: raced, finding } = traceOfBug(racing);
  assertEquals(finding?.kind, "race");
  const both = raced.filter(({ races }) => races);
  assertEquals(both.length, 2);
  assertEquals(new Set(both.map(({ task }) => task)).size, 2);
  assert(
    both.every(({ text }) => /^n\.(load|store)\(/.test(text)) && both.some(({ text }) => text.startsWith("n.store")),
  );
});

Deno.test("traceLines() keep within their width where a row does, and say each row once", () => {
  const { rows, ...rest } = traceOfBug(bluetooth);
  const trace = { ...rest, rows: rows.map((row, index) => ({ ...row, text: `${row.text.slice(0, 20)} #${index}#` })) };
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 160 }), fc.integer({ min: 1, max: 30 }), (width, most) => {
      const lines = traceLines(trace, { width, rows: most }).map(({ text }) => text);
      const shown = trace.rows.slice(-most);
      for (const { text } of trace.rows) {
        const times = lines.filter((line) => line.includes(text)).length;
        assertEquals(times, shown.some((row) => row.text === text) ? 1 : 0);
      }
      const widest = Math.max(...shown.map(({ text }) => text.length)) + "step  stop    ".length;
      const note = "(99 rows before these are left out)".length;
      assert(lines.every((line) => line.length <= Math.max(width, widest, note)), lines.join("\n"));
    }),
    { numRuns: runs(100) },
  );
  assertMatch(traceLines(trace, { width: 160 })[0]?.text ?? "", /^step {2}stop +add$/);
  assertMatch(traceLines(trace, { width: 50 })[0]?.text ?? "", /^ {3}0 {2}add +stoppingFlag/);
});
