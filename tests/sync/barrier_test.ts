import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BrokenBarrierError, CancelledError, WaitTimeoutError } from "../../lib/errors.ts";
import { ModelMemory, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { pause, runCooperative } from "../../lib/program/mod.ts";
import {
  type Barrier,
  barrier,
  blocking,
  type CancelToken,
  cancelToken,
  cell,
  promised,
  type SharedCell,
  Space,
} from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";

interface Gate {
  readonly gate: Barrier;
}

/** A party that went on: in its own `time`-th wait, with an index. */
interface Passage {
  readonly task: number;
  readonly time: number;
  readonly index: number;
}

function waits(times: number, timeout?: number) {
  return function* ({ gate }: Gate, task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < times; time++) {
      const index = yield* gate.wait(timeout === undefined ? undefined : { timeout });
      log.push({ task, time, index });
    }
  };
}

/** With as many parties as tasks, a generation ends well for all or for nobody, and the indices are 0 to parties - 1. */
function allOrNobody(parties: number) {
  return (_: unknown, { log, interrupted, dead }: RunView): void => {
    const lost = interrupted ?? dead;
    for (const passages of Map.groupBy(log as Passage[], ({ time }) => time).values()) {
      const indices = passages.map(({ index }) => index).sort();
      if (lost === undefined) assertEquals(indices, [...Array(parties).keys()]);
      else assert(indices.length >= parties - 1 && new Set(indices).size === indices.length, `${indices}`);
    }
  };
}

/** With one party that may be lost, each index goes on equally often. */
function wholeGenerations(parties: number) {
  return (_: unknown, { log, interrupted, dead }: RunView): void => {
    const counts = [...Array(parties).keys()].map((index) =>
      (log as Passage[]).filter((p) => p.index === index).length
    );
    const spread = Math.max(...counts) - Math.min(...counts);
    assert(spread <= ((interrupted ?? dead) === undefined ? 0 : 1), `${counts}`);
  };
}

const brokenMayEnd = { mayThrow: ["BrokenBarrierError"] };

testPrimitive("Barrier", [
  scenario({
    name: "two parties of two tasks",
    things: () => ({ gate: barrier(2) }),
    tasks: [waits(3), waits(3)],
    atEnd: allOrNobody(2),
    atDeath: allOrNobody(2),
    afterDeath: "recovers",
    // Who is interrupted after its generation ended comes no more, and has left no wait.
    afterFault: "may-starve",
    ...brokenMayEnd,
  }),
  scenario({
    name: "three parties with timeouts",
    things: () => ({ gate: barrier(3) }),
    tasks: [waits(2, 1), waits(2, 2), waits(2, 1)],
    atEnd: allOrNobody(3),
    atDeath: allOrNobody(3),
    afterDeath: "recovers",
    ...brokenMayEnd,
  }),
  scenario({
    name: "more tasks than parties",
    things: () => ({ gate: barrier(2) }),
    tasks: [waits(1), waits(1), waits(1), waits(1)],
    atEnd: wholeGenerations(2),
    atDeath: wholeGenerations(2),
    // Who dies before it has ever come is not counted, and one is left.
    afterDeath: "may-starve",
    ...brokenMayEnd,
  }),
  scenario({
    name: "parties with a token",
    things: () => ({ gate: barrier(2), token: cancelToken() }),
    tasks: [0, 1].map(() =>
      function* ({ gate, token }: Gate & { readonly token: CancelToken }, task: number, log: unknown[]): Steps<void> {
        for (let time = 0; time < 2; time++) log.push({ task, time, index: yield* gate.wait({ cancel: token }) });
      }
    ),
    atEnd: allOrNobody(2),
    afterDeath: "recovers",
    // Who is interrupted after its generation ended comes no more, and has left no wait.
    afterFault: "may-starve",
    ...brokenMayEnd,
  }),
  scenario({
    name: "an action",
    things: () => ({ gate: barrier(2), acts: cell() }),
    tasks: [0, 1, 2, 3].map(() =>
      function* (
        { gate, acts }: Gate & { readonly acts: SharedCell<"i32"> },
        task: number,
        log: unknown[],
      ): Steps<void> {
        // The action of a generation is over before any party of it leaves, and before another begins.
        let begun = 0;
        const action = function* () {
          begun = 1 + (yield* acts.add(1));
          assertEquals(begun % 2, 1);
          yield* pause(0.001);
          yield* acts.add(1);
        };
        const index = yield* gate.wait({ action, timeout: 5 });
        assertEquals(begun > 0, index === 1);
        const done = yield* acts.load();
        log.push({ task, time: 0, index });
        assert(log.length <= 2 * Math.floor(done / 2), `${log.length} have left, ${done / 2} actions are over`);
      }
    ),
    atEnd: wholeGenerations(2),
    atDeath: wholeGenerations(2),
    afterDeath: "may-starve",
    ...brokenMayEnd,
  }),
  scenario({
    name: "resets",
    things: () => ({ gate: barrier(2) }),
    tasks: [
      waitsAgain,
      waitsAgain,
      function* ({ gate }) {
        yield* gate.reset();
        yield* gate.reset();
      },
    ],
    atEnd(_, { log, interrupted }) {
      if (interrupted === undefined) assertEquals((log as number[]).toSorted(), [0, 1]);
    },
    afterDeath: "may-starve",
    // An interrupt breaks the barrier, and a reset may then mend it before the other comes, alone.
    afterFault: "may-starve",
    ...brokenMayEnd,
  }),
  scenario({
    name: "an abort and a reset",
    things: () => ({ gate: barrier(2) }),
    tasks: [
      waits(1),
      waits(1),
      function* ({ gate }) {
        yield* gate.abort();
        yield* gate.reset();
        // Those that come only now need not find each other.
        yield* gate.abort();
      },
    ],
    atEnd: wholeGenerations(2),
    // The one who breaks it for good may be dead.
    afterDeath: "may-starve",
    ...brokenMayEnd,
  }),
]);

