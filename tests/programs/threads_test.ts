import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { threads } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { wellOf } from "./explored.ts";
import { checkEverywhere, randomEnds, randomRun, SHORT } from "./schedules.ts";

/** Whether some of the lines stand in this order. */
function inOrder(lines: readonly string[], ...wanted: readonly string[]): boolean {
  const places = wanted.map((line) => lines.indexOf(line));
  return places.every((place, index) => place >= 0 && (index === 0 || place > (places[index - 1] ?? -1)));
}

Deno.test("threads: each is created, starts, finishes and is joined, in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, threads, { pause: SHORT });
  for (const mode of MODE_NAMES) {
    const lines = (await host.run(threads, { mode })).outcome as string[];
    assertEquals(lines.length, 12, mode);
    for (const i of [0, 1, 2]) {
      assert(inOrder(lines, `create ${i}`, `start ${i}`, `finish ${i}`, `done ${i}`), `${mode}: ${lines}`);
    }
    assert(inOrder(lines, "done 0", "done 1", "done 2"), `${mode}: ${lines}`);
  }
});

Deno.test("threads: lives and joins are in order under random schedules", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), SHORT, fc.nat(), (tasks, pause, schedule) => {
      const end = randomRun(threads, schedule, { parameters: { tasks, pause } });
      assert(end.kind === "outcome");
      const lines = end.outcome as string[];
      const numbers = Array.from({ length: tasks }, (_, index) => index);
      for (const i of numbers) {
        assert(inOrder(lines, `create ${i}`, `start ${i}`, `finish ${i}`, `done ${i}`), `${lines}`);
      }
      assert(inOrder(lines, ...numbers.map((i) => `done ${i}`)), `${lines}`);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("threads: between threads, starts and finishes come in any order", () => {
  const ends = randomEnds(threads, 500, { parameters: { tasks: 2, pause: 0 } });
  const some = (...lines: string[]) => ends.some((end) => inOrder(JSON.parse(end), ...lines));
  for (const [one, other] of [["0", "1"], ["1", "0"]]) {
    assert(some(`start ${one}`, `start ${other}`, `finish ${one}`), `starts: ${one} first`);
    assert(some(`start ${one}`, `finish ${one}`, `start ${other}`), `${one} before ${other}`);
    assert(some(`finish ${one}`, `finish ${other}`), `finishes: ${one} first`);
  }
});

Deno.test("threads: all interleavings of two threads hold", () => {
  assertEquals(wellOf(threads, { parameters: { tasks: 2 }, strategy: "dpor", budget: 20_000 }).verdict, "proved");
});
