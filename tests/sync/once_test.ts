import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StateError } from "../../lib/errors.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { pause } from "../../lib/program/mod.ts";
import { blocking, type CancelToken, cancelToken, type Once, once, promised, Space } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";

interface Setup {
  readonly setup: Once;
  readonly token: CancelToken;
}

const things = () => ({ setup: once(), token: cancelToken() });

/** Runs it; the first `failures` runs fail. Notes each begin, end and failure of a run. */
function setsUp({ failures = 0, timeout }: { failures?: number; timeout?: number } = {}) {
  return function* ({ setup, token }: Setup, _task: number, log: unknown[]): Steps<void> {
    const body = function* () {
      const fails = log.filter((entry) => entry === "begin").length < failures;
      log.push("begin");
      try {
        yield* pause(0.001);
        if (fails) throw new RangeError("it fails");
      } catch (error) {
        log.push("failure");
        throw error;
      }
      log.push("end");
    };
    const ran = yield* setup.run(body, { timeout, cancel: token });
    assert(log.includes("end"), "who returns finds it done");
    if (ran) log.push("mine");
  };
}

function oneAtATime(_: unknown, { log, dead }: RunView): void {
  const count = (what: string) => log.filter((entry) => entry === what).length;
  const running = count("begin") - count("end") - count("failure");
  assert(count("end") <= 1 && running <= (dead === undefined ? 1 : 2), `${log}`);
}

function doneOnce({ setup }: Setup, { memory, log, fault, interrupted }: RunView): void {
  const { done, waiters, runner } = runBlocking(memory, setup.statistics());
  assertEquals([waiters, runner, done], [0, undefined, log.includes("end")]);
  // All can fail where one has failed by itself and one is interrupted; else one has run it.
  if (fault === undefined) assertEquals(log.filter((entry) => entry === "mine").length, 1);
  if (interrupted === undefined && fault?.kind !== "cancel" && fault?.kind !== "expire") assert(done);
}

function doneAfterDeath({ setup }: Setup, { memory, log }: RunView): void {
  const { done } = runBlocking(memory, setup.statistics());
  assertEquals(log.filter((entry) => entry === "end").length <= 1, true);
  // The dead may have run it to its end and not said so: then another has begun, and none ends it twice here.
  if (!done) assertEquals(log.includes("mine"), false);
}

testPrimitive("Once", [
  scenario({
    name: "three who run it",
    things,
    tasks: [setsUp(), setsUp(), setsUp()],
    always(shared, view) {
      if (view.dead === undefined) oneAtATime(shared, view);
    },
    atEnd: doneOnce,
    afterDeath: "recovers",
  }),
  scenario({
    name: "a run that fails",
    things,
    tasks: [setsUp({ failures: 1 }), setsUp({ failures: 1 }), setsUp({ failures: 1 })],
    always(shared, view) {
      if (view.dead === undefined) oneAtATime(shared, view);
    },
    atEnd: doneOnce,
    afterDeath: "recovers",
    mayThrow: ["RangeError"],
  }),
  scenario({
    name: "a runner whom others keep at the door",
    things: () => ({ setup: once() }),
    tasks: [0, 1, 2, 3].map(() =>
      function* ({ setup }: { readonly setup: Once }, _task: number, log: unknown[]): Steps<void> {
        yield* setup.run(() => void log.push("end"));
        assert(yield* setup.done());
      }
    ),
    // Also where the runner is interrupted while it says that it is done.
    atEnd: (_, { log }) => assertEquals(log, ["end"]),
    afterDeath: "recovers",
  }),
  scenario({
    name: "some who do not wait for long",
    things,
    tasks: [setsUp(), setsUp({ timeout: 0.0005 }), setsUp({ timeout: 5 })],
    always(shared, view) {
      if (view.dead === undefined) oneAtATime(shared, view);
    },
    atEnd: doneOnce,
    atDeath: doneAfterDeath,
    afterDeath: "recovers",
    mayThrow: ["WaitTimeoutError"],
  }),
]);

