import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { CancelledError, PropertyError } from "../../../lib/errors.ts";
import type { ModeName } from "../../../lib/host/mod.ts";
import {
  type AnyHostProgram,
  defineHostProgram,
  Host,
  type HostContext,
  isHostProgram,
  isRunnable,
  loadProgram,
  MODE_NAMES,
  type ProgramOptions,
  programsOf,
} from "../../../lib/host/mod.ts";
import { type Failed, isProgram } from "../../../lib/program/mod.ts";
import type { Span } from "../../../lib/simulator/mod.ts";
import { checkEquivalence } from "../../../lib/testing/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { runs } from "../../contracts/soak.ts";
import * as guests from "../../guests/host_programs.ts";
import { counter } from "../../guests/programs.ts";

const { failing, outer, slow, teller, uneven } = guests;
const module = import.meta.resolve("../../guests/host_programs.ts");

async function run(
  host: Host,
  program: AnyHostProgram,
  options: Omit<ProgramOptions, "mode"> & { mode?: ProgramOptions["mode"] },
) {
  return await within(20, host.run(program, { mode: "direct", ...options }));
}

Deno.test("Host.run() tells a host program its settings and judges what comes out", async () => {
  await using host = new Host();
  const said: string[] = [];
  for (const mode of MODE_NAMES) {
    const progress = (text: string) => void said.push(text);
    const { ms, ...report } = await run(host, teller, { mode, seed: 5, parameters: { loud: true }, progress });
    const told = { label: "A B", count: 2, variant: "short", seed: 5 };
    assertEquals<unknown>(report, {
      program: "teller",
      mode,
      transport: { direct: "model", thread: "shared", process: "pipe" }[mode],
      variant: "short",
      outcome: { ...told, mode },
      independent: { ...told, mode: undefined },
      expected: null,
      right: null,
      ok: true,
      verdict: "right",
      returned: {},
      errors: [],
      places: [],
      tables: [{ title: "Rows", columns: ["label", "power", "third"], rows: [["a b", 1, 0], ["a b", 10, 1 / 3]] }],
    });
    assert(ms >= 0);
  }
  assertEquals(said, ["row 2", "row 2", "row 2"]);
});

Deno.test("defineHostProgram() has the defaults of defineProgram()", async () => {
  const spec = {
    name: "plain-main",
    claim: "It is 1.",
    module,
    main: () => Promise.resolve({ outcome: 1 }),
    expected: () => [1],
  };
  const plain = defineHostProgram(spec);
  const twins = defineHostProgram({ ...spec, variants: ["plain", "odd"], specimens: ["odd"] });
  assertEquals([plain.variants, plain.parameters, plain.isHoldfastProgram], [["plain"], {}, true]);
  await using host = new Host();
  const of = async (variant: string) => (await run(host, twins, { variant })).independent;
  assertEquals([await of("plain"), await of("odd")], [1, null]);
  assertEquals((await run(host, plain, {})).tables, []);
  assertEquals((await run(host, { ...plain, expected: () => [2] }, {})).ok, false);
});

Deno.test("Programs of both kinds are told apart, loaded and found by name", async () => {
  for (
    const [value, kinds] of [[teller, [false, true, true]], [counter, [true, false, true]], [{}, [false, false, false]]]
  ) {
    assertEquals([isProgram(value), isHostProgram(value), isRunnable(value)], kinds);
  }
  assertEquals(programsOf({ teller, counter, other: 1, programs: [outer] }), [teller, counter, outer]);
  const loaded = await loadProgram(module, { name: "teller" });
  await using host = new Host();
  assertEquals((await host.run(loaded, { mode: "direct", parameters: { count: 1 } })).ok, true);
});

Deno.test("Host.run() refuses a host program before its main is called", async () => {
  const main = () => Promise.reject(new Error("main is called"));
  const still = { ...teller, main };
  const refused: [Partial<ProgramOptions>, typeof RangeError | typeof TypeError, string][] = [
    [{ parameters: { label: "refused" } }, RangeError, "label is refused, another one is wanted"],
    [{ parameters: { label: "a\0b" } }, RangeError, "a text without the character NUL is wanted"],
    [{ parameters: { label: 5 } }, RangeError, "label is 5, a text"],
    [{ parameters: { count: 5 } }, RangeError, "count is 5"],
    [{ variant: "other" }, RangeError, "variant other"],
    [{ timeout: 0 }, RangeError, "a timeout of 0 s"],
    [{ mode: "fibre" as ModeName }, RangeError, "in fibre mode"],
    [{ script: [] }, TypeError, "its main runs on the host"],
  ];
  const host = new Host();
  for (const [options, error, message] of refused) await assertRejects(() => run(host, still, options), error, message);
  await host.close();
  await assertRejects(() => run(host, still, {}), TypeError, "the host is closed");
});

