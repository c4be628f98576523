import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StateError, WaitTimeoutError } from "../../lib/errors.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { blocking, type CancelToken, cancelToken, promised, Space, type Timer, timer } from "../../lib/sync/mod.ts";
import { namedWords } from "../contracts/named_words.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";

interface Bell {
  readonly bell: Timer;
  readonly token: CancelToken;
}

const INTERVAL = 2;
const things = () => ({ bell: timer({ interval: INTERVAL }), token: cancelToken() });

function* starts({ bell }: Bell): Steps<void> {
  yield* bell.start();
}

function* cancels({ bell }: Bell, _task: number, log: unknown[]): Steps<void> {
  if (yield* bell.cancel()) log.push("cancelled");
}

function rings(timeout?: number) {
  return function* ({ bell, token }: Bell, _task: number, log: unknown[]): Steps<void> {
    const late = yield* bell.run(() => void log.push("rings"), { timeout, cancel: token });
    if (late !== undefined) log.push(late);
  };
}

/** It rings at most once, not before its time, and not if it was canceled. */
function atMostOnce({ bell }: Bell, { log, memory }: RunView): void {
  const rung = log.filter((entry) => entry === "rings").length;
  assert(rung + log.filter((entry) => entry === "cancelled").length <= 1, `${log}`);
  assert(log.every((entry) => typeof entry === "string" || entry as number >= 0), `${log}`);
  // Its statistics would wait for who is inside.
  if (namedWords(memory, /^bell\.monitor/)[0]! > 0) return;
  const { phase, due } = runBlocking(memory, bell.statistics());
  if (rung === 1) assert(phase === "fired" && due! >= INTERVAL && memory.clock >= due! * 1000, phase);
}

function hasRung(shared: Bell, view: RunView): void {
  atMostOnce(shared, view);
  const { phase, waiters } = runBlocking(view.memory, shared.bell.statistics());
  assertEquals(waiters, 0);
  if (view.fault === undefined) assertEquals([phase, view.log.includes("rings")], ["fired", true]);
}

function hasRungOrNot(shared: Bell, view: RunView): void {
  atMostOnce(shared, view);
  const { phase, waiters } = runBlocking(view.memory, shared.bell.statistics());
  assertEquals(waiters, 0);
  if (view.fault !== undefined) return;
  const rung = view.log.includes("rings");
  assertEquals([rung, view.log.includes("cancelled")], [phase === "fired", phase === "cancelled"]);
}

testPrimitive("Timer", [
  scenario({
    name: "one who starts, two who ring",
    things,
    tasks: [starts, rings(), rings()],
    always: atMostOnce,
    atEnd: hasRung,
    atDeath: atMostOnce,
    // Who would have started it is dead or interrupted.
    afterDeath: "may-starve",
    afterFault: "may-starve",
  }),
  scenario({
    name: "one who cancels",
    things,
    tasks: [starts, rings(), rings(10), cancels],
    always: atMostOnce,
    atEnd: hasRungOrNot,
    atDeath: atMostOnce,
    afterDeath: "may-starve",
    afterFault: "may-starve",
    // Canceled before its start, or not started in time.
    mayThrow: ["StateError", "WaitTimeoutError"],
  }),
  scenario({
    name: "two who cancel when it is due",
    things,
    tasks: [
      rings(),
      function* ({ bell }, task, log) {
        yield* bell.start();
        // Waits as long as the timer does, and cancels it at its time.
        try {
          yield* bell.run(() => void log.push("rings"), { timeout: INTERVAL });
        } catch (error) {
          if (!(error instanceof WaitTimeoutError)) throw error;
        }
        yield* cancels({ bell } as Bell, task, log);
      },
    ],
    always: atMostOnce,
    atEnd: atMostOnce,
    atDeath: atMostOnce,
    afterDeath: "may-starve",
    afterFault: "may-starve",
  }),
]);

