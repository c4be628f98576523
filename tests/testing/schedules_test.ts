import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { explore, replay } from "../../lib/explorer/mod.ts";
import { defineProgram, isProgram } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { cell } from "../../lib/sync/mod.ts";
import { holds, type ScheduledRun, schedules } from "../../lib/testing/mod.ts";
import { runs } from "../contracts/soak.ts";
import { bluetooth } from "../explorer/specimens/bluetooth.ts";
import { twostage } from "../explorer/specimens/twostage.ts";

const lost = defineProgram({
  name: "lost",
  claim: "All additions count.",
  parameters: {
    tasks: { default: 3, min: 1, max: 5, description: "tasks" },
    times: { default: 2, min: 1, max: 5, description: "additions of each" },
  },
  shared: () => ({ count: cell() }),
  tasks: ({ parameters: { tasks, times } }) =>
    Array.from({ length: tasks }, (_, index) => ({
      name: `task${index}`,
      *run({ count }) {
        for (let time = 0; time < times; time++) yield* count.store((yield* count.load()) + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: ({ parameters: { tasks, times } }) => [tasks * times],
});

/** The counterexample of the property that no schedule shows a bug. */
function counterexample(arbitrary: fc.Arbitrary<ScheduledRun>, options: fc.Parameters<[ScheduledRun]>) {
  const { failed, counterexample, counterexamplePath: path, error } = fc.check(
    fc.property(arbitrary, holds),
    { numRuns: 1000, includeErrorInReport: true, ...options } as fc.Parameters<[ScheduledRun]>,
  ) as fc.RunDetails<[ScheduledRun]> & { error?: string };
  const [run] = counterexample ?? [];
  if (!failed || run === undefined || path === null) throw new Error("a counterexample is wanted");
  return { run, path, error };
}

Deno.test("schedules() finds the lost update, and shrinks it to two tasks, one addition each, and one preemption", () => {
  for (let seed = 0; seed < runs(10); seed++) {
    const { run, path } = counterexample(schedules(lost, { fc }), { seed });
    assertEquals([run.preemptions, run.departures.length, run.outcome], [1, 1, 1]);
    assertEquals<unknown>(run.settings.parameters, { tasks: 2, times: 1 });
    assertEquals(run.finding?.kind, "assertion");
    const again = counterexample(schedules(lost, { fc }), { seed, path, numRuns: 1 }).run;
    assertEquals(again.schedule, run.schedule);
    const { parameters } = run.settings;
    assertEquals(replay(lost, run.schedule, { parameters }), { outcome: 1, finding: run.finding, preemptions: 1 });
  }
});

Deno.test("schedules() shrinks to the fewest preemptions that explore() proves minimal", () => {
  for (const program of [bluetooth, twostage]) {
    const bug = explore(program);
    const { run } = counterexample(schedules(program, { fc }), { seed: 1 });
    assertEquals<unknown>(bug.verdict === "bug" && [bug.kind, bug.preemptions], [run.finding?.kind, run.preemptions]);
  }
});

Deno.test("schedules() of a program without a bug hold, and their outcomes are the explorer's", () => {
  for (const program of programs.filter(isProgram)) {
    for (const variant of program.variants.filter((variant) => !program.specimens.includes(variant))) {
      const defaults = Object.entries(program.parameters).map((
        [name, parameter],
      ) => [name, fc.constant(parameter.default)]);
      const parameters = Object.fromEntries(defaults);
      fc.assert(fc.property(schedules(program, { fc, variant, parameters }), holds), { numRuns: runs(30) });
    }
  }
  const known = explore(lost, { strategy: "depth-first", budget: 100_000, keepGoing: true, parameters: { tasks: 2 } });
  const seen = new Set<unknown>();
  const two = schedules(lost, { fc, parameters: { tasks: fc.constant(2), times: fc.constant(2) } });
  fc.assert(
    fc.property(two, ({ outcome }) => {
      seen.add(outcome);
      return known.outcomes.some((one) => one.outcome === outcome);
    }),
    { numRuns: 500, seed: 3 },
  );
  assertEquals(seen.size, known.outcomes.length);
});

Deno.test("a counterexample of schedules() says the schedule and what happens in it", () => {
  const { run } = counterexample(schedules(lost, { fc }), { seed: 1 });
  const text = fc.stringify(run);
  assertStringIncludes(text, `lost (plain) {"tasks":2,"times":1} ${run.schedule}`);
  assertStringIncludes(text, "» count.load() = 0");
  assertStringIncludes(text, "schedules_test.ts:");
  const error = assertThrows(() => holds(run), Error);
  assertEquals(error.message.split("\n")[0], "lost has a bug (assertion): outcome 1, expected 2");
});

Deno.test("schedules() refuses a parameter or variant that the program has not", () => {
  assertThrows(() => schedules(lost, { fc, parameters: { task: fc.constant(1) } }), RangeError, "parameter task");
  assertThrows(() => schedules(lost, { fc, variant: "other" }), RangeError, "variant other");
});
