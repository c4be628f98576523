import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import { MODE_NAMES } from "../../../lib/host/mod.ts";
import { programs } from "../../../lib/programs/mod.ts";
import { isHostProgram, settingsOf } from "../../../mod.ts";
import { UsageError } from "../../../scripts/command/arguments.ts";
import { ownFlags } from "../../../scripts/run/own_flags.ts";
import { readRequest, type Request, USAGE } from "../../../scripts/run/request.ts";
import { distance } from "../../../scripts/run/target.ts";
import { runs } from "../../contracts/soak.ts";

async function request(...args: readonly string[]): Promise<Request> {
  const found = await readRequest(args);
  assert(typeof found !== "string");
  return found;
}

Deno.test("readRequest() gives one program with the defaults, wherever its name stands", async () => {
  const defaults = {
    all: false,
    modes: ["direct"],
    engine: undefined,
    seed: 0,
    timeout: 60,
    lanes: false,
    trace: undefined,
    json: false,
    width: 80,
  };
  const { subjects, ...rest } = await request("lock");
  assertEquals(rest as unknown, defaults);
  assertEquals(subjects.map(({ program, variant, parameters }) => [program.name, variant, parameters]), [
    ["lock", "plain", {}],
  ]);
  for (
    const args of [["--mode", "all", "--seed=5", "lock", "--tasks", "3"], [
      "lock",
      "--tasks=3",
      "--mode=all",
      "--seed",
      "5",
    ]]
  ) {
    const { subjects: [subject], modes, seed } = await request(...args);
    assertEquals([modes, seed, subject?.parameters], [MODE_NAMES, 5, { tasks: 3 }]);
  }
});

Deno.test("readRequest() asks for help wherever it is asked", async () => {
  for (const args of [["--help"], ["-h"], ["--bogus", "--help"], ["--all", "-h"]]) {
    assertEquals(await readRequest(args), USAGE);
  }
  for (
    const flag of [
      "--all",
      "--variant V",
      "--mode MODES",
      "--seed S",
      "--timeout SEC",
      "--lanes",
      "--trace FILE",
      "--json",
    ]
  ) {
    assert(USAGE.includes(`\n  ${flag} `), flag);
  }
  const [, example = ""] = /^Example: deno task run (.*)$/m.exec(USAGE) ?? [];
  assertEquals((await request(...example.split(" "))).subjects[0]?.parameters, { tasks: 4 });
});

Deno.test("The help text of every program has an example that makes sense", async () => {
  for (const { name } of programs) {
    const text = await readRequest([name, "--help"]);
    assert(typeof text === "string");
    const [, example = ""] = /^Example: deno task run (.*)$/m.exec(text) ?? [];
    assertEquals((await request(...example.split(" "))).subjects[0]?.program.name, name);
  }
});

Deno.test("Every parameter of every program is a flag that takes all of its range, and nothing else", async () => {
  const flags = programs.flatMap((program) => ownFlags(program, []).map((flag) => ({ program, ...flag })));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...flags), fc.double({ min: -10, max: 1e7, noNaN: true }), fc.boolean(), async (
      { program, flag, name, parameter },
      number,
      whole,
    ) => {
      const drawn = whole ? Math.round(number) : number;
      const value = "text" in parameter ? String(drawn) : drawn;
      const args = [program.name, `${flag}=${value}`];
      let settings: ReturnType<typeof settingsOf> | undefined;
      try {
        settings = settingsOf(program, { parameters: { [name]: value } });
        if (isHostProgram(program)) program.validate(settings);
      } catch (error) {
        assertInstanceOf(error, RangeError);
        const { message } = await assertRejects(() => request(...args), UsageError);
        // What a program says to a text of the right kind is its own.
        const begin = settings === undefined ? `Cannot use ${flag} ` : `Cannot run ${program.name}: `;
        assert(message.startsWith(begin), message);
        return;
      }
      assertEquals((await request(...args)).subjects[0]?.parameters[name], settings.parameters[name]);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("readRequest() takes any list of arguments or refuses it in one sentence", async () => {
  const names = programs.map(({ name }) => name);
  const own = programs.flatMap((program) => ownFlags(program, []).map(({ flag }) => flag));
  const word = fc.oneof(
    fc.constantFrom(...names, ...own, "--mode", "all", "thread,process", "--seed", "--json", "--variant", "locked"),
    fc.constantFrom("0", "1", "0.5", "-1", "--", "lokc", "--trace"),
    fc.string({ unit: fc.constantFrom(...'ab1-=, \n\r\x1b"\\é') }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (args) => {
      try {
        await readRequest(args);
      } catch (error) {
        assertInstanceOf(error, UsageError);
        assert(/^Cannot (use|run) ?\P{Cc}+ wanted( once)?$/u.test(error.message), error.message);
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("distance() is a metric, and 1 for a slip of one letter or two neighbors", () => {
  const word = fc.string({ unit: fc.constantFrom(..."abc"), maxLength: 6 });
  fc.assert(
    fc.property(word, word, fc.nat(), fc.constantFrom(..."abc"), (one, other, place, letter) => {
      assertEquals(distance(one, one), 0);
      assertEquals(distance(one, other), distance(other, one));
      assert(distance(one, other) <= Math.max(one.length, other.length));
      assert(distance(one, other) >= Math.abs(one.length - other.length));
      const at = place % (one.length + 1);
      assertEquals(distance(one, one.slice(0, at) + letter + one.slice(at)), 1);
      const [first = "", second = ""] = one.slice(at, at + 2);
      const swapped = one.slice(0, at) + second + first + one.slice(at + 2);
      assertEquals(distance(one, swapped), one === swapped ? 0 : 1);
    }),
    { numRuns: runs(300) },
  );
});
