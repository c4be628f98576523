import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { piQueueBroken } from "../../lib/programs/mod.ts";
import { countInside } from "../../lib/random/mod.ts";
import { runs } from "../contracts/soak.ts";
import { bugOf, outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomEnds, randomRun } from "./schedules.ts";

const ALL = "Assertion failed: each point has a result";
const PI = "Assertion failed: the answer is four times the share of the points inside";
const NO_SUM = "Cannot report the sum: it is not defined, a point before DONE is wanted";

const small = { points: 2, readers: 2, maxsize: 1 };

Deno.test("pi-queue-broken: outcomes are declared in every mode, and equal where it is fixed", async () => {
  const points = fc.integer({ min: 1, max: 30 });
  const readers = fc.integer({ min: 1, max: 4 });
  await using host = new Host();
  await checkEverywhere(host, piQueueBroken, { points, readers, maxsize: fc.integer({ min: 1, max: 30 }) });
});

Deno.test("pi-queue-broken: what each variant shows in every mode", async () => {
  await using host = new Host();
  const inside = countInside({ seed: 0, from: 0, to: 100 });
  for (const mode of MODE_NAMES) {
    const run = async (variant: string) => {
      const { outcome, ok, errors } = await host.run(piQueueBroken, { mode, variant });
      assert(ok, `${variant} in ${mode}`);
      return { outcome, messages: errors.map(({ name, message }) => `${name}: ${message}`) };
    };
    assertEquals((await run("a")).messages, [`AssertionError: ${ALL}`], mode);
    // Who gets DONE first depends on the schedule, so in b there may be nobody.
    for (const message of (await run("b")).messages) assertEquals(message, `ReferenceError: ${NO_SUM}`, mode);
    assertEquals((await run("c")).messages, [`AssertionError: ${PI}`], mode);
    const hang = (await run("d")).messages;
    assert(hang.length >= 2 && hang.every((message) => message.startsWith("DeadlockError: ")), `${mode}: ${hang}`);
    assertEquals((await run("fixed")).outcome, { pi: 4 * inside / 100 }, mode);
  }
});

for (
  const [variant, kind, message] of [
    ["a", "assertion", `main: AssertionError: ${ALL}`],
    ["b", "exception", `reader1: ReferenceError: ${NO_SUM}`],
    ["c", "assertion", `main: AssertionError: ${PI}`],
    ["d", "deadlock", "Cannot go on: task main waits for left (wait); task reader0 waits for results (put)"],
  ] as const
) {
  Deno.test(`pi-queue-broken: exploring names the ${kind} of ${variant}`, () => {
    const bug = bugOf(piQueueBroken, { variant, parameters: small });
    assertEquals([bug.kind, bug.message, bug.preemptions, bug.minimal], [kind, message, 0, true]);
  });
}

Deno.test("pi-queue-broken: all interleavings of b: either reader has no sum, or neither", () => {
  const all = bugOf(piQueueBroken, { variant: "b", parameters: small, strategy: "dpor", keepGoing: true });
  assert(all.exhausted);
  const failure = (task: string) => ({ failed: [{ error: "ReferenceError", message: NO_SUM, task }] });
  const wanted = [failure("reader0"), failure("reader1"), { pi: 4 }];
  assertEquals(outcomesOf(all), wanted.map((outcome) => JSON.stringify(outcome)).toSorted());
});

Deno.test("pi-queue-broken: all interleavings of fixed give pi as the points have it", () => {
  const well = wellOf(piQueueBroken, { variant: "fixed", parameters: small, strategy: "dpor" });
  assertEquals([well.verdict, outcomesOf(well)], ["proved", [`{"pi":4}`]]);
});

Deno.test("pi-queue-broken: d never hangs while all results have room, and fixed never, under random schedules", () => {
  const points = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(
      points,
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.nat(),
      (points, readers, hasRoom, schedule) => {
        const [variant, maxsize] = hasRoom ? ["d", points] : ["fixed", 1];
        const end = randomRun(piQueueBroken, schedule, { variant, parameters: { points, readers, maxsize } });
        assertEquals(end, {
          kind: "outcome",
          outcome: { pi: 4 * countInside({ seed: 0, from: 0, to: points }) / points },
        });
      },
    ),
    { numRuns: runs(150) },
  );
  const ends = randomEnds(piQueueBroken, 100, { variant: "d", parameters: { points: 5, readers: 2, maxsize: 2 } });
  assert(ends.every((end) => end.startsWith("deadlock of main,reader")), `${ends}`);
});
