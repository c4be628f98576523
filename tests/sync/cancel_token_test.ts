import { assertEquals, assertThrows } from "@std/assert";
import { CancelledError } from "../../lib/errors.ts";
import { ModelMemory, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { pause } from "../../lib/program/mod.ts";
import { blocking, type CancelToken, cancelToken, type Semaphore, semaphore, Space } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";

interface Gate {
  readonly gate: Semaphore;
  readonly token: CancelToken;
}

const things = () => ({ gate: semaphore(0), token: cancelToken() });

/** Waits for what never comes, again and again. */
function* waits({ gate, token }: Gate, _task: number, log: unknown[]): Steps<void> {
  for (let time = 0; time < 2; time++) {
    try {
      yield* gate.acquire({ cancel: token });
      log.push("taken");
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      log.push("cancelled");
    }
  }
}

function* cancels({ token }: Gate): Steps<void> {
  yield* token.cancel();
}

/** Cancels when all others wait. */
function* cancelsLate({ token }: Gate): Steps<void> {
  yield* pause(1);
  yield* token.cancel();
}

/** A task that waits under a canceled token is told so, whoever canceled it and died of it. */
function told({ token }: Gate, { memory, outcomes }: RunView): void {
  if (!runBlocking(memory, token.isCancelled())) return;
  for (const outcome of outcomes) {
    if (outcome.kind === "threw") assertEquals((outcome.error as Error).name, "NotRecoverableError");
  }
}

testPrimitive("CancelToken", [
  scenario({
    name: "waits that nothing else ends",
    things,
    tasks: [waits, waits, cancels],
    atEnd({ gate, token }, { memory, log, interrupted }) {
      assertEquals(runBlocking(memory, token.isCancelled()), true);
      assertEquals(runBlocking(memory, gate.statistics()), { permits: 0, waiters: 0 });
      if (interrupted === undefined) assertEquals(log, Array(4).fill("cancelled"));
    },
    afterDeath: "may-starve",
    atDeath: told,
  }),
  scenario({
    name: "a late cancel",
    things,
    tasks: [waits, waits, cancelsLate],
    // Who is to cancel may be interrupted before.
    afterFault: "may-starve",
    afterDeath: "may-starve",
    atDeath: told,
  }),
  scenario({
    name: "a wait that the token does not concern, after one that it ends",
    things,
    tasks: [
      function* ({ gate, token }) {
        try {
          yield* gate.acquire({ cancel: token });
        } catch (error) {
          if (!(error instanceof CancelledError)) throw error;
        }
        // Whatever comes late of the cancel, time ends this wait, and it may not spin until then.
        yield* gate.acquire({ timeout: 1 });
      },
      cancels,
    ],
    afterDeath: "may-starve",
  }),
  scenario({
    name: "two who cancel",
    things,
    tasks: [waits, cancels, cancels],
    atEnd({ token }, { memory }) {
      assertEquals(runBlocking(memory, token.isCancelled()), true);
    },
    // One of the two lives.
    afterDeath: "recovers",
    atDeath: told,
  }),
  scenario({
    name: "a grant beside the cancel",
    things,
    tasks: [
      waits,
      cancels,
      function* ({ gate }) {
        yield* gate.release(2);
      },
    ],
    atEnd({ gate }, { memory, log, interrupted }) {
      const taken = log.filter((entry) => entry === "taken").length;
      assertEquals(runBlocking(memory, gate.statistics()), { permits: 2 - taken, waiters: 0 });
      if (interrupted === undefined) assertEquals(log.length, 2);
    },
    afterDeath: "may-starve",
    atDeath: told,
  }),
]);

Deno.test("CancelToken ends the waits that begin after it and would have to wait, no others", () => {
  const space = new Space({ gate: semaphore(1), token: cancelToken(), other: cancelToken() }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const { gate, token, other } = space.bind(memory, { task: 0 });
  runBlocking(memory, token.cancel());
  runBlocking(memory, token.cancel());
  assertEquals([runBlocking(memory, token.isCancelled()), runBlocking(memory, other.isCancelled())], [true, false]);
  assertEquals(blocking(gate).acquire({ cancel: blocking(token) }), true);
  assertThrows(
    () => blocking(gate).acquire({ cancel: blocking(token) }),
    CancelledError,
    "Cannot go on waiting for gate",
  );
  assertEquals(blocking(gate).acquire({ cancel: blocking(token), timeout: 0 }), false);
  assertEquals(blocking(gate).acquire({ cancel: blocking(other), timeout: 1 }), false);
  assertEquals(runBlocking(memory, gate.statistics()), { permits: 0, waiters: 0 });
});