Deno.test("What main throws is the outcome, with its stack and its cause", async () => {
  await using host = new Host();
  const messages = {
    error: ["TypeError", "it is odd"],
    value: ["thrown value", "7"],
    nothing: ["TypeError", "Cannot read the outcome"],
  };
  for (const [variant, [name = "", message = ""]] of Object.entries(messages)) {
    const { outcome, ok, errors: [far], independent } = await run(host, failing, { variant });
    const { failed: [failure] } = outcome as Failed;
    assertEquals([ok, failure?.task, failure?.error, far?.name, independent], [false, "main", name, name, outcome]);
    assertStringIncludes(failure?.message ?? "", message);
    if (variant === "error") {
      assertEquals([far?.cause?.name, far?.stack.includes("host_programs.ts")], ["RangeError", true]);
    }
  }
});

Deno.test("A host program runs others on its host, and its observer sees them", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    assert((await run(host, outer, { mode, observe: (span) => void spans.push(span) })).ok);
    assertEquals(new Set(spans.map(({ lane }) => lane)), new Set(["task0", "task1"]));
  }
});

Deno.test("The signal is aborted when the time is over; main ends by itself or is left behind", async () => {
  await using host = new Host();
  const ends = await Promise.all(["throws", "returns", "never"].map(async (variant) => {
    const { outcome } = await run(host, slow, { mode: "thread", variant, timeout: 0.05 });
    return outcome === "told"
      ? outcome
      : (outcome as Failed).failed.map(({ task, error }) => `${task} ${error}`).join();
  }));
  assertEquals(ends, ["main GuestTimeoutError", "told", "main GuestTimeoutError"]);
});

Deno.test("A main whose work was canceled because the time is over says that; what else it throws stays", async () => {
  await using host = new Host();
  const wanted = [[new CancelledError("Cannot go on"), "GuestTimeoutError"], [new RangeError("odd"), "RangeError"]];
  for (const [thrown, error] of wanted) {
    const cancelled: AnyHostProgram = {
      ...slow,
      main: ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(thrown))),
    };
    const { outcome } = await run(host, cancelled, { timeout: 0.01 });
    assertEquals((outcome as Failed).failed[0]?.error, error);
    const early: AnyHostProgram = { ...slow, main: () => Promise.reject(thrown) };
    const { outcome: own } = await run(host, early, { timeout: 10 });
    assertEquals((own as Failed).failed[0]?.error, (thrown as Error).name);
  }
});

Deno.test("The signal is aborted when the host is closed", async () => {
  for (const [variant, died] of [["throws", true], ["returns", false], ["never", true]] as const) {
    const host = new Host();
    const begun = Promise.withResolvers<void>();
    const running = run(host, slow, { variant, progress: () => begun.resolve() });
    await begun.promise;
    await host.close();
    const { outcome } = await running;
    if (died) assertEquals((outcome as Failed).failed[0]?.error, "GuestDiedError");
    else assertEquals(outcome, "told");
  }
});

Deno.test("Nobody hears of a main whose run is over", async () => {
  let left: HostContext | undefined;
  const leaving: AnyHostProgram = {
    ...slow,
    main(context) {
      left = context;
      context.progress("heard");
      return slow.main(context);
    },
  };
  await using host = new Host();
  const heard: unknown[] = [];
  const options = { variant: "never", timeout: 0.01, progress: (text: string) => void heard.push(text) };
  await run(host, leaving, { ...options, observe: (span) => void heard.push(span) });
  left?.progress("too late");
  left?.observe?.({ lane: "main", name: "running", started: 0, finished: 1, t: 1 });
  assertEquals(heard, ["heard", "at work"]);
});

Deno.test("checkEquivalence() takes host programs, and fails one that differs by mode", async () => {
  await checkEquivalence(teller, { fc, variants: ["short"], numRuns: runs(5) });
  await checkEquivalence({ module, name: "outer" }, { fc, numRuns: 1 });
  const { mode } = await assertRejects(() => checkEquivalence(uneven, { fc, numRuns: 1 }), PropertyError);
  assertEquals(mode, "thread");
});
