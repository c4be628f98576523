import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { GuestError, GuestStuckError } from "../../../lib/errors.ts";
import type { ModeName } from "../../../lib/host/mod.ts";
import { Host, type HostOptions, loadProgram, MODE_NAMES, type ProgramReport } from "../../../lib/host/mod.ts";
import type { Span } from "../../../lib/simulator/mod.ts";
import { type AnyProgram, defineProgram, type Failed } from "../../../lib/program/mod.ts";
import { blocking, cell, type SharedCell } from "../../../lib/sync/mod.ts";
import { children } from "../../contracts/children.ts";
import { within } from "../../contracts/deadline.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { runs } from "../../contracts/soak.ts";
import { untidy } from "../../guests/mortal_programs.ts";
import { counter } from "../../guests/programs.ts";
import {
  endless,
  fails,
  FAILURES,
  misshapen,
  returns,
  UNCLONEABLE,
  uneven,
  unevenParameters,
  unfindable,
  VALUES,
} from "../../guests/result_programs.ts";

const SECONDS = 20;
const DELAYS = [0, 30, 400];
const isLong = runs(1) > 1;
type Options = Parameters<Host["run"]>[1];

async function run(host: Host, program: AnyProgram, options: Options): Promise<ProgramReport> {
  return await within(SECONDS, host.run(program, options));
}

function failuresOf({ outcome }: ProgramReport): Failed["failed"] {
  return (outcome as Partial<Failed>).failed ?? [];
}

for (const fresh of [false, true]) {
  Deno.test(`a program has one outcome in all modes, with ${fresh ? "fresh" : "warm"} guests`, async () => {
    await using host = new Host({ fresh });
    const parameters = fc.record({
      tasks: fc.integer({ min: 1, max: 4 }),
      times: fc.nat(30),
      fair: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(parameters, fc.integer({ min: 0, max: 99 }), async (parameters, seed) => {
        const reports: ProgramReport[] = [];
        for (const mode of MODE_NAMES) reports.push(await run(host, counter, { mode, seed, parameters }));
        for (const { ok, errors, independent, expected } of reports) {
          assertEquals([ok, errors], [true, []]);
          assertEquals(independent, reports[0]!.independent);
          assertEquals([independent], expected);
        }
        assertEquals(reports.map(({ transport }) => transport), ["model", "shared", "pipe"]);
      }),
      { numRuns: runs(fresh ? 2 : 6, { soak: 40 }) },
    );
  });
}

Deno.test("direct mode: a run with a seed is the same each time", async () => {
  await using host = new Host();
  const lanes = async (seed: number) => {
    const seen: string[] = [];
    const observe = (
      { lane, name, started, finished }: { lane: string; name: string; started: number; finished: number },
    ) => void seen.push(`${lane} ${name} ${started} ${finished}`);
    await run(host, counter, { mode: "direct", seed, parameters: { tasks: 4, times: 20 }, observe });
    return seen;
  };
  for (const seed of [0, 7]) assertEquals(await lanes(seed), await lanes(seed));
});

Deno.test("several runs at once on one host do not meet", async () => {
  await using host = new Host();
  const reports = await Promise.all(
    [1, 2, 3].flatMap((times) =>
      MODE_NAMES.map((mode) => run(host, counter, { mode, parameters: { tasks: 2, times } }))
    ),
  );
  for (const { ok } of reports) assert(ok);
});

for (const mode of MODE_NAMES) {
  Deno.test(`${mode} mode: what a task returns arrives, if it can be cloned`, async () => {
    await using host = new Host();
    for (const [variant, value] of Object.entries(VALUES)) {
      const { outcome } = await run(host, returns, { mode, variant });
      const [arrived] = outcome as unknown[];
      if (variant === "error") assertEquals(causesOf(arrived), causesOf(value()));
      else assertEquals(arrived, value(), variant);
      if (variant === "minus zero") assert(Object.is((outcome as unknown[])[0], -0));
    }
  });
}

function causesOf(error: unknown): readonly unknown[] {
  return error instanceof Error ? [error.name, error.message, ...causesOf(error.cause)] : [error];
}

Deno.test("what a task must not return fails that task, with one message in all modes", async () => {
  await using host = new Host();
  for (const name of Object.keys(UNCLONEABLE)) {
    const [direct, ...others] = await failuresIn(host, returns, `no ${name}`);
    assertEquals(direct!.map(({ task, error }) => [task, error]), [["only", "UncloneableError"]], name);
    for (const other of others) assertEquals(other, direct, name);
  }
});

Deno.test("what a task throws arrives, with one message in all modes, and the others end well", async () => {
  await using host = new Host();
  for (const variant of fails.variants) {
    const [direct, ...others] = await failuresIn(host, fails, variant);
    assertEquals(direct!.map(({ task }) => task), ["failing"], variant);
    for (const other of others) assertEquals(other, direct, variant);
    const { message } = direct![0]!;
    assert(
      message !== "" && (variant in FAILURES || message.startsWith("Cannot ") || variant === "before its first step"),
      `${variant}: ${message}`,
    );
  }
});

async function failuresIn(host: Host, program: AnyProgram, variant: string): Promise<Failed["failed"][]> {
  const all: Failed["failed"][] = [];
  for (const mode of MODE_NAMES) all.push(failuresOf(await run(host, program, { mode, variant })));
  return all;
}

Deno.test("the causes of a failure arrive in all modes", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { errors: [error] } = await run(host, fails, { mode, variant: "error with a cause" });
    assertEquals([error?.name, error?.message, error?.cause?.message, error?.cause?.cause?.message], [
      "TypeError",
      "the outer",
      "the inner",
      "the core",
    ]);
    assertStringIncludes(error!.stack, "result_programs.ts");
  }
});

