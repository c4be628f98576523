import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BrokenFutureError,
  CancelledError,
  MemoryFullError,
  StateError,
  UncloneableError,
  WaitTimeoutError,
} from "../../lib/errors.ts";
import { type Future, future } from "../../lib/mailbox/mod.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { blocking, type CancelToken, cancelToken, promised, Space } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";

interface Desk {
  readonly answer: Future<string>;
  readonly token: CancelToken;
}

const things = () => ({ answer: future<string>({ bytes: 8192 }), token: cancelToken() });

function* puts({ answer }: Desk, task: number, log: unknown[]): Steps<void> {
  try {
    yield* answer.put(`by ${task}`);
    log.push(`by ${task}`);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
  }
}

function fetches(timeout?: number) {
  return function* ({ answer, token }: Desk, task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < 2; time++) log.push([task, yield* answer.fetch({ timeout, cancel: token })]);
  };
}

/** One put at most counts, and all have had its value. */
function once({ answer }: Desk, { log, memory, fault }: RunView): void {
  const puts = log.filter((note) => typeof note === "string");
  assert(puts.length <= 1, `${puts}`);
  const values = new Set(log.filter(Array.isArray).map(([, value]) => value));
  assert(values.size <= 1);
  if (puts.length === 1 && values.size === 1) assertEquals([...values], puts);
  if (fault === undefined) assertEquals(runBlocking(memory, answer.statistics()), { state: "put", waiters: 0 });
}

const starving = { afterDeath: "may-starve", afterFault: "may-starve", atEnd: once, atDeath: once } as const;

testPrimitive("Future", [
  scenario({ name: "two puts, two fetches", things, tasks: [puts, puts, fetches(), fetches()], ...starving }),
  scenario({
    name: "fetches with timeouts",
    things,
    tasks: [puts, fetches(1), fetches(2)],
    mayThrow: ["WaitTimeoutError"],
    ...starving,
  }),
  scenario({
    name: "a cancel against a put",
    things,
    tasks: [puts, function* ({ answer }): Steps<void> {
      yield* answer.cancel();
    }, fetches()],
    mayThrow: ["CancelledError"],
    ...starving,
    atEnd: (desk, view) => {
      const { state } = runBlocking(view.memory, desk.answer.statistics());
      if (view.fault === undefined) assert(state === "put" || state === "cancelled");
    },
  }),
  scenario({
    name: "bound to the task that dies",
    things,
    tasks: [
      function* (desk, task, log): Steps<void> {
        yield* desk.answer.bind();
        log.push(["bound", ""]);
        yield* puts(desk, task, log);
      },
      function* ({ answer }): Steps<void> {
        yield* answer.fetch({ timeout: 10 });
      },
    ],
    afterDeath: "recovers",
    afterFault: "may-starve",
    mayThrow: ["WaitTimeoutError"],
    mayThrowAfterDeath: ["BrokenFutureError"],
  }),
]);

Deno.test("Future is put once and the first is kept, fails with its error, and tells its state", () => {
  const stage = new Stage({ one: future<number>(), two: future<number>(), three: future<number>() }, 1);
  const { one, two, three } = stage.host;
  assertEquals(blocking(one).tryFetch(), undefined);
  assertThrows(() => blocking(one).fetch({ timeout: 0 }), WaitTimeoutError, "it is pending");
  blocking(one).put(1);
  assertThrows(() => blocking(one).put(2), StateError, "it is put");
  assertThrows(() => blocking(one).fail(new Error("late")), StateError, "it is put");
  assertEquals(blocking(one).cancel(), false);
  assertEquals([blocking(one).fetch(), blocking(one).fetch(), blocking(one).tryFetch()], [1, 1, { value: 1 }]);
  blocking(two).fail(new RangeError("no such page"));
  assertEquals(runBlocking(stage.memory, two.leaks()), ["failed, and nobody fetched it"]);
  assertThrows(() => blocking(two).fetch(), RangeError, "no such page");
  assertThrows(() => blocking(two).tryFetch(), RangeError, "no such page");
  assertEquals(runBlocking(stage.memory, two.leaks()), []);
  assertEquals(blocking(three).cancel(), true);
  assertThrows(() => blocking(three).put(1), StateError, "it is cancelled");
  assertThrows(() => blocking(three).fetch(), CancelledError, "it is cancelled");
  const states = [one, two, three].map((future) => runBlocking(stage.memory, future.statistics()).state);
  assertEquals(states, ["put", "failed", "cancelled"]);
});

