/**
 * A program whose tasks wait for known things, one each.
 *
 * @module
 */

import { defineProgram, pause } from "../../lib/program/mod.ts";
import { lock, semaphore } from "../../lib/sync/mod.ts";

export const observedProgram = defineProgram({
  name: "observed",
  claim: "One sleeps, one waits for a lock, one dies.",
  module: import.meta.url,
  shared: (_settings) => ({ guard: lock(), ready: semaphore(0) }),
  *outcome() {},
  tasks: (_settings) => [
    {
      name: "holder",
      *run({ guard, ready }) {
        using _held = yield* guard.lock();
        yield* ready.release();
        while ((yield* guard.statistics()).waiters === 0) yield* pause(0.001);
        yield* pause(0.1);
      },
    },
    {
      name: "waiter",
      *run({ guard, ready }) {
        yield* ready.acquire();
        using _held = yield* guard.lock();
      },
    },
    {
      name: "sleeper",
      *run() {
        yield* pause(0.1);
      },
    },
    {
      name: "victim",
      *run() {
        if (
          "DedicatedWorkerGlobalScope" in globalThis || Deno.permissions.querySync({ name: "net" }).state !== "granted"
        ) Deno.exit(3);
      },
    },
  ],
  expected: () => () => true,
});