for (const mode of ELSEWHERE) {
  for (const variant of endless.variants) {
    Deno.test(`${mode} mode: the timeout of a run ends it (${variant})`, async () => {
      // A thread that computes for ever ends with its process only.
      if (mode === "thread" && variant.endsWith("computes")) return;
      const before = await children();
      const host = new Host();
      try {
        // Two guests are there when the time begins to count.
        await run(host, fails, { mode });
        const failed = failuresOf(await run(host, endless, { mode, variant, timeout: 0.4 }));
        const names = variant === "one computes" ? ["b"] : ["a", "b"];
        assertEquals(failed.map(({ task, error }) => [task, error]), names.map((name) => [name, "GuestTimeoutError"]));
        assert((await run(host, counter, { mode })).ok);
      } finally {
        await within(SECONDS, host.close());
      }
      assertEquals((await children()).filter((pid) => !before.includes(pid)), []);
    });
  }
}

Deno.test("direct mode: the timeout of a run ends it", async () => {
  await using host = new Host();
  for (const variant of ["sleeps", "polls", "one waits"]) {
    const failed = failuresOf(await run(host, endless, { mode: "direct", variant, timeout: 0.05 }));
    assertEquals(failed.map(({ error }) => error), ["GuestTimeoutError", "GuestTimeoutError"]);
  }
});

Deno.test("thread mode: a thread that computes for ever gets a GuestTimeoutError, and the host's end says that it is stuck", async () => {
  const script = new URL("../../guests/stuck_run.ts", import.meta.url).href;
  const { stdout, code } = await within(
    SECONDS,
    new Deno.Command(Deno.execPath(), { args: ["run", "--quiet", "--no-check", "-A", script], stderr: "inherit" })
      .output(),
  );
  const told = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([told, code], [{ failed: [["b", "GuestTimeoutError"]], next: true, closing: GuestStuckError.name }, 7]);
});

