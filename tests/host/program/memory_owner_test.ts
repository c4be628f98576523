import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { DeadlockError, type StateError } from "../../../lib/errors.ts";
import { decodeAnswer, encodeRequest, type MemoryRequest } from "../../../lib/host/shared/memory_request.ts";
import { MemoryOwner } from "../../../lib/host/program/memory_owner.ts";
import { programJob } from "../../../lib/host/program/run.ts";
import { defineProgram } from "../../../lib/program/mod.ts";
import { cell, lock, semaphore } from "../../../lib/sync/mod.ts";

/** An owner of three tasks, and what each of them was answered. */
function stage() {
  const program = defineProgram({
    name: "three",
    claim: "Three tasks share some things.",
    shared: (_settings) => ({ guard: lock({ owned: true }), permits: semaphore(0), count: cell() }),
    *outcome() {},
    tasks: (_settings) => ["a", "b", "c"].map((name) => ({ name, *run() {} })),
    expected: () => [],
  });
  const answers: unknown[][] = [[], [], []];
  let live = 3;
  let time = 1000;
  const owner = new MemoryOwner(programJob(program, { mode: "process" }), {
    now: () => time,
    live: () => live,
  });
  const ask = (task: number, request: MemoryRequest) => {
    owner.ask(task, encodeRequest(request), (bytes) => {
      try {
        answers[task]!.push(decodeAnswer(bytes));
      } catch (error) {
        answers[task]!.push(error);
      }
    });
  };
  return {
    owner,
    answers,
    ask,
    call(task: number, object: string, method: string, ...args: unknown[]) {
      ask(task, { kind: "call", object, method, args });
    },
    end(task: number, failure?: string) {
      live--;
      owner.ended(task, failure === undefined ? undefined : { name: "Error", message: failure, stack: "" });
    },
    pass: (milliseconds: number) => void (time += milliseconds),
  };
}

Deno.test("MemoryOwner answers who waits when it is served, and nobody else", () => {
  const { owner, answers, call } = stage();
  call(0, "guard", "acquire");
  call(1, "guard", "acquire");
  assertEquals(answers, [[true], [], []]);
  call(0, "guard", "release");
  assertEquals(answers, [[true, undefined], [true], []]);
  owner.close();
});

Deno.test("MemoryOwner lets go on what the dead held, and drops what they asked", () => {
  const { owner, answers, call, end } = stage();
  call(0, "guard", "acquire");
  call(1, "guard", "acquire");
  call(2, "guard", "acquire");
  end(1, "died");
  end(0, "died");
  assertEquals([answers[0], answers[1]], [[true], []]);
  assertEquals((answers[2]![0] as Error).name, "OwnerDiedError");
  owner.close();
});

Deno.test("MemoryOwner tells those who are left when nobody can act any more, and only then", () => {
  const { owner, answers, call, end } = stage();
  call(0, "permits", "acquire");
  call(1, "permits", "acquire");
  assertEquals(answers, [[], [], []]);
  end(2);
  for (const task of [0, 1]) {
    const [error] = answers[task]!;
    assertInstanceOf(error, DeadlockError);
    assertEquals(error.waits, ["a", "b"].map((task) => ({ task, object: "permits", method: "acquire", owners: [] })));
  }
  call(0, "permits", "release", 1);
  call(1, "permits", "acquire");
  assertEquals([answers[0]!.length, answers[1]!.at(-1)], [2, true]);
  owner.close();
});

Deno.test("MemoryOwner finds a task that waits for itself at once", () => {
  const { owner, answers, call } = stage();
  call(0, "guard", "acquire");
  call(0, "guard", "acquire");
  assertInstanceOf(answers[0]![1], DeadlockError);
  owner.close();
});

Deno.test("MemoryOwner sets a timer for the earliest time that somebody waits for", async () => {
  const { owner, answers, call, ask, pass } = stage();
  call(0, "permits", "acquire", { timeout: 0.01 });
  ask(1, { kind: "sleep", until: 1005 });
  pass(10);
  const last = performance.now() + 10_000;
  while (answers[0]!.length === 0 && performance.now() < last) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(answers, [[false], [undefined], []]);
  owner.close();
});

Deno.test("MemoryOwner refuses what no shared thing has, and goes on", () => {
  const { owner, answers, call, ask } = stage();
  call(0, "nothing", "acquire");
  call(0, "guard", "steal");
  call(0, "guard", "name");
  call(0, "guard", "acquire", { timeout: -1 });
  call(0, "permits", "release", 0.5);
  ask(0, { kind: "load", cell: "i64", word: 1, order: "atomic" });
  const names = answers[0]!.map((error) => (error as Error).name);
  assertEquals(names, ["StateError", "StateError", "StateError", "RangeError", "RangeError", "RangeError"]);
  assert((answers[0]![0] as StateError).message.includes("nothing.acquire"));
  ask(0, { kind: "ticket" });
  ask(1, { kind: "ticket" });
  assertEquals([answers[0]!.at(-1), answers[1]!.at(-1)], [1, 2]);
  owner.close();
});
