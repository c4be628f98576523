import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import {
  blocking,
  type CancelToken,
  cancelToken,
  type Event,
  event,
  promised,
  Space,
  type WaitOptions,
} from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";

interface Signal {
  readonly ready: Event;
  readonly token: CancelToken;
}

function waits(optionsOf: (shared: Signal) => WaitOptions | undefined) {
  return function* (shared: Signal, _task: number, log: unknown[]): Steps<void> {
    log.push(yield* shared.ready.wait(optionsOf(shared)));
  };
}

function* sets({ ready }: Signal): Steps<void> {
  yield* ready.set();
  yield* ready.clear();
  yield* ready.set();
}

const things = () => ({ ready: event(), token: cancelToken() });

function isSet({ ready }: Signal, { memory }: RunView): void {
  assertEquals(runBlocking(memory, ready.statistics()), { set: true, waiters: 0 });
}

testPrimitive("Event", [
  scenario({
    name: "set, cleared and set",
    things,
    tasks: [waits(() => undefined), waits(() => undefined), sets],
    // Who sets it may be interrupted, and is the only one.
    afterFault: "may-starve",
    afterDeath: "may-starve",
    atEnd(shared, view) {
      if (view.interrupted === 2) return;
      isSet(shared, view);
      assert(view.outcomes.every(({ kind }, task) => kind === "returned" || task === view.interrupted));
      assert(view.log.every((woken) => woken === true));
    },
  }),
  scenario({
    name: "timeouts and a token",
    things,
    tasks: [
      waits(({ token }) => ({ timeout: 0.001, cancel: token })),
      waits(({ token }) => ({ timeout: 1, cancel: token })),
      sets,
    ],
    atEnd: (shared, view) => view.interrupted === 2 || isSet(shared, view),
    afterDeath: "recovers",
  }),
]);

Deno.test("Event.set() and clear() at once still wake all who were parked", () => {
  const stage = new Stage({ ready: event() }, 4);
  for (const task of [0, 1, 2]) stage.begin(task, ({ ready }) => ready.wait());
  stage.begin(3, function* ({ ready }) {
    yield* ready.set();
    yield* ready.clear();
  });
  assertEquals([...stage.ended()], [[0, true], [1, true], [2, true], [3, undefined]]);
  assertEquals(blocking(stage.host.ready).isSet(), false);
});

Deno.test("Event behaves as its sequential model", () => {
  const tasks = 4;
  const commands = fc.array(fc.record({
    kind: fc.constantFrom("wait", "timed", "now", "set", "clear", "expire", "kill"),
    task: fc.nat(tasks - 1),
  }));
  fc.assert(
    fc.property(commands, (commands) => {
      const stage = new Stage({ ready: event() }, tasks);
      let set = false;
      const waiting = new Map<number, boolean>();
      const dead = new Set<number>();
      for (const { kind, task } of commands) {
        const expected = new Map<number, unknown>();
        if (kind === "expire" || kind === "kill") {
          if (kind === "kill" && waiting.delete(task)) {
            stage.kill(task);
            dead.add(task);
          } else if (kind === "expire" && waiting.get(task) === true) {
            stage.expire(task);
            waiting.delete(task);
            expected.set(task, false);
          }
        } else if (!waiting.has(task) && !dead.has(task)) {
          const timeout = kind === "timed" ? 5 : kind === "now" ? 0 : undefined;
          const waits = kind === "wait" || kind === "timed" || kind === "now";
          stage.begin(
            task,
            ({ ready }) => waits ? ready.wait({ timeout }) : kind === "set" ? ready.set() : ready.clear(),
          );
          if (!waits) {
            set = kind === "set";
            expected.set(task, undefined);
            if (set) { for (const waiter of waiting.keys()) expected.set(waiter, true); }
            if (set) waiting.clear();
          } else if (set || kind === "now") expected.set(task, set);
          else waiting.set(task, kind === "timed");
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        assertEquals(runBlocking(stage.memory, stage.host.ready.statistics()), { set, waiters: waiting.size });
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("Event has a blocking and a promise face", async () => {
  const space = new Space({ ready: event() }, { tasks: 1, lanesPerTask: 2 });
  const { ready } = space.bind(loopMemory(space.layout), { task: 0 });
  assertEquals([blocking(ready).wait({ timeout: 0.001 }), blocking(ready).tryWait(), blocking(ready).isSet()], [
    false,
    false,
    false,
  ]);
  const both = Promise.all([promised(ready).wait(), promised(ready).wait({ timeout: 5 })]);
  await promised(ready).set();
  await promised(ready).clear();
  assertEquals(await both, [true, true]);
  await assertRejects(() => promised(ready).wait({ signal: AbortSignal.abort(new RangeError("enough")) }), RangeError);
  blocking(ready).set();
  assertEquals(blocking(ready).wait(), true);
  blocking(ready).clear();
  assertEquals(blocking(ready).isSet(), false);
  assertThrows(() => ready.wait({ timeout: -1 }), RangeError);
  assertThrows(() => ready.wait({ timeout: NaN }), RangeError);
});