function* waitsAgain({ gate }: Gate, _task: number, log: unknown[]): Steps<void> {
  for (;;) {
    try {
      log.push(yield* gate.wait());
      return;
    } catch (error) {
      if (!(error instanceof BrokenBarrierError && String(error.cause).includes("it was reset"))) throw error;
    }
  }
}

Deno.test("Barrier.wait() has exactly one leader in each of 1,000 generations", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 }), (seed, parties, more) => {
      const generations = 1000;
      const tasks = parties + more;
      const space = new Space({ gate: barrier(parties) }, { tasks });
      const memory = new ModelMemory(space.layout);
      const leaders: number[] = [];
      const lengths = Array.from({ length: tasks }, (_, task) => {
        return Math.floor(generations * parties / tasks) + (task < generations * parties % tasks ? 1 : 0);
      });
      let left = 0;
      const steps = lengths.map(function* (length, task): Steps<void> {
        const { gate } = space.bind(memory, { task });
        for (let time = 0; time < length; time++) {
          // With more tasks than parties the last of them would find no partners: only the first generations are whole.
          if (more > 0 && generations * parties - left < tasks) return;
          const index = yield* gate.wait();
          left++;
          if (index === parties - 1) leaders.push(task);
        }
      });
      runCooperative(memory, steps.map((steps, task) => ({ name: `${task}`, steps })), { seed, switchAt: "operation" });
      const { generation } = runBlocking(memory, space.bind(memory).gate.statistics());
      assertEquals(leaders.length, generation);
      if (more === 0) assertEquals(generation, generations);
    }),
    { numRuns: runs(4) },
  );
});

