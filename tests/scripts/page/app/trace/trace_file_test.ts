import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readTrace } from "../../../../../scripts/page/app/trace/trace_file.ts";
import { ChromeTrace, Host } from "../../../../../mod.ts";
import { programNamed } from "../../../../../lib/programs/mod.ts";

/** The trace of a real run. */
async function traced(): Promise<{ text: string; names: readonly string[] }> {
  await using host = new Host();
  const trace = new ChromeTrace();
  const observe = trace.process("lock, direct mode");
  await host.run(programNamed("lock"), { mode: "direct", observe });
  return { text: JSON.stringify(trace), names: ["adder0", "adder1"] };
}

Deno.test("readTrace() reads what a run's trace says, and of one that is cut off what is whole", async () => {
  const { text, names } = await traced();
  const { runs, notes } = readTrace(text, "lock.json");
  assertEquals(runs.map((run) => run.names), [names]);
  assertEquals(notes, []);
  const spans = runs[0]?.spans ?? [];
  assertEquals(spans.filter(({ holds }) => holds).map(({ lane, name }) => `${lane} ${name}`), [
    "adder0 guard",
    "adder1 guard",
  ]);
  for (let end = text.length - 1; end > text.indexOf(`"X"`) + 120; end -= 7) {
    const part = readTrace(text.slice(0, end), "lock.json");
    assertStringIncludes(part.notes.join(), "lock.json is cut off");
    const [first] = part.runs;
    assertEquals(first?.spans, spans.slice(0, first?.spans.length));
  }
});

Deno.test("readTrace() takes no name that is no text, and refuses more lanes than can be drawn", () => {
  const span = (tid: number) => ({ ph: "X", pid: 1, tid, name: "step", ts: 0, dur: 1 });
  const named = (name: string) => ({ ph: "M", pid: 1, tid: 1, name, args: { name: { toString: 1 } } });
  const { runs } = readTrace(JSON.stringify([named("process_name"), named("thread_name"), span(1)]), "x.json");
  assertEquals(runs.map(({ title, names }) => [title, names]), [["run 1", ["lane 1"]]]);
  const wide = JSON.stringify(Array.from({ length: 501 }, (_, tid) => span(tid)));
  assertThrows(() => readTrace(wide, "x.json"), TypeError, "a run in it has 501 lanes, and at most 500 can be drawn");
});

Deno.test("readTrace() refuses what is no trace in one sentence", () => {
  const cases = ["", "{", "null", "[]", "{}", `{"traceEvents":[]}`, `{"traceEvents":7}`, "<html>", `[{"ph":"X"}]`];
  for (const text of cases) assertThrows(() => readTrace(text, "x.json"), TypeError, "Cannot show x.json: ");
  fc.assert(fc.property(fc.json(), (text) => {
    assertThrows(() => readTrace(text, "x.json"), TypeError, "Cannot show x.json: ");
  }));
});
