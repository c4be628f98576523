import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MODE_NAMES } from "../../../lib/host/mod.ts";
import { UsageError } from "../../../scripts/command/arguments.ts";
import type { Case } from "../../../scripts/sim/case.ts";
import { readFlags, USAGE } from "../../../scripts/sim/flags.ts";
import { runs } from "../../contracts/soak.ts";

const NUMBERS = {
  "--systems": { wanted: "an integer from 1 to 256 is wanted", least: 1, most: 256 },
  "--period": { wanted: "a number of seconds from 1e-9 to 1000000 is wanted", least: 1e-9, most: 1e6 },
  "--duration": { wanted: "a number of seconds from the period to 1000000 is wanted", least: 1e-9, most: 1e6 },
  "--rate": { wanted: "a number from 0 to 1000000000 is wanted", least: 0, most: 1e9 },
  "--timeout": { wanted: "a number of seconds from 1e-9 to 1000000 is wanted", least: 1e-9, most: 1e6 },
} as const;

const FLAGS = [...Object.keys(NUMBERS), "--mode", "--burn", "--trace", "--no-deterministic", "--print", "--json"];

function only(args: readonly string[]): Case {
  const [run, ...others] = readFlags(args)?.cases ?? [];
  assert(run !== undefined && others.length === 0);
  return run;
}

function sentence(args: readonly string[]): string {
  const { message } = assertThrows(() => readFlags(args), UsageError);
  assert(/^Cannot use .+ is wanted( once)?$/.test(message), message);
  return message;
}

Deno.test("readFlags() gives the six runs of the original where there are no arguments", () => {
  const request = readFlags([]);
  assertEquals(request?.cases.flatMap(({ modes }) => modes), [...MODE_NAMES, ...MODE_NAMES]);
  assertEquals(request?.cases.map(({ systems, period, duration }) => [systems, period, duration]), [
    [1, 0.1, 0.4],
    [5, 0.002, 1],
  ]);
  assertEquals(request?.own, false);
});

Deno.test("readFlags() gives one case with the defaults where there is any argument", () => {
  const defaults = { modes: MODE_NAMES, systems: 1, period: 0.1, duration: 0.4, rate: 1, print: false, burn: "wall" };
  assertEquals(readFlags(["--json"]), {
    cases: [{ ...defaults, deterministic: true } as Case],
    engine: undefined,
    timeout: undefined,
    trace: undefined,
    seeing: { csv: undefined, diagram: undefined, plot: false, profile: false, svg: undefined },
    json: true,
    own: true,
    width: 80,
  });
  assertEquals(only(["--no-deterministic"]).deterministic, false);
  assertEquals(only(["--mode", "process,direct"]).modes, ["process", "direct"]);
  assertEquals(only(["--period", "0.5"]).duration, 2);
});

Deno.test("readFlags() asks for help wherever it is asked", () => {
  for (const args of [["--help"], ["-h"], ["--bogus", "--help"], ["--period", "0", "-h"]]) {
    assertEquals(readFlags(args), undefined);
  }
  for (const flag of FLAGS) assert(USAGE.includes(`\n  ${flag} `), flag);
});

Deno.test("readFlags() takes numbers within their bounds", () => {
  const seconds = fc.double({ min: 1e-9, max: 1e6, noNaN: true });
  const rate = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 256 }), seconds, seconds, rate, (systems, one, other, rate) => {
      const [period, duration] = one < other ? [one, other] : [other, one];
      const args = ["--systems", `${systems}`, `--duration=${duration}`, "--period", `${period}`, "--rate", `${rate}`];
      const run = only([...args, "--timeout", `${duration}`]);
      assertEquals([run.systems, run.period, run.duration, run.rate + 0], [systems, period, duration, rate + 0]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("readFlags() refuses any other text where a number is wanted, and says which flag and what it takes", () => {
  const beyond = fc.double().filter((value) => !(value >= 1 && value <= 256) || !Number.isInteger(value));
  const odd = fc.constantFrom(
    "",
    " ",
    "1 ",
    " 1",
    "0x10",
    "1_0",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1,5",
    "1s",
    "1.5",
    "2.5e1x",
    ".",
  );
  const texts = fc.oneof(odd, fc.string(), beyond.map(String));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]), texts, (flag, text) => {
      const { wanted, least, most } = NUMBERS[flag];
      const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
      const shortest = flag === "--duration" ? ["--period", "1e-9"] : [];
      const longest = flag === "--period" ? ["--duration", "1e6"] : [];
      fc.pre(!(number >= least && number <= most && (flag !== "--systems" || Number.isInteger(number))));
      const message = sentence([`${flag}=${text}`, ...shortest, ...longest]);
      assert(message.startsWith(`Cannot use ${flag} `) && message.endsWith(wanted), message);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("readFlags() refuses part of a system", () => {
  assertEquals(sentence(["--systems", "1.5"]), "Cannot use --systems 1.5: an integer from 1 to 256 is wanted");
  assertEquals(only(["--systems", "2.0"]).systems, 2);
});

Deno.test("readFlags() refuses a duration shorter than the period, the default one too", () => {
  assertEquals(
    sentence(["--period", "0.5", "--duration", "0.49"]),
    "Cannot use --duration 0.49: it is shorter than the period 0.5, " +
      "a number of seconds from the period to 1000000 is wanted",
  );
  assertEquals(only(["--period", "0.5", "--duration", "0.5"]).duration, 0.5);
});

Deno.test("readFlags() refuses modes and burns that do not exist, none, and the same twice", () => {
  const modes = "one of direct, thread, process, or several of them, each once, with commas between, is wanted";
  for (const text of ["fork", "", ",", "direct,", "direct,direct", "direct thread", "Direct", "direct, thread"]) {
    assertEquals(
      sentence([`--mode=${text}`]),
      `Cannot use --mode ${/^[\w,]+$/.test(text) ? text : `"${text}"`}: ${modes}`,
    );
  }
  for (const text of ["gpu", "wall,cpu", "Wall"]) {
    assertEquals(sentence(["--burn", text]), `Cannot use --burn ${text}: one of wall, cpu, none is wanted`);
  }
  assertEquals(sentence(["--trace="]), 'Cannot use --trace "": a file to write is wanted');
});

Deno.test("readFlags() takes any list of arguments or refuses it in one sentence", () => {
  const word = fc.oneof(
    fc.constantFrom(...FLAGS, "direct", "thread,process", "wall", "0", "1", "0.5", "-1", "abc"),
    fc.string({ unit: fc.constantFrom(...'ab1-=, \n\r\x1b"\\é') }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (args) => {
      try {
        readFlags(args);
      } catch (error) {
        assertInstanceOf(error, UsageError);
        assert(/^Cannot use \P{Cc}+ is wanted( once)?$/u.test(error.message), error.message);
      }
    }),
    { numRuns: runs(200) },
  );
});
