import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { PropertyError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
import { bank } from "../../lib/programs/mod.ts";
import { cell } from "../../lib/sync/mod.ts";
import { checkEquivalence, type ProgramCheckOptions, type ProgramReference } from "../../lib/testing/mod.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";
import { overflowing, rememberer, spotter } from "../guests/uneven_programs.ts";

const module = import.meta.resolve("../guests/uneven_programs.ts");

/** The error of a check that fails; its replay fails at once, alike. */
async function failureOf(
  program: AnyProgram | ProgramReference,
  options: Omit<ProgramCheckOptions, "fc">,
): Promise<PropertyError> {
  const error = await assertRejects(() => checkEquivalence(program, { fc, ...options }), PropertyError);
  const { seed, path, mode } = error;
  assertStringIncludes(error.message, `Replay it: checkEquivalence(program, { ..., seed: ${seed}, path: "${path}" })`);
  const again = await assertRejects(() => checkEquivalence(program, { fc, ...options, seed, path }), PropertyError);
  assertStringIncludes(again.message, "Counterexample after 1 run, ");
  assertEquals({ seed: again.seed, mode: again.mode }, { seed, mode });
  return error;
}

Deno.test("checkEquivalence() passes a program in all modes, over its variants and parameters", async () => {
  await using host = new Host();
  const parameters = { pause: fc.constantFrom(0, 0.001) };
  await checkEquivalence(bank, { fc, host, parameters, numRuns: runs(4) });
  await checkEquivalence({ module: import.meta.resolve("../../lib/programs/bank.ts"), name: "bank" }, {
    fc,
    host,
    parameters,
    variants: ["locked"],
    numRuns: 1,
  });
});

Deno.test("checkEquivalence() makes parameters, variants and seeds from the program's own tables", async () => {
  const seen: { amount: number; loud: boolean; share: number; kind: string; variant: string; seed: number }[] = [];
  const program = {
    ...overflowing,
    expected: ({ parameters, variant, seed }: Parameters<AnyProgram["expected"]>[0]) => {
      seen.push({ ...parameters, variant, seed } as unknown as typeof seen[0]);
      return () => true;
    },
    module: undefined,
  };
  await checkEquivalence(program, { fc, numRuns: 200 });
  assert(seen.every(({ amount, share }) => amount >= 0 && amount <= 100 && share >= 0 && share <= 1));
  for (const key of ["amount", "loud", "share", "kind", "variant", "seed"] as const) {
    const values = new Set(seen.map((one) => one[key]));
    const most = { loud: 2, kind: 2, variant: 2 }[key as string];
    assert(most === undefined ? values.size > 10 : values.size === most, `${key}: ${values.size} values`);
  }
});

Deno.test("checkEquivalence() fails a program that asks where it runs", async () => {
  const error = await failureOf(spotter, { modes: ["direct", "thread"], seed: 1, numRuns: 3 });
  assertEquals(error.mode, "thread");
  assertStringIncludes(error.message, `checkEquivalence failed for spotter of ${module}: `);
  assertStringIncludes(
    error.message,
    "0 in direct mode, 1 in thread mode with fresh guests; expected equality, since it does not depend on the schedule",
  );
});

for (const mode of ELSEWHERE) {
  Deno.test(`checkEquivalence() fails a program that remembers in its module: a warm ${mode} differs`, async () => {
    const error = await failureOf({ module, name: rememberer.name }, { modes: [mode], seed: 1, numRuns: 3 });
    assertEquals(error.mode, mode);
    assertStringIncludes(error.message, `0 in ${mode} mode with fresh guests, `);
    assertStringIncludes(error.message, ` in ${mode} mode with warm guests; `);
  });
}

Deno.test("checkEquivalence() fails an outcome that is not declared, and shrinks to the least parameters", async () => {
  const error = await failureOf(overflowing, { modes: ["direct"], seed: 1 });
  assertStringIncludes(error.message, "outcome 6 in direct mode; expected a declared outcome\n");
  assertStringIncludes(error.message, "amount: 6");
  assertStringIncludes(error.message, 'variant: "plain"');
});

Deno.test("checkEquivalence() gives the same failure for any number of workers, and passes what passes with one", async () => {
  const fails = async (program: AnyProgram, workers: number) => {
    const error = await failureOf(program, { modes: ["direct", "thread"], seed: 4, numRuns: 6, workers });
    return [error.message, error.path];
  };
  for (const program of [overflowing, spotter]) {
    assertEquals(await fails(program, 3), await fails(program, 1), program.name);
  }
  await checkEquivalence(bank, { fc, parameters: { pause: fc.constant(0) }, numRuns: runs(3), workers: 3 });
});

Deno.test("checkEquivalence() refuses what it cannot check", async () => {
  const homeless = defineProgram({
    name: "homeless",
    claim: "It has no module.",
    shared: () => ({ value: cell() }),
    tasks: () => [{ name: "only", run: ({ value }) => value.load() }],
    outcome: ({ value }) => value.load(),
    expected: () => [0],
  });
  await checkEquivalence(homeless, { fc, numRuns: 2 });
  const cases: [AnyProgram, Omit<ProgramCheckOptions, "fc">, string][] = [
    [homeless, { modes: ["direct", "thread"] }, "on homeless in thread mode: it has no module"],
    [homeless, { modes: [] }, "no mode is given"],
    [overflowing, { variants: ["third"] }, "variant third, one of its own (plain, other) is wanted"],
    [overflowing, { variants: [] }, "variant none"],
    [overflowing, { parameters: { size: fc.nat() } }, "parameter size, one of its own (amount, loud, share, kind)"],
  ];
  for (const [program, options, message] of cases) {
    await assertRejects(() => checkEquivalence(program, { fc, ...options }), TypeError, message);
  }
  for (const workers of [0, 1.5, 257]) {
    await assertRejects(
      () => checkEquivalence(homeless, { fc, workers }),
      RangeError,
      `on homeless: ${workers} workers`,
    );
  }
  await using host = new Host();
  const shared = checkEquivalence(homeless, { fc, host, workers: 2 });
  await assertRejects(() => shared, TypeError, "2 workers have one host");
});
