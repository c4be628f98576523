import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DepthFirst, Execution, explore, Judge, ProgramModel, type Scheduler } from "../../lib/explorer/mod.ts";
import { type AnyProgram, defineProgram, settingsOf } from "../../lib/program/mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { reorder } from "./specimens/reorder.ts";

const ACTS = ["load p", "store p", "load q", "add a", "store a", "load a", "locked p"] as const;

/** Programs on plain cells p and q, an atomic cell a, and a lock. */
const racy: fc.Arbitrary<AnyProgram> = fc.array(fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 3 }), {
  minLength: 2,
  maxLength: 3,
}).map((tasks) =>
  defineProgram({
    name: JSON.stringify(tasks),
    claim: "Anything may come out.",
    shared: () => ({ p: cell({ order: "plain" }), q: cell({ order: "plain" }), a: cell(), guard: lock() }),
    tasks: (_settings) =>
      tasks.map((acts, task) => ({
        name: `task ${task}`,
        *run({ p, q, a, guard }) {
          for (const act of acts) {
            if (act === "load p") yield* p.load();
            else if (act === "store p") yield* p.store(task);
            else if (act === "load q") yield* q.load();
            else if (act === "add a") yield* a.add(1);
            else if (act === "store a") yield* a.store(task);
            else if (act === "load a") yield* a.load();
            else {
              using _held = yield* guard.lock();
              yield* p.store(task);
            }
          }
        },
      })),
    outcome: function* () {},
    expected: () => [undefined],
  })
);

/** What the runs of a scheduler come to, one line each. */
function linesOf(program: AnyProgram, scheduler: Scheduler, most: number): readonly string[] {
  const execution = new Execution(new ProgramModel(program, settingsOf(program)));
  const judge = new Judge(execution);
  const lines: string[] = [];
  while (lines.length < most && scheduler.begin()) {
    execution.run(scheduler);
    const { finding } = judge.judge();
    const { first, second } = execution.races?.race ?? {};
    const race = [first, second].map((one) => `${one?.task} ${one?.kind} ${one?.value} ${one?.at}`).join(" and ");
    lines.push(`${execution.taken.join()} ${finding?.kind} ${race}`);
  }
  return lines;
}

Deno.test("Execution.run() finds the same races from checkpoints as from the start", () => {
  fc.assert(
    fc.property(racy, (program) => {
      const all = new DepthFirst();
      const fromStart = { watches: false, begin: () => all.begin(), pick: all.pick.bind(all), end: () => all.end() };
      const most = 500;
      assertEquals(linesOf(program, new DepthFirst(), most), linesOf(program, fromStart, most));
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("explore() keeps its memory flat over many schedules", () => {
  const go = (budget: number) => {
    const result = explore(reorder, {
      variant: "plain",
      parameters: { setters: 4 },
      strategy: "random",
      budget,
      keepGoing: true,
      shrink: false,
    });
    assertEquals(result.schedules, budget);
    return Deno.memoryUsage().heapUsed / 2 ** 20;
  };
  go(runs(5000));
  const before = go(runs(5000));
  const after = go(10 * runs(5000));
  // Garbage that is not yet collected counts: what grows with schedules would be hundreds.
  assert(after - before < 64, `${before} MB before, ${after} MB after`);
});

Deno.test("explore() runs the 40,032 classes of five tasks", { ignore: runs(1) === 1 }, () => {
  const result = explore(reorder, {
    parameters: { setters: 4 },
    strategy: "dpor",
    budget: 50_000,
    keepGoing: true,
    shrink: false,
  });
  assert(result.verdict === "bug");
  assertEquals([result.schedules, result.exhausted], [40_032, true]);
});
