import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import { PropertyError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import type { CheckParameters } from "../../lib/testing/fast_check.ts";
import { type Held, hold } from "../../lib/testing/property.ts";
import { runs } from "../contracts/soak.ts";

const MODES: readonly ModeName[] = ["direct", "thread", "process"];

function held(predicate: Held<number>["predicate"]): Held<number> {
  return { law: "law", subject: "subject", replayed: "it", arbitrary: fc.nat(1000), predicate, probe: () => {} };
}

Deno.test("hold() hands on whatever fast-check can be told", async () => {
  const told: CheckParameters[] = [];
  const check = (property: Parameters<typeof fc.check>[0], parameters: CheckParameters) => {
    told.push(parameters);
    return fc.check(property, parameters as Parameters<typeof fc.check>[1]);
  };
  const seen: number[] = [];
  const parameters = { numRuns: 3, seed: 5, examples: [[7], [8]], maxSkipsPerRun: 2, unbiased: true, verbose: 1 };
  await hold(held((value) => Promise.resolve(void seen.push(value))), {
    fc: { ...fc, check } as unknown as typeof fc,
    parameters,
    modes: MODES,
  });
  assertEquals([seen.length, seen.slice(0, 2)], [3, [7, 8]]);
  assertEquals(told, [{ ...parameters, endOnFailure: true }]);
});

Deno.test("hold() shrinks in direct mode what direct mode shows, and in all modes what it does not", async () => {
  for (const isShownBy of [["direct", "thread", "process"], ["thread"]]) {
    const runs: { readonly value: number; readonly modes: readonly ModeName[] }[] = [];
    const predicate: Held<number>["predicate"] = (value, { modes }) => {
      runs.push({ value, modes });
      const fails = value >= 10 && modes.some((mode) => isShownBy.includes(mode));
      return fails ? Promise.reject(new Error(`${value}`)) : Promise.resolve();
    };
    const failed = hold(held(predicate), { fc, parameters: { seed: 1, numRuns: 100 }, modes: MODES });
    const { message } = await assertRejects(() => failed, PropertyError);
    assert(message.includes("\n10\n"), message);
    const found = runs.findIndex(({ value }) => value >= 10);
    const isDirect = isShownBy.includes("direct");
    assertEquals(runs.slice(found + 1).some(({ modes }) => modes.length > 1), !isDirect);
    assertEquals(runs[found + 1]?.modes, ["direct"]);
  }
});

Deno.test("hold() fails alike for any number of workers, whoever is fast, and runs of one lane never go on at once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ seed: fc.integer(), workers: fc.integer({ min: 2, max: 6 }), least: fc.nat(1200) }),
      fc.scheduler(),
      async ({ seed, workers, least }, scheduler) => {
        const outcome = async (workers: number): Promise<unknown> => {
          const busy = new Set<number>();
          let most = 0;
          const predicate: Held<number>["predicate"] = async (value, { lane }) => {
            assert(lane < workers && !busy.has(lane), `lane ${lane} of ${workers}`);
            busy.add(lane);
            most = Math.max(most, busy.size);
            await scheduler.schedule(Promise.resolve());
            busy.delete(lane);
            if (value >= least) throw new Error(`${value} fails`);
          };
          const parameters = { seed, numRuns: 30 };
          const ended = hold(held(predicate), { fc, parameters, modes: MODES, workers });
          const error = await scheduler.waitFor(ended.then(() => undefined, (error: unknown) => error));
          assertEquals(most, workers);
          if (error === undefined) return undefined;
          assertInstanceOf(error, PropertyError);
          return [error.message, error.seed, error.path];
        };
        assertEquals(await outcome(workers), await outcome(1));
      },
    ),
    { numRuns: runs(30) },
  );
});

Deno.test("hold() runs on several workers the values that its failure tells, whatever the seed", async () => {
  const fails = held((value) => Promise.reject(new Error(`<${value}>`)));
  const failed = hold(fails, { fc, parameters: { endOnFailure: true }, modes: MODES, workers: 3 });
  const { message } = await assertRejects(() => failed, PropertyError);
  const [, ran, told] = /<(\d+)>[^]*\n(\d+)\n/.exec(message) ?? [];
  assertEquals([typeof ran, ran], ["string", told], message);
});

Deno.test("hold() waits for a run that is under way when fast-check's time is over", async () => {
  let ended = false;
  const predicate: Held<number>["predicate"] = async (_, { isOver }) => {
    while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 1));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    ended = true;
  };
  const parameters = { interruptAfterTimeLimit: 20, markInterruptAsFailure: true };
  await assertRejects(
    () => hold(held(predicate), { fc, parameters, modes: MODES }),
    PropertyError,
    "time ran out",
  );
  assert(ended);
});
