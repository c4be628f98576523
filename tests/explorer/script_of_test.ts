import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  Execution,
  explore,
  isRepeated,
  ProgramModel,
  RandomWalk,
  recordScript,
  scriptOf,
} from "../../lib/explorer/mod.ts";
import { defineProgram, isProgram, settingsOf } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { deadlock01 } from "./specimens/deadlock01.ts";

const small = programs.filter(isProgram).filter(({ name }) => name !== "counter" && name !== "fib-channel");

Deno.test("recordScript() has each task park before it wakes, wake before it goes on, and end before things are told", () => {
  const subject = fc.record({
    program: fc.constantFrom(...small),
    granularity: fc.constantFrom("operation" as const, "word" as const),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(subject, ({ program, granularity, seed }) => {
      const execution = new Execution(new ProgramModel(program, settingsOf(program)), { granularity });
      const { script, end } = recordScript(execution, new RandomWalk({ seed }));
      if (end.kind !== "complete") return;
      for (const task of execution.nodes.keys()) {
        const own = script.filter((step) => step.task === task);
        own.forEach(({ kind, operation }, index) => {
          const before = own[index - 1];
          assertEquals(kind === "wake", before?.kind === "park");
          if (kind === "wake") assertEquals(operation, before?.operation);
          assert(kind !== "stop" || index === own.length - 1);
        });
        const last = own.findLast(({ ended }) => ended === undefined);
        const isLeft = last?.kind === "park" || last?.kind === "stop";
        assertEquals(isLeft, execution.nodes[task]?.end === undefined);
        const firstAfter = own.findIndex(({ ended }) => ended);
        assert(firstAfter < 0 || own.slice(firstAfter).every(({ ended }) => ended));
      }
      assertEquals(structuredClone(script), script);
    }),
    { numRuns: runs(60) },
  );
});

Deno.test("scriptOf() is the run of the schedule: operations in order, with what they answer", () => {
  const program = defineProgram({
    name: "pair",
    claim: "b stores last.",
    shared: () => ({ guard: lock(), n: cell() }),
    tasks: () => [
      { name: "a", run: ({ n }) => n.add(1) },
      {
        name: "b",
        *run({ guard, n }) {
          using _held = yield* guard.lock();
          yield* n.exchange(5);
        },
      },
    ],
    outcome: ({ n }) => n.load(),
    expected: () => [5],
  });
  const bug = explore(program);
  if (bug.verdict !== "bug") throw new Error("a may come last");
  const script = scriptOf(program, bug.schedule);
  const texts = script.filter(({ operation }) =>
    operation?.kind === "call" || operation?.kind === "exchange" || operation?.kind === "add"
  )
    .map(({ task, operation, answer }) => {
      const what = operation?.kind === "call" ? operation.method : operation?.kind;
      return `${task} ${what} ${answer}`;
    });
  const own = texts.filter((text) => !/^1 add/.test(text));
  assertEquals(own.filter((text) => text.startsWith("0")), ["0 add 5"]);
  assert(own.indexOf("1 exchange 0") < own.indexOf("0 add 5"), own.join());
  assertEquals(own.filter((text) => text.startsWith("1")), [
    "1 acquire undefined",
    "1 exchange 0",
    "1 release undefined",
  ]);
  assertEquals(script.filter(({ ended }) => ended), [], "nothing is bound to a task");
});

Deno.test("scriptOf() refuses a schedule of another program, variant or input", () => {
  const bug = explore(deadlock01);
  const schedule = bug.verdict === "bug" ? bug.schedule : "";
  assertThrows(() => scriptOf(deadlock01, schedule, { variant: "fixed" }), RangeError, "on deadlock01: ");
  assertThrows(() => scriptOf(deadlock01, "hf2:none"), RangeError, "it is no schedule");
});

Deno.test("isRepeated() wants equal outcomes, and of a deadlock that it is told to one who waits for ever at least", () => {
  const stuck = { task: "a", error: "DeadlockError", message: "a waits" };
  const failed = { task: "c", error: "Error", message: "no" };
  assert(isRepeated({ x: 1, y: [2] }, { y: [2], x: 1 }));
  assert(!isRepeated(1, 2));
  const model = { failed: [stuck, { ...stuck, task: "b" }, failed] };
  assert(isRepeated(model, { failed: [{ ...stuck, message: "by other words" }, failed] }));
  assert(!isRepeated(model, { failed: [stuck] }), "c failed, too");
  assert(!isRepeated(model, { failed: [failed] }), "nobody is told");
  assert(!isRepeated(model, { failed: [{ ...stuck, task: "c" }, stuck] }), "c failed otherwise");
  assert(!isRepeated(model, 3) && !isRepeated(3, model));
});
