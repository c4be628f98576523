import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { PropertyError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { checkZeroOrderHold } from "../../lib/testing/mod.ts";
import { runs } from "../contracts/soak.ts";

const module = import.meta.resolve("../guests/testing_systems.ts");
const blocks = "holdfast:blocks";

Deno.test("checkZeroOrderHold() passes blocks in all modes", async () => {
  await using host = new Host();
  const numRuns = runs(10);
  for (
    const [name, argument] of [
      ["gain", { factor: 2 }],
      ["integrator", { period: 0.1, offset: 0.05 }],
      ["delay", { period: 1 / 30, size: 3, steps: 2 }],
      ["busy", { period: 0.25, burn: "none" }],
      ["clock", undefined],
    ] as const
  ) {
    await checkZeroOrderHold({ module: blocks, export: name, argument }, { fc, host, numRuns });
  }
});

Deno.test("checkZeroOrderHold() passes diagrams of several rates, abstract values and systems that end themselves", async () => {
  await using host = new Host();
  const options = { fc, host, numRuns: runs(20) };
  await checkZeroOrderHold({ module, export: "multiRate" }, options);
  const weights = fc.float64Array({ maxLength: 3 });
  const wanted = fc.array(fc.tuple(fc.string(), fc.bigInt())).map((entries) => new Map(entries));
  await checkZeroOrderHold({ module, export: "collector" }, {
    ...options,
    inputs: { orders: fc.record({ wanted, weights }) },
  });
  await checkZeroOrderHold({ module, export: "mortal", argument: { last: 4 } }, options);
  const systems = import.meta.resolve("../guests/systems.ts");
  await checkZeroOrderHold({ module: systems, export: "delegating", argument: { period: 0.1 } }, options);
});

for (
  const [name, modes] of [
    ["gambler", ["direct"]],
    ["clockReader", ["thread"]],
    ["rememberer", ["direct", "process"]],
    ["threadSpotter", ["direct", "thread"]],
    ["sandboxSpotter", ["direct", "process"]],
  ] as [string, ModeName[]][]
) {
  Deno.test(`checkZeroOrderHold() fails ${name} and says how to replay it`, async () => {
    const options = { fc, modes, numRuns: 5 };
    const check = (more: { seed: number; path?: string }) =>
      assertRejects(() => checkZeroOrderHold({ module, export: name }, { ...options, ...more }), PropertyError);
    const error = await check({ seed: 3 });
    const { seed, path } = error;
    assertEquals([error.port, error.mode, seed], ["y", modes.at(-1), 3]);
    assertStringIncludes(
      error.message,
      `checkZeroOrderHold failed for ${name} of ${module}: row ${error.row} (t=`,
    );
    assertStringIncludes(error.message, " by the law, ");
    assertStringIncludes(error.message, ` in ${modes.at(-1)} mode; expected equal values`);
    assertStringIncludes(
      error.message,
      `Replay it: checkZeroOrderHold(reference, { ..., seed: ${seed}, path: "${path}" })`,
    );
    assertStringIncludes((await check({ seed, path })).message, "Counterexample after 1 run, ");
  });
}

Deno.test("checkZeroOrderHold() fails a system that throws, with the cause", async () => {
  const error = await assertRejects(
    () => checkZeroOrderHold({ module, export: "fragile" }, { fc, modes: ["direct"], seed: 1 }),
    PropertyError,
  );
  assertInstanceOf(error.cause, RangeError);
});
