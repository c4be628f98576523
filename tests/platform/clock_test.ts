import { assertEquals, assertThrows } from "@std/assert";
import { after, limit, LONGEST_TIMER } from "../../lib/platform/mod.ts";

Deno.test("after() sets no timer for Infinity, and none that is longer than timers are", async () => {
  const { setTimeout } = globalThis;
  let timers = 0;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
    timers++;
    return setTimeout(...args);
  }) as typeof setTimeout;
  try {
    after(Infinity, () => {})();
    assertEquals(timers, 0);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  const stopTimer = after(Number.MAX_VALUE, () => {
    throw new RangeError("it rings at once");
  });
  await new Promise<void>((resolve) => void after(0, resolve));
  stopTimer();
});

Deno.test("limit() gives milliseconds, Infinity where there is none, and refuses all that is no number of seconds", () => {
  assertEquals([undefined, Infinity, 0, 1.5].map((seconds) => limit(seconds, { act: "wait" })), [
    Infinity,
    Infinity,
    0,
    1500,
  ]);
  for (const seconds of [-1, NaN, -Infinity, LONGEST_TIMER, "5", null, {}, [1], 5n] as number[]) {
    assertThrows(() => limit(seconds, { act: "wait" }), RangeError, "Cannot wait: for ");
  }
  assertThrows(() => limit(0, { act: "wait", positive: true }), RangeError, "a number above 0");
});