Deno.test("Future.whenDone() runs every callback, whatever the others throw", () => {
  const stage = new Stage({ answer: future<number>() }, 2);
  const seen: unknown[] = [];
  stage.begin(0, ({ answer }) =>
    answer.whenDone(
      (outcome) => {
        seen.push(outcome);
        throw new Error("one");
      },
      function* () {
        seen.push(yield* answer.isDone());
      },
      () => {
        throw new Error("two");
      },
      () => void seen.push("last"),
    ));
  assertEquals(seen, []);
  stage.begin(1, ({ answer }) => answer.put(7));
  assertEquals(seen, [{ state: "put", value: 7 }, true, "last"]);
  assertEquals(stage.ended().get(0), "AggregateError");
  stage.begin(0, ({ answer }) => answer.whenDone(() => void seen.push("again")));
  assertEquals([seen.at(-1), stage.ended().get(0)], ["again", undefined]);
});

Deno.test("Future that is bound to a task fails when it ends without a put", () => {
  for (const failure of [undefined, "it burst"]) {
    const stage = new Stage({ answer: future<number>(), other: future<number>() }, 1);
    stage.begin(0, ({ answer }) => answer.bind());
    for (const thing of [stage.host.answer, stage.host.other]) runBlocking(stage.memory, thing.ended(0, failure));
    const broken = assertThrows(() => blocking(stage.host.answer).fetch(), BrokenFutureError, "it is bound to");
    assertEquals([broken.name, (broken.cause as Error).message], [
      "BrokenFutureError",
      failure ?? "it ended without a put",
    ]);
    assertEquals(blocking(stage.host.other).tryFetch(), undefined);
  }
});

Deno.test("Future that is bound breaks with its own error, however little room it has and however long the reason is", () => {
  for (const [bytes, failure] of [[64, "it burst"], [2 ** 16, "x".repeat(2 ** 14)]] as const) {
    const stage = new Stage({ answer: future<number>({ bytes }) }, 1);
    stage.begin(0, ({ answer }) => answer.bind());
    runBlocking(stage.memory, stage.host.answer.ended(0, failure));
    assertThrows(() => blocking(stage.host.answer).fetch(), BrokenFutureError, "Cannot go on with answer");
    assertThrows(() => blocking(stage.host.answer).tryFetch(), BrokenFutureError);
  }
});

Deno.test("Future refuses what makes no sense, at once", () => {
  assertThrows(() => future({ bytes: 0 }), RangeError, "of 0 bytes");
  const { answer } = new Stage({ answer: future({ bytes: 64 }) }, 1).host;
  assertThrows(() => answer.put(() => {}), UncloneableError);
  assertThrows(() => answer.put("x".repeat(100)), MemoryFullError, "at most 64");
  assertThrows(() => answer.fetch({ timeout: -1 }), RangeError);
  assertThrows(() => answer.bind(2), RangeError, "task 2 of 2");
});

Deno.test("Future's promise face waits, and ends with the signal's reason", async () => {
  const space = new Space({ answer: future<number>() }, { tasks: 1, lanesPerTask: 3 });
  const { answer } = space.bind(loopMemory(space.layout), { task: 0 });
  const abort = new AbortController();
  const fetches = [promised(answer).fetch(), promised(answer).fetch({ signal: abort.signal })];
  abort.abort(new Error("enough"));
  assertEquals((await fetches[1]!.catch((error) => error)).message, "enough");
  await promised(answer).put(3);
  assertEquals([await fetches[0], await promised(answer).fetch()], [3, 3]);
});