Deno.test("Once behaves as its sequential model", () => {
  const tasks = 4;
  const commands = fc.array(
    fc.record({
      kind: fc.constantFrom("begin", "begin", "try", "finish", "fail", "expire", "kill"),
      task: fc.nat(tasks - 1),
    }),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(commands, (commands) => {
      const stage = new Stage({ setup: once() }, tasks);
      let runner: number | undefined;
      let done = false;
      const waiting: number[] = [];
      const dead = new Set<number>();
      for (const { kind, task } of commands) {
        const expected = new Map<number, unknown>();
        const passOn = () => {
          runner = waiting.shift();
          if (runner !== undefined) expected.set(runner, "run");
        };
        const leave = () => {
          const place = waiting.indexOf(task);
          if (place !== -1) waiting.splice(place, 1);
          return place !== -1;
        };
        if (dead.has(task)) continue;
        if (kind === "kill") {
          dead.add(task);
          leave();
          if (runner === task) passOn();
          stage.kill(task);
        } else if (kind === "expire") {
          if (leave()) expected.set(task, "late");
          stage.expire(task);
        } else if (waiting.includes(task)) {
          continue;
        } else if (kind === "finish" || kind === "fail") {
          expected.set(task, runner === task ? undefined : StateError.name);
          if (runner === task) {
            done = kind === "finish";
            if (!done) passOn();
            else {
              runner = undefined;
              for (const waiter of waiting.splice(0)) expected.set(waiter, "done");
            }
          }
          stage.begin(task, ({ setup }) => setup.finish({ failed: kind === "fail" }));
        } else {
          if (done) expected.set(task, "done");
          else if (runner === undefined) {
            runner = task;
            expected.set(task, "run");
          } else if (kind === "try") expected.set(task, "late");
          else waiting.push(task);
          stage.begin(task, ({ setup }) => setup.begin({ timeout: kind === "try" ? 0 : 1000 }));
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        assertEquals(runBlocking(stage.memory, stage.host.setup.statistics()), {
          done,
          runner,
          waiters: waiting.length,
        });
        const owners = runBlocking(stage.memory, stage.host.setup.owners());
        assertEquals(owners, runner === undefined ? [] : [runner]);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Once.run() gives the error of the function to its caller, and another runs it", () => {
  const { setup } = new Stage({ setup: once() }, 1).host;
  const fails = () => {
    throw new RangeError("it fails");
  };
  assertThrows(() => blocking(setup).run(fails), RangeError, "it fails");
  assertEquals([blocking(setup).done(), blocking(setup).tryRun(() => {}), blocking(setup).done()], [false, true, true]);
  assertEquals([blocking(setup).tryRun(fails), blocking(setup).run(fails)], [false, false]);
});

Deno.test("promised(Once).run() runs the function in one of several lanes", async () => {
  const space = new Space({ setup: once() }, { tasks: 1, lanesPerTask: 3 });
  const memory = loopMemory(space.layout);
  const { setup } = space.bind(memory, { task: 0 });
  let count = 0;
  const body = function* () {
    yield* pause(0.002);
    count++;
  };
  const ran = await Promise.all([promised(setup).run(body), promised(setup).run(body), promised(setup).run(body)]);
  assertEquals([ran, count], [[true, false, false], 1]);
});

Deno.test("Once refuses what makes no sense, at once", () => {
  const { setup } = new Stage({ setup: once() }, 1).host;
  assertThrows(() => setup.run(undefined as never), TypeError, "a function is wanted");
  assertThrows(() => setup.run(() => {}, { timeout: -1 }), RangeError, "at least 0");
  assertThrows(
    () => runBlocking(new Stage({ setup: once() }, 1).memory, setup.finish()),
    StateError,
    "does not run it",
  );
});
