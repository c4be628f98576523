import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Execution, Pct, ProgramModel, RandomWalk, type Scheduler } from "../../lib/explorer/mod.ts";
import { type AnyProgram, defineProgram, settingsOf } from "../../lib/program/mod.ts";
import { cell } from "../../lib/sync/mod.ts";

const STEPS = 20;

/** Returns 1 where all of b comes before a, which a random walk does not find. */
const overtaken: AnyProgram = defineProgram({
  name: "overtaken",
  claim: "Who starts late can end first.",
  shared: () => ({ count: cell() }),
  outcome: function* (_shared, { results: [seen] }) {
    return seen === STEPS ? 1 : 0;
  },
  tasks: () => [
    { name: "a", run: ({ count }) => count.load() },
    {
      name: "b",
      *run({ count }) {
        for (let step = 0; step < STEPS; step++) yield* count.add(1);
      },
    },
  ],
  expected: () => [0, 1],
});

/** The actions of some runs. */
function actionsOf(scheduler: Scheduler, count: number): string[] {
  const execution = new Execution(new ProgramModel(overtaken, settingsOf(overtaken)));
  return Array.from({ length: count }, () => {
    scheduler.begin();
    execution.run(scheduler);
    return execution.taken.join("");
  });
}

Deno.test("Pct takes the same runs for the same seed, and others for another", () => {
  assertEquals(actionsOf(new Pct({ seed: 4 }), 20), actionsOf(new Pct({ seed: 4 }), 20));
  assertNotEquals(actionsOf(new Pct({ seed: 4 }), 20), actionsOf(new Pct({ seed: 5 }), 20));
});

Deno.test("Pct finds in every other run what needs one task to be late, and a random walk does not", () => {
  const isOvertaken = (actions: string) => actions === "1".repeat(STEPS) + "0";
  const found = actionsOf(new Pct({ seed: 1, depth: 1 }), 200).filter(isOvertaken).length;
  assert(found > 60 && found < 140, `${found} of 200`);
  assertEquals(actionsOf(new RandomWalk({ seed: 1 }), 200).filter(isOvertaken).length, 0);
});

Deno.test("Pct switches tasks in the middle of a run at most depth - 1 times", () => {
  for (const depth of [1, 2, 3, 4]) {
    const switches = actionsOf(new Pct({ seed: 9, depth }), 200).map((actions) => {
      return [...actions].filter((action, step) => step > 0 && action !== actions[step - 1]).length;
    });
    // One more where a task has ended.
    assertEquals(Math.max(...switches) <= depth, true, `${Math.max(...switches)} at depth ${depth}`);
    if (depth > 1) assert(switches.some((count) => count > 1), `none at depth ${depth}`);
  }
});

Deno.test("Pct refuses a depth that makes no sense", () => {
  for (const depth of [0, 1.5, NaN]) assertThrows(() => new Pct({ seed: 0, depth }), RangeError, `of depth ${depth}`);
});
