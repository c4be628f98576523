import { assertEquals } from "@std/assert";
import { chainSpans, spansOf } from "../../../scripts/explore/spans.ts";

const row = (task: number, text: string) => {
  return { step: 0, task, text, preempts: undefined, races: false, holds: [], source: undefined };
};

Deno.test("spansOf() joins the rows of a task in a row, and has it wait until it goes on, or for ever", () => {
  const rows = [
    row(0, "m.acquire({timeout: 1})"),
    row(0, "pauses until 10 ms"),
    row(1, "m.acquire(), waits"),
    row(0, "goes on"),
    row(0, "m.release()"),
    row(1, "  is woken"),
    row(1, "q.take(), waits forever"),
    row(0, "returns"),
  ];
  const run = { tasks: ["a", "b"], rows, outcome: undefined, finding: undefined, preemptions: 0 };
  const spans = spansOf(run).map(({ lane, name, started, finished }) => `${lane} ${name} ${started} ${finished}`);
  assertEquals(spans.toSorted(), [
    "a running 0 2",
    "a running 3 5",
    "a running 7 8",
    "a sleep 2 3",
    "b m.acquire 3 5",
    "b q.take 7 9",
    "b running 2 3",
    "b running 5 7",
  ]);
});

Deno.test("chainSpans() has a chain wait for each of its steps, by its name, from the one before", () => {
  const rows = [row(0, "GET a: 'x'"), row(1, "GET http://b/"), row(0, "body of a"), row(0, "timer")];
  const run = { tasks: ["a", "b", "c"], rows, outcome: undefined, finding: undefined, preemptions: 0 };
  const spans = chainSpans(run).map(({ lane, name, started, finished }) => `${lane} ${name} ${started} ${finished}`);
  assertEquals(spans, [
    "a running 0 1",
    "a body of a 1 2",
    "a running 2 3",
    "a running 3 4",
    "b GET http://b/ 0 1",
    "b running 1 2",
  ]);
});