Deno.test("Timer behaves as its sequential model", () => {
  const tasks = 4;
  const commands = fc.array(
    fc.record({
      kind: fc.constantFrom("start", "cancel", "run", "run", "try", "wait", "kill"),
      task: fc.nat(tasks - 1),
      time: fc.nat(1500),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(fc.nat(3000), commands, (interval, commands) => {
      const stage = new Stage({ bell: timer({ interval: interval / 1000 }) }, tasks);
      let phase = "idle";
      let due = 0;
      let rung = 0;
      let rang = 0;
      const waiting: number[] = [];
      const dead = new Set<number>();
      for (const { kind, task, time } of commands) {
        const expected = new Map<number, unknown>();
        const end = () => {
          for (const waiter of waiting.splice(0)) expected.set(waiter, undefined);
        };
        const ring = (at: number) => {
          if (phase !== "started" || at < due || waiting.length === 0) return;
          phase = "fired";
          rung++;
          // Any of those who wait, and so the first: it is the first to be woken.
          const first = waiting.shift()!;
          end();
          expected.set(first, (at - due) / 1000);
        };
        if (dead.has(task)) continue;
        const { clock } = stage.memory;
        if (kind === "wait") {
          ring(clock + time);
          // Who waits is woken at the due time by a clock that stands at the later one.
          stage.advanceTo(clock + time);
        } else if (kind === "kill") {
          dead.add(task);
          if (waiting.includes(task)) waiting.splice(waiting.indexOf(task), 1);
          stage.kill(task);
        } else if (waiting.includes(task)) {
          continue;
        } else if (kind === "start") {
          expected.set(task, phase === "idle" ? undefined : StateError.name);
          if (phase === "idle") {
            phase = "started";
            due = clock + interval;
            ring(clock);
          }
          stage.begin(task, ({ bell }) => bell.start());
        } else if (kind === "cancel") {
          const inTime = phase === "idle" || phase === "started";
          expected.set(task, inTime);
          if (inTime) end();
          if (inTime) phase = "cancelled";
          stage.begin(task, ({ bell }) => bell.cancel());
        } else {
          const over = phase === "fired" || phase === "cancelled";
          const isDue = phase === "started" && clock >= due;
          if (over || (kind === "try" && !isDue)) expected.set(task, undefined);
          else if (kind === "run" || isDue) {
            waiting.unshift(task);
            ring(clock);
            if (waiting[0] === task) waiting.push(waiting.shift()!);
          }
          stage.begin(
            task,
            ({ bell }) => kind === "try" ? bell.tryRun(() => void rang++) : bell.run(() => void rang++),
          );
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        const statistics = runBlocking(stage.memory, stage.host.bell.statistics());
        assertEquals([statistics.phase, statistics.waiters, rang], [phase, waiting.length, rung]);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Timer.run() throws what the function throws, and has run", () => {
  const stage = new Stage(things(), 1);
  const { bell } = stage.host;
  blocking(bell).start();
  const fails = () => {
    throw new RangeError("it fails");
  };
  assertThrows(() => blocking(bell).run(fails), RangeError, "it fails");
  assertEquals(stage.memory.clock, INTERVAL * 1000);
  assertEquals([blocking(bell).run(fails), blocking(bell).cancel()], [undefined, false]);
  assertThrows(() => blocking(bell).start(), StateError, "it is fired");
});

Deno.test("promised(Timer).run() waits on a real clock, and ends by a cancel", async () => {
  const space = new Space({ soon: timer({ interval: 0.005 }), never: timer({ interval: 1000 }) }, {
    tasks: 1,
    lanesPerTask: 2,
  });
  const memory = loopMemory(space.layout);
  const { soon, never } = space.bind(memory, { task: 0 });
  await Promise.all([promised(soon).start(), promised(never).start()]);
  const ended = Promise.all([
    promised(soon).run(() => {}),
    promised(never).run(() => assert(false, "it is cancelled")),
  ]);
  assertEquals(await promised(never).cancel(), true);
  const [late, cancelled] = await ended;
  assert(late !== undefined && late >= 0);
  assertEquals(cancelled, undefined);
});

Deno.test("Timer refuses what makes no sense, at once", () => {
  for (const interval of [-1, NaN, Infinity]) assertThrows(() => timer({ interval }), RangeError, `of ${interval} s`);
  const { bell } = new Stage(things(), 1).host;
  assertThrows(() => bell.run("ring" as never), TypeError, "a function is wanted");
  assertThrows(() => bell.run(() => {}, { timeout: -1 }), RangeError, "at least 0");
  assertThrows(() => blocking(bell).run(() => {}, { timeout: 1 }), WaitTimeoutError, "it is not due");
  assertEquals(blocking(bell).tryRun(() => {}), undefined);
});
