import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { GuestError, PropertyError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { checkEquivalence, type SystemCheckOptions } from "../../lib/testing/mod.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import type { Orders } from "../guests/testing_systems.ts";

const module = import.meta.resolve("../guests/testing_systems.ts");
const blocks = "holdfast:blocks";

const orders: fc.Arbitrary<Orders> = fc.record({
  wanted: fc.array(fc.tuple(fc.string(), fc.bigInt())).map((entries) => new Map(entries)),
  weights: fc.float64Array({ maxLength: 3 }),
});

/** The errors of a check that fails, and of its replay, which fails at once. */
async function failureOf(
  reference: { module: string; export: string; argument?: unknown },
  options: Omit<SystemCheckOptions, "fc">,
): Promise<{ error: PropertyError; again: PropertyError }> {
  const error = await assertRejects(() => checkEquivalence(reference, { fc, ...options }), PropertyError);
  const { seed, path } = error;
  assertStringIncludes(error.message, `of ${reference.module}: `);
  assertStringIncludes(error.message, "Counterexample after ");
  assertStringIncludes(error.message, "delegated: { period: ");
  assertStringIncludes(
    error.message,
    `Replay it: checkEquivalence(reference, { ..., seed: ${seed}, path: "${path}" })`,
  );
  const again = await assertRejects(() => checkEquivalence(reference, { fc, ...options, seed, path }), PropertyError);
  assertStringIncludes(again.message, "Counterexample after 1 run, ");
  assertEquals(
    { seed: again.seed, row: again.row, port: again.port, mode: again.mode },
    { seed, row: error.row, port: error.port, mode: error.mode },
  );
  return { error, again };
}

Deno.test("checkEquivalence() passes blocks and diagrams of several rates in all modes", async () => {
  await using host = new Host();
  const numRuns = runs(3);
  await checkEquivalence({ module: blocks, export: "integrator", argument: { period: 0.1, size: 2 } }, {
    fc,
    host,
    numRuns,
  });
  await checkEquivalence({ module, export: "multiRate" }, { fc, host, numRuns });
  await checkEquivalence({ module, export: "mortal", argument: { last: 4 } }, { fc, host, numRuns });
});

Deno.test("checkEquivalence() passes abstract values in all modes", async () => {
  await checkEquivalence({ module, export: "collector" }, { fc, inputs: { orders }, numRuns: runs(3) });
});

Deno.test("checkEquivalence() takes arbitraries for inputs, periods and offsets", async () => {
  const seen: number[] = [];
  const timing = fc.double({ min: 0.01, max: 1, noNaN: true });
  await checkEquivalence({ module, export: "fragile" }, {
    fc,
    inputs: {
      u: fc.integer({ max: 5 }).map((u) => {
        seen.push(u);
        return u;
      }),
    },
    periods: timing,
    offsets: timing,
    steps: 3,
    modes: ["direct", "thread"],
    numRuns: runs(10),
  });
  assert(seen.length > 0);
});

Deno.test("checkEquivalence() fails a system that uses chance", async () => {
  const { error } = await failureOf({ module, export: "gambler" }, { modes: ["direct"], seed: 1 });
  assertEquals([error.port, error.row, error.mode, error.seed], ["y", 0, "direct", 1]);
  assertStringIncludes(error.message, "row 0 (t=0");
  assertStringIncludes(error.message, "port y: 0.");
  assertStringIncludes(error.message, " in direct mode, run again; expected equal values");
  assertEquals(error.causes, ["chance"]);
  assertStringIncludes(error.message, `Cause: chance (Math.random() at ${module}:`);
});

Deno.test("checkEquivalence() fails a system that reads the real clock", async () => {
  const { error } = await failureOf({ module, export: "clockReader" }, { modes: ["direct"], seed: 1 });
  assertEquals([error.port, error.row, error.causes], ["y", 0, ["clock"]]);
});

Deno.test("checkEquivalence() hands on what fast-check can be told; interrupted, it waits for the run that is under way", async () => {
  const u = fc.double({ max: 5, noNaN: true });
  const reference = { module, export: "fragile" };
  await checkEquivalence(reference, {
    fc,
    inputs: { u: fc.constant(0) },
    modes: ["direct"],
    numRuns: 9,
    unbiased: true,
  });
  const options = { fc, inputs: { u }, modes: ["direct"] as ModeName[], numRuns: 2 ** 30, interruptAfterTimeLimit: 0 };
  const error = await assertRejects(() => checkEquivalence(reference, options), PropertyError);
  assertStringIncludes(error.message, "time ran out before a run had ended");
});

Deno.test("checkEquivalence() fails a system that changes its state in place, or whose handler is async", async () => {
  for (const [name, is] of [["inPlace", "read only property"], ["late", "its handler returned a promise"]] as const) {
    const error = await assertRejects(
      () => checkEquivalence({ module, export: name }, { fc, modes: ["direct"] }),
      PropertyError,
    );
    assertStringIncludes(error.message, is);
  }
});

for (const mode of ELSEWHERE) {
  Deno.test(`checkEquivalence() fails a system that remembers in its module: a warm ${mode} differs`, async () => {
    const { error, again } = await failureOf({ module, export: "rememberer" }, { modes: [mode], numRuns: 3, seed: 1 });
    assertEquals([error.port, error.row, error.mode, error.causes], ["y", 0, mode, ["module state"]]);
    assertStringIncludes(error.message, `port y: 0 in ${mode} mode with a fresh guest, `);
    assertStringIncludes(again.message, `port y: 0 in ${mode} mode with a fresh guest, `);
    assertStringIncludes(again.message, `1 in ${mode} mode with a warm guest; `);
  });
}

for (
  const [name, modes, mode] of [
    ["threadSpotter", ["direct", "thread"], "thread"],
    ["threadSpotter", ["process", "direct", "thread"], "thread"],
    ["sandboxSpotter", ["direct", "process"], "process"],
  ] as [string, ModeName[], ModeName][]
) {
  Deno.test(`checkEquivalence() fails a system that asks where it runs: ${name} in ${modes.join(", ")}`, async () => {
    const { error } = await failureOf({ module, export: name }, { modes, numRuns: 5, seed: 1 });
    assertEquals([error.port, error.mode, error.causes], ["y", mode, ["realm"]]);
    assertStringIncludes(error.message, `port y: 0 in ${modes[0]} mode`);
    assertStringIncludes(error.message, `, 1 in ${mode} mode with a fresh guest; expected equal values`);
  });
}

Deno.test("checkEquivalence() names the component of a vector, and shows an abstract value", async () => {
  const options = { modes: ["direct", "thread"] as ModeName[], seed: 1 };
  const { error: inVector } = await failureOf(
    { module, export: "deepSpotter", argument: { abstractly: false } },
    options,
  );
  assertEquals(inVector.port, "v[2]");
  const { error: inBook } = await failureOf({ module, export: "deepSpotter", argument: { abstractly: true } }, options);
  assertEquals(inBook.port, "book");
  assertStringIncludes(inBook.message, "port book: { seen: [ 0, 0 ] } in direct mode, { seen: [ 0, 1 ] } in thread");
});

Deno.test("checkEquivalence() shrinks the inputs at which a system throws, and keeps what it threw", async () => {
  const error = await assertRejects(
    () => {
      const inputs = { u: fc.integer() };
      return checkEquivalence({ module, export: "fragile" }, { fc, modes: ["direct"], inputs, seed: 1 });
    },
    PropertyError,
  );
  assertEquals([error.row, error.port, error.mode], [undefined, undefined, undefined]);
  assertInstanceOf(error.cause, GuestError);
  assertStringIncludes(error.message, "a run threw GuestError: Cannot ");
  assertStringIncludes(error.message, "RangeError: 6 is too much; expected a run that ends");
  assertStringIncludes(error.message, "rows: { u: [ 6");
});

Deno.test("checkEquivalence() refuses what it cannot check", async () => {
  const cases: [string, Omit<SystemCheckOptions, "fc">, string][] = [
    ["collector", {}, "Cannot drive input orders: it is abstract"],
    ["fragile", { inputs: { x: fc.double() } }, "Cannot drive input x: there is no such input, one of (u) is wanted"],
    ["mute", {}, "it has no outputs"],
    ["fragile", { modes: [] }, "no mode is given"],
    ["fragile", { modes: ["moon" as ModeName] }, "the mode is moon"],
  ];
  for (const [name, options, message] of cases) {
    await assertRejects(() => checkEquivalence({ module, export: name }, { fc, ...options }), TypeError, message);
  }
  await assertRejects(() => checkEquivalence({ module, export: "fragile" }, { fc, steps: 0 }), RangeError, "0 steps");
});

Deno.test("checkEquivalence() leaves a host that it was handed open", async () => {
  await using host = new Host();
  const reference = { module: blocks, export: "gain", argument: { factor: 3 } };
  await checkEquivalence(reference, { fc, host, modes: ["thread"], numRuns: 2 });
  await checkEquivalence(reference, { fc, host, modes: ["thread"], numRuns: 2 });
});