for (const mode of ELSEWHERE) {
  Deno.test(`${mode} mode: the end of a host ends its runs, whatever their tasks do, and leaves nobody`, async () => {
    const before = await children();
    const variants = ["sleeps", "polls", "waits", "mixed", ...mode === "process" ? ["computes"] : []];
    for (const [index, variant] of variants.entries()) {
      // While guests start, while they begin, while they are at work.
      for (const delay of isLong ? DELAYS : DELAYS.slice(index % DELAYS.length).slice(0, 1)) {
        const host = new Host();
        const running = run(host, endless, { mode, variant }).then(failuresOf, (error) => [error]);
        await new Promise((resolve) => setTimeout(resolve, delay));
        await within(SECONDS, host.close());
        for (const { name, error } of await within(SECONDS, running) as { name?: string; error?: string }[]) {
          assert(["GuestDiedError", "TypeError"].includes(error ?? name ?? ""), `${variant}: ${error ?? name}`);
        }
      }
    }
    assertEquals((await children()).filter((pid) => !before.includes(pid)), []);
  });

  Deno.test(`${mode} mode: a module that has another program there is refused`, async () => {
    await using host = new Host();
    for (const variant of uneven.variants) {
      const error = await assertRejects(() => run(host, uneven, { mode, variant }), GuestError);
      assertEquals([error.phase, error.mode], ["construct", mode]);
      assertStringIncludes(error.message, "Cannot run ");
    }
    await assertRejects(() => run(host, unevenParameters, { mode }), GuestError, "parameter extra");
    const error = await assertRejects(() => run(host, unfindable, { mode }), GuestError, "exports no such program");
    assertEquals(error.phase, "construct");
    const missing: AnyProgram = { ...counter, module: import.meta.resolve("../../guests/no such file.ts") };
    await assertRejects(() => run(host, missing, { mode }), GuestError);
    assert((await run(host, counter, { mode })).ok);
  });

  Deno.test(`${mode} mode: a program that does not say where it is exported is refused`, async () => {
    await using host = new Host();
    await assertRejects(
      () => run(host, { ...counter, module: undefined }, { mode }),
      TypeError,
      "import.meta.url is wanted",
    );
  });

  Deno.test(`${mode} mode: a warm guest runs as a fresh one, whatever the last task left behind`, async () => {
    await using host = new Host();
    for (const variant of untidy.variants) {
      for (let time = 0; time < 2; time++) {
        const { outcome } = await run(host, untidy, { mode, variant });
        assertEquals((outcome as { count: number }).count, 2, variant);
        assert((await run(host, counter, { mode, parameters: { times: 3 } })).ok, variant);
      }
    }
  });
}

Deno.test("Host.run() refuses what makes no sense, at once", async () => {
  await using host = new Host();
  const refused: [AnyProgram, Partial<Options>, typeof RangeError | typeof TypeError, string][] = [
    [misshapen.nobody, {}, TypeError, "its tasks are named nothing"],
    [misshapen.twins, {}, TypeError, "its tasks are named a, a"],
    [counter, { timeout: 0 }, RangeError, "a timeout of 0 s"],
    [counter, { timeout: NaN }, RangeError, "a timeout of NaN s"],
    [counter, { timeout: 1e9 }, RangeError, "a timeout of 1000000000 s"],
    [counter, { variant: "other" }, RangeError, "variant other"],
    [counter, { seed: 0.5 }, RangeError, "seed 0.5"],
    [counter, { parameters: { speed: 1 } }, RangeError, "parameter speed"],
    [counter, { parameters: { tasks: 0 } }, RangeError, "tasks is 0"],
    [counter, { mode: "fibre" as ModeName }, RangeError, "in fibre mode"],
    [counter, { mode: "toString" as ModeName }, RangeError, "in toString mode"],
    [{} as AnyProgram, {}, TypeError, "it is no program"],
    [undefined as unknown as AnyProgram, {}, TypeError, "it is no program"],
  ];
  for (const mode of MODE_NAMES) {
    for (const [program, options, error, message] of refused) {
      await assertRejects(() => run(host, program, { mode, ...options } as Options), error, message);
    }
  }
});