Deno.test("Barrier behaves as its sequential model", () => {
  const tasks = 5;
  const task = fc.nat(tasks - 1);
  const commands = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant("wait"), task }) },
      fc.record({ kind: fc.constantFrom("try", "expire", "reset", "abort", "kill", "fails", "acts"), task }),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), commands, (parties, commands) => {
      const stage = new Stage({ gate: barrier(parties) }, tasks);
      // The model: who waits, in order; what broke it; who has ever come; who is dead.
      let waiting: number[] = [];
      let broken = false;
      let acted = 0;
      let acts = 0;
      const came = new Set<number>();
      const dead = new Set<number>();
      for (const { kind, task } of commands) {
        const expected = new Map<number, unknown>();
        const breakAll = (error = "BrokenBarrierError") => {
          for (const party of waiting) expected.set(party, error);
          waiting = [];
        };
        if (dead.has(task)) continue;
        if (kind === "expire") {
          if (!waiting.includes(task)) continue;
          breakAll();
          broken = true;
          stage.expire(task);
        } else if (kind === "kill") {
          dead.add(task);
          if (came.has(task)) {
            breakAll();
            expected.delete(task);
            broken = true;
          }
          stage.kill(task);
        } else if (stage.isBusy(task)) {
          continue;
        } else if (kind === "reset" || kind === "abort") {
          breakAll();
          broken = kind === "abort";
          expected.set(task, undefined);
          stage.begin(task, ({ gate }) => kind === "abort" ? gate.abort() : gate.reset());
        } else {
          const last = waiting.length === parties - 1;
          if (broken) expected.set(task, "BrokenBarrierError");
          else if (kind === "try" && !last) expected.set(task, undefined);
          else {
            came.add(task);
            waiting.push(task);
            if (last && kind === "fails") {
              breakAll();
              broken = true;
              expected.set(task, "RangeError");
            } else if (last) {
              if (kind === "acts") acted++;
              for (const [index, party] of waiting.entries()) expected.set(party, index);
              waiting = [];
            }
          }
          const fails = () => {
            throw new RangeError("it fails");
          };
          const action = kind === "fails" ? fails : kind === "acts" ? () => void acts++ : undefined;
          stage.begin(task, ({ gate }) => kind === "try" ? gate.tryWait() : gate.wait({ timeout: 1000, action }));
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        assertEquals(acts, acted);
        const { waiting: arrived, broken: breach } = runBlocking(stage.memory, stage.host.gate.statistics());
        assertEquals([arrived, breach], [waiting.length, broken]);
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("Barrier.wait() says what broke it", () => {
  const things = () => ({ gate: barrier(3), token: cancelToken() });
  const causes = (act: (stage: Stage<ReturnType<typeof things>>) => void): Error[] => {
    const stage = new Stage(things(), 3);
    const errors: Error[] = [];
    const waits = ({ gate, token }: { gate: Barrier; token: CancelToken }) => {
      return (function* () {
        try {
          yield* gate.wait({ timeout: 5, cancel: token });
        } catch (error) {
          errors.push(error as Error);
        }
      })();
    };
    stage.begin(0, waits);
    act(stage);
    stage.begin(1, waits);
    return errors;
  };
  const breaches: [(stage: Stage<ReturnType<typeof things>>) => void, new () => Error, string][] = [
    [(stage) => stage.expire(0), WaitTimeoutError, "waited too long"],
    [(stage) => stage.begin(2, ({ gate }) => gate.abort()), Error, "it was aborted"],
    [(stage) => stage.kill(2), Error, "task 2 died"],
  ];
  for (const [act, kind, text] of breaches) {
    const errors = causes(act);
    assertEquals(errors.length, 2);
    for (const error of errors) {
      assertInstanceOf(error, BrokenBarrierError);
      assertInstanceOf(error.cause, kind);
      assert(error.message.includes(text) && error.message.includes("gate"), error.message);
    }
  }
  const [own, late] = causes((stage) => stage.begin(2, ({ token }) => token.cancel()));
  assertInstanceOf(own, CancelledError);
  assertInstanceOf(late, BrokenBarrierError);
  assertInstanceOf(late.cause, CancelledError);
});

Deno.test("Barrier.reset() by a task that dies of it is whole or has not begun", () => {
  let dead = true;
  for (let at = 0; dead; at++) {
    const stage = new Stage({ gate: barrier(2) }, 4);
    stage.begin(0, ({ gate }) => gate.wait());
    dead = stage.dies(1, ({ gate }) => gate.reset(), at);
    const ended = stage.ended();
    const { broken, waiting } = runBlocking(stage.memory, stage.host.gate.statistics());
    assertEquals([broken, waiting], [false, ended.size === 0 ? 1 : 0]);
    if (ended.size > 0) assertEquals(ended, new Map([[0, "BrokenBarrierError"]]));
  }
});

Deno.test("Barrier refuses what makes no sense, at once", () => {
  for (const parties of [0, -1, 1.5, NaN, Infinity, 4096]) {
    assertThrows(() => barrier(parties), RangeError, `of ${parties} parties`);
  }
  const stage = new Stage({ gate: barrier(2) }, 1);
  const { gate } = stage.host;
  assertThrows(() => gate.wait({ timeout: -1 }), RangeError, "at least 0");
  assertThrows(() => gate.wait({ timeout: NaN }), RangeError, "at least 0");
  assertThrows(() => gate.wait({ action: 3 as never }), TypeError, "a function is wanted");
  assertThrows(() => gate.wait({ signal: AbortSignal.abort() } as never), TypeError, "no AbortSignal");
  assertEquals(runBlocking(stage.memory, gate.statistics()), { parties: 2, waiting: 0, broken: false, generation: 0 });
});

Deno.test("Barrier generations wrap around", () => {
  const stage = new Stage({ gate: barrier(1) }, 2);
  const { layout } = stage.memory;
  const state = Array.from({ length: layout.wordCount }, (_, word) => word).find((word) =>
    layout.nameOf(word) === "gate.state"
  )!;
  stage.memory.perform({ kind: "store", cell: "i32", word: state, value: -1 << 14, order: "atomic" });
  for (const generation of [2 ** 18 - 1, 0, 1]) {
    assertEquals(runBlocking(stage.memory, stage.host.gate.statistics()).generation, generation);
    assertEquals(blocking(stage.host.gate).wait({ action: () => {} }), 0);
  }
});

Deno.test("promised(Barrier).wait() of a task with several lanes, and an abort of its signal", async () => {
  const space = new Space({ gate: barrier(3) }, { tasks: 1, lanesPerTask: 4 });
  const memory = loopMemory(space.layout);
  const { gate } = space.bind(memory, { task: 0 });
  for (let generation = 0; generation < 5; generation++) {
    const indices = await Promise.all([promised(gate).wait(), promised(gate).wait(), promised(gate).wait()]);
    assertEquals(indices, [0, 1, 2]);
  }
  const controller = new AbortController();
  const waiting = Promise.allSettled([promised(gate).wait({ signal: controller.signal }), promised(gate).wait()]);
  controller.abort(new RangeError("enough"));
  const [own, other] = await waiting;
  assert(own.status === "rejected" && own.reason instanceof RangeError);
  assert(other.status === "rejected" && other.reason instanceof BrokenBarrierError);
  await promised(gate).reset();
  assertEquals(runBlocking(memory, gate.statistics()).broken, false);
});
