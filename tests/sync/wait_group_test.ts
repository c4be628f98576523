import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StateError } from "../../lib/errors.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { blocking, type CancelToken, cancelToken, type WaitGroup, waitGroup } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { Stage } from "../contracts/stage.ts";

interface Work {
  readonly jobs: WaitGroup;
  readonly token: CancelToken;
}

const things = () => ({ jobs: waitGroup(), token: cancelToken() });

/** Adds work and does it, again and again. */
function works(times: number, pieces: number) {
  return function* ({ jobs }: Work): Steps<void> {
    for (let time = 0; time < times; time++) {
      yield* jobs.add(pieces);
      for (let piece = 0; piece < pieces; piece++) yield* jobs.done();
    }
  };
}

function waits(times: number, timeout?: number) {
  return function* ({ jobs, token }: Work, _task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < times; time++) {
      if (yield* jobs.wait({ timeout, cancel: token })) log.push("waited");
    }
  };
}

function nothingLeft({ jobs }: Work, { memory, interrupted }: RunView): void {
  const { count, waiters } = runBlocking(memory, jobs.statistics());
  assertEquals(waiters, 0);
  if (interrupted === undefined) assertEquals(count, 0);
}

testPrimitive("WaitGroup", [
  scenario({
    name: "two who work, one who waits",
    things,
    tasks: [works(2, 2), works(2, 1), waits(2)],
    atEnd: nothingLeft,
    afterDeath: "may-starve",
    // Who is interrupted at the door of the monitor has not said that it is done.
    afterFault: "may-starve",
  }),
  scenario({
    name: "waits with timeouts",
    things,
    tasks: [works(3, 1), waits(2, 1), waits(2, 1)],
    atEnd: nothingLeft,
    afterDeath: "may-starve",
    afterFault: "may-starve",
  }),
]);

Deno.test("WaitGroup lets everybody go who waits when the count comes to 0, though it rises at once", () => {
  const stage = new Stage(things(), 3);
  runBlocking(stage.memory, stage.host.jobs.add(1));
  stage.begin(0, ({ jobs }) => jobs.wait());
  stage.begin(1, ({ jobs }) => jobs.wait());
  stage.begin(2, function* ({ jobs }) {
    yield* jobs.done();
    yield* jobs.add(5);
  });
  assertEquals(stage.ended(), new Map<number, unknown>([[0, true], [1, true], [2, undefined]]));
});

Deno.test("WaitGroup behaves as its sequential model", () => {
  const tasks = 4;
  const commands = fc.array(
    fc.record({
      kind: fc.constantFrom("add", "done", "wait", "try", "expire", "kill"),
      task: fc.nat(tasks - 1),
      count: fc.integer({ min: -3, max: 3 }),
    }),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(commands, (commands) => {
      const stage = new Stage({ jobs: waitGroup() }, tasks);
      let underWay = 0;
      const waiting = new Set<number>();
      const dead = new Set<number>();
      for (const { kind, task, count } of commands) {
        const expected = new Map<number, unknown>();
        if (dead.has(task)) continue;
        if (kind === "kill") {
          dead.add(task);
          waiting.delete(task);
          stage.kill(task);
        } else if (kind === "expire") {
          if (waiting.delete(task)) expected.set(task, false);
          stage.expire(task);
        } else if (waiting.has(task)) {
          continue;
        } else if (kind === "add" || kind === "done") {
          const change = kind === "done" ? -1 : count;
          const fits = underWay + change >= 0;
          if (fits) underWay += change;
          expected.set(task, fits ? undefined : StateError.name);
          if (underWay === 0) { for (const waiter of waiting) expected.set(waiter, true); }
          if (underWay === 0) waiting.clear();
          stage.begin(task, ({ jobs }) => kind === "done" ? jobs.done() : jobs.add(count));
        } else if (kind === "try" || underWay === 0) {
          expected.set(task, underWay === 0);
          stage.begin(task, ({ jobs }) => kind === "try" ? jobs.tryWait() : jobs.wait());
        } else {
          waiting.add(task);
          stage.begin(task, ({ jobs }) => jobs.wait({ timeout: 1000 }));
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        assertEquals(runBlocking(stage.memory, stage.host.jobs.statistics()), {
          count: underWay,
          waiters: waiting.size,
        });
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("WaitGroup refuses what makes no sense, at once, and changes nothing", () => {
  const { jobs } = new Stage({ jobs: waitGroup() }, 1).host;
  for (const count of [0.5, NaN, Infinity, 2 ** 31]) assertThrows(() => jobs.add(count), RangeError, `${count}`);
  assertThrows(() => jobs.wait({ timeout: NaN }), RangeError, "at least 0");
  assertThrows(() => jobs.wait({ signal: AbortSignal.abort() } as never), TypeError, "no AbortSignal");
  assertThrows(() => blocking(jobs).done(), StateError, "0 under way");
  blocking(jobs).add(2 ** 31 - 1);
  assertThrows(() => blocking(jobs).add(), StateError, "Cannot add 1 to jobs");
  blocking(jobs).add(-(2 ** 31 - 1));
  assertEquals(blocking(jobs).tryWait(), true);
});
