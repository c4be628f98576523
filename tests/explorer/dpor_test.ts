import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { explore } from "../../lib/explorer/mod.ts";
import type { AnyProgram } from "../../lib/program/mod.ts";
import { runs } from "../contracts/soak.ts";
import { countClasses } from "./classes.ts";
import { randomProgram } from "./random_programs.ts";
import { account } from "./specimens/account.ts";
import { bluetooth } from "./specimens/bluetooth.ts";
import { deadlock01 } from "./specimens/deadlock01.ts";
import { lazy01 } from "./specimens/lazy01.ts";
import { reorder } from "./specimens/reorder.ts";
import { twostage } from "./specimens/twostage.ts";
import { wronglock } from "./specimens/wronglock.ts";

/** With how many interleavings, and in how many classes. */
const table: readonly (readonly [program: AnyProgram, interleavings: number, classes: number])[] = [
  [account, 6, 6],
  [bluetooth, 659, 10],
  [deadlock01, 6, 3],
  [lazy01, 6, 6],
  [reorder, 172, 56],
  [twostage, 37, 3],
];

for (const [program, interleavings, classes] of table) {
  Deno.test(`Dpor runs each class of ${program.name} once`, () => {
    const result = explore(program, { strategy: "dpor", keepGoing: true });
    if (result.verdict !== "bug") throw new Error(result.verdict);
    assertEquals([result.schedules, result.exhausted], [classes, true]);
    assertEquals(countClasses(program), { interleavings, classes });
  });
}

Deno.test("Dpor proves what all interleavings of the fixed twins prove", () => {
  for (const [program, schedules] of [[account, 6], [deadlock01, 2], [wronglock, 24]] as const) {
    const { verdict, schedules: run } = explore(program, { variant: "fixed", strategy: "dpor" });
    assertEquals([program.name, verdict, run], [program.name, "proved", schedules]);
  }
});

Deno.test("Dpor finds the bug among 40,032 classes", () => {
  const result = explore(reorder, { parameters: { setters: 4 }, strategy: "dpor", budget: 30_000 });
  assertEquals([result.verdict, result.schedules], ["bug", 1825]);
});

Deno.test("Dpor runs each class of a random program once, with all its outcomes", () => {
  const most = 10_000;
  fc.assert(
    fc.property(randomProgram, (program) => {
      const all = explore(program, { strategy: "depth-first", keepGoing: true, budget: most });
      if (all.schedules === most) return;
      const some = explore(program, { strategy: "dpor", keepGoing: true, budget: most });
      const texts = ({ outcomes }: typeof all) => outcomes.map(({ outcome }) => JSON.stringify(outcome));
      assertEquals([some.schedules, texts(some)], [countClasses(program).classes, texts(all)]);
      assertEquals([some.verdict, "kind" in some], [all.verdict, "kind" in all]);
    }),
    { numRuns: runs(200) },
  );
});