Deno.test("Host.run() refuses to run where the host is closed", async () => {
  const host = new Host();
  await host.close();
  for (const mode of MODE_NAMES) {
    await assertRejects(() => run(host, counter, { mode }), TypeError, "the host is closed");
  }
});

Deno.test("a thing whose run has ended throws a StateError, and changes nothing", async () => {
  let left: { readonly n: SharedCell<"i32"> } | undefined;
  const seen: string[] = [];
  const leaky = defineProgram({
    name: "leaky",
    claim: "It leaves a thing behind.",
    shared: (_settings) => ({ n: cell() }),
    *outcome({ n }) {
      return yield* n.load();
    },
    tasks: (_settings) => [{
      name: "only",
      *run(shared) {
        if (left !== undefined) {
          const { n } = left;
          for (const use of [() => n.add(1), () => blocking(n).add(1)]) {
            try {
              use();
            } catch (error) {
              seen.push(`${(error as Error).name}: ${(error as Error).message}`);
            }
          }
        }
        left = shared;
        yield* shared.n.add(1);
      },
    }],
    expected: () => [1],
  });
  await using host = new Host();
  assert((await run(host, leaky, { mode: "direct" })).ok);
  assert((await run(host, leaky, { mode: "direct" })).ok);
  assertEquals(
    seen,
    ["steps", "a view"].map(() =>
      `StateError: Cannot use n (add): its run has ended, a thing of the present run is wanted`
    ),
  );
});

Deno.test("loadProgram() finds a program by its module, and by its name where there are several", async () => {
  const module = import.meta.resolve("../../guests/result_programs.ts");
  assertEquals((await loadProgram(module, { name: "returns" })).name, "returns");
  assertEquals((await loadProgram(import.meta.resolve("../../guests/crowd.ts"))).name, "crowd");
  await assertRejects(() => loadProgram(module), TypeError, "it exports 6 programs (endless, ");
  await assertRejects(() => loadProgram(module, { name: "other" }), TypeError, "exports no such program");
  await assertRejects(() => loadProgram("not a url"), TypeError, "it is no URL");
  await assertRejects(
    () => loadProgram(import.meta.resolve("../../contracts/soak.ts")),
    TypeError,
    "it exports no program",
  );
  await assertRejects(() => loadProgram(import.meta.resolve("./none.ts")), GuestError);
});

for (const mode of MODE_NAMES) {
  Deno.test(`${mode} mode: the lanes of a run have no gaps, and say what a task waits for`, async () => {
    const spans = new Map<string, { name: string; started: number; finished: number }[]>();
    await using host = new Host({ permissions: { run: true } } satisfies HostOptions);
    const observe = ({ lane, name, started, finished, holds }: Span) => {
      // What a task holds lies beside what it does.
      if (holds !== undefined) return;
      spans.set(lane, [...spans.get(lane) ?? [], { name, started, finished }]);
    };
    const { observedProgram } = await import("../../guests/observed_program.ts");
    await run(host, observedProgram, { mode, observe });
    assertEquals(
      [...spans.keys()].sort(),
      ["holder", "sleeper", "victim", "waiter"],
    );
    for (const [lane, all] of spans) {
      for (const [index, { started, finished }] of all.entries()) {
        assert(started <= finished, lane);
        if (index > 0) assertEquals(started, all[index - 1]!.finished, lane);
      }
    }
    // The holder keeps the lock, and the sleeper sleeps, for 100 ms.
    for (const [lane, name] of [["waiter", "guard.acquire"], ["sleeper", "sleep"]] as const) {
      const took = spans.get(lane)!.filter((span) => span.name === name).map((span) => span.finished - span.started);
      assert(took.some((ms) => ms > 90), `${lane}: ${took}`);
    }
  });
}
