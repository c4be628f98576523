import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CancelledError, MemoryFullError } from "../../lib/errors.ts";
import { type Layout, ModelMemory, runAsynchronous, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { runCooperative, type TaskOutcome } from "../../lib/program/mod.ts";
import { barrier, blocking, boundedSemaphore, promised, Space } from "../../lib/sync/mod.ts";
import { methodsOf, primitives } from "../contracts/primitives.ts";
import { within } from "../contracts/deadline.ts";
import { loopMemory } from "../contracts/stage.ts";
import { partsOf, waits } from "../contracts/waits.ts";

const SECONDS = 20;

/** Two tasks and the host, on a memory. */
function open<M extends ModelMemory | ReturnType<typeof loopMemory>>(
  wait: typeof waits[number],
  make: (layout: Layout) => M,
  lanes: { readonly lanesPerTask?: number; readonly hostLanes?: number } = {},
) {
  const space = new Space(wait.things(), { tasks: 2, ...lanes });
  const memory = make(space.layout);
  runBlocking(memory, space.initialize());
  const [one, other, host] = [0, 1, 2].map((task) => partsOf(space.bind(memory, { task })));
  assert(one !== undefined && other !== undefined && host !== undefined);
  runBlocking(memory, wait.prepare(host.it));
  return { memory, one, other, host };
}

function nameOf(outcome: TaskOutcome<unknown> | undefined): string {
  return outcome?.kind === "threw" ? (outcome.error as Error).name : outcome?.kind ?? "";
}

for (const wait of waits) {
  Deno.test(`${wait.name}: a cancel that comes before the grant wins, and the next in line has the grant (direct)`, () => {
    const { memory, one, other, host } = open(wait, (layout) => new ModelMemory(layout));
    const cancelled: Steps<unknown> = wait.wait(one.it, { cancel: one.token });
    function* cancelThenGive(): Steps<void> {
      yield* host.token.cancel();
      yield* wait.give(host.it);
    }
    const { outcomes } = runCooperative<unknown>(memory, [
      { name: "cancelled", steps: cancelled },
      { name: "next", steps: wait.wait(other.it) },
      { name: "host", steps: cancelThenGive() },
    ]);
    assertEquals(nameOf(outcomes[0]), CancelledError.name);
    assertEquals(nameOf(outcomes[1]), wait.breaks ?? "returned");
  });

  Deno.test(`${wait.name}: a cancel that comes before the grant wins, and the next in line has the grant (shared)`, async () => {
    const { memory, one, other, host } = open(wait, loopMemory);
    const cancelled = runAsynchronous(memory, wait.wait(one.it, { cancel: one.token }));
    const next = runAsynchronous(memory, wait.wait(other.it));
    // Both are done before anybody who waits has a turn.
    blocking(host.token).cancel();
    const given = runAsynchronous(memory, wait.give(host.it)).catch(({ name }) => assertEquals(name, wait.breaks));
    next.catch(() => {});
    await within(SECONDS, assertRejects(() => cancelled, CancelledError));
    if (wait.breaks === undefined) await within(SECONDS, next);
    else assertEquals((await within(SECONDS, assertRejects(() => next, Error))).name, wait.breaks);
    await within(SECONDS, given);
  });

  Deno.test(`${wait.name}: a wait for which no lane is left is refused, and changes nothing`, async () => {
    const { memory, one, other, host } = open(wait, loopMemory, { hostLanes: 4 });
    const first = runAsynchronous(memory, wait.wait(one.it));
    for (let time = 0; time < 3; time++) {
      await within(SECONDS, assertRejects(() => runAsynchronous(memory, wait.wait(one.it)), MemoryFullError, "lanes"));
    }
    const second = runAsynchronous(memory, wait.wait(other.it));
    // Each may be for one of the two, or for both.
    for (let time = 0; time < 2; time++) {
      await within(SECONDS, runAsynchronous(memory, wait.give(host.it)).catch(() => {}));
    }
    for (const waiting of [first, second]) {
      if (wait.breaks === undefined || wait.name.startsWith("Barrier")) await within(SECONDS, waiting);
      else await within(SECONDS, assertRejects(() => waiting, Error));
    }
    const again = runAsynchronous(memory, wait.wait(one.it, { timeout: 0.001 }));
    await within(SECONDS, again.catch((error) => assert(!(error instanceof MemoryFullError), error)));
  });
}

/** Options of waits that make no sense, whoever looks at them. */
const NO_OPTIONS: readonly (readonly [options: unknown, message: string])[] = [
  [{ timeout: -1 }, "a timeout of -1 s"],
  [{ timeout: NaN }, "a timeout of NaN s"],
  [{ timeout: "5" }, "a timeout of 5 s"],
  [{ cancel: {} }, "cancel is no cancel token"],
  [5, "the options are number"],
  ["soon", "the options are string"],
  [null, "the options are object"],
];

/** How a method is seen. */
type Seeing = "steps" | "blocking" | "promised";

/** The methods of each primitive that take the options of a wait, with the arguments before them. */
function* waiting(seeing: Seeing) {
  const before: Record<string, unknown[]> = {
    put: [1],
    putAll: [[1]],
    takeUpTo: [1],
    waitFor: [() => true],
    forEach: [() => {}],
    run: [() => {}],
  };
  const takes =
    /^(acquire|acquireRead|acquireWrite|lock|read|write|hold|wait|waitFor|run|get|put|putAll|take|takeUpTo|next|forEach|fetch|join)$/;
  for (const [name, make] of Object.entries(primitives)) {
    const space = new Space({ it: make() }, { tasks: 1 });
    const { it } = space.bind(loopMemory(space.layout), { task: 0 });
    const seen = { steps: it, blocking: blocking(it), promised: promised(it) }[seeing];
    for (const method of methodsOf(seen)) {
      // The put of a future does not wait.
      if (!takes.test(method) || (name === "Future" && method === "put")) continue;
      const act = Reflect.get(seen, method) as (...args: unknown[]) => unknown;
      yield { name: `${name}.${method}`, call: (options: unknown) => act.call(seen, ...before[method] ?? [], options) };
    }
  }
}

for (const seeing of ["steps", "blocking"] as const) {
  Deno.test(`each method (${seeing}) refuses options that make no sense before it does anything`, () => {
    let count = 0;
    for (const { name, call } of waiting(seeing)) {
      for (const [options, message] of NO_OPTIONS) {
        assertThrows(() => call(options), Error, message, `${name}(${JSON.stringify(options)})`);
      }
      const { signal } = new AbortController();
      assertThrows(() => call({ signal }), TypeError, "hears no AbortSignal", name);
      count++;
    }
    assert(count >= 20, `${count}`);
  });
}

Deno.test("each method of a promise view rejects what makes no sense, and throws nothing", async () => {
  let count = 0;
  for (const { name, call } of waiting("promised")) {
    const noSignals = [5, "stop", {}].map((signal) => [{ signal }, "an AbortSignal is wanted"] as const);
    for (const [options, message] of [...NO_OPTIONS, ...noSignals]) {
      const given = call(options);
      await assertRejects(() => given as Promise<unknown>, Error, message, `${name}(${JSON.stringify(options)})`);
    }
    count++;
  }
  assert(count >= 20, `${count}`);
});

Deno.test("what can never be had is refused at once", () => {
  const space = new Space({ few: boundedSemaphore(2) }, { tasks: 1 });
  const { few } = space.bind(new ModelMemory(space.layout), { task: 0 });
  for (
    const ask of [
      () => few.acquire({ permits: 3 }),
      () => blocking(few).acquire({ permits: 3 }),
      () => few.tryAcquire(3),
      () => few.hold({ permits: 3 }),
      () => few.acquireHeld({ permits: 3 }),
      () => few.release(3),
    ]
  ) assertThrows(ask, RangeError, "a whole number from 1 to 2 is wanted");
  // Two tasks and the host.
  assertThrows(
    () => new Space({ gate: barrier(4) }, { tasks: 2 }),
    RangeError,
    "at most as many as can wait at once (3)",
  );
  new Space({ gate: barrier(3) }, { tasks: 2 });
});
