import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { quoted, readArguments, UsageError } from "../../../scripts/command/arguments.ts";
import { runs } from "../../contracts/soak.ts";

const grammar = { flags: { "--period": "a number", "--mode": "a mode" }, switches: ["--json", "--print"] };

Deno.test("readArguments() takes both forms of a flag, and values that begin with one dash", () => {
  const given = readArguments(["--period", "-1", "--json", "--mode=a=b"], grammar);
  assertEquals([...given], [["--period", "-1"], ["--mode", "a=b"], ["--json", ""]]);
  for (const empty of [["--mode", ""], ["--mode="]]) {
    assertEquals([...readArguments(empty, grammar)], [["--mode", ""]]);
  }
  assertEquals([...readArguments([], grammar)], []);
});

Deno.test("readArguments() refuses what it does not understand, in a sentence", () => {
  const all = "one of --period, --mode, --json, --print is wanted";
  for (
    const [args, message] of [
      [["--perio", "1"], `Cannot use --perio: there is no such flag, ${all}`],
      [["--no-json"], `Cannot use --no-json: there is no such flag, ${all}`],
      [["-p"], `Cannot use -p: there is no such flag, ${all}`],
      [["--"], `Cannot use --: there is no such flag, ${all}`],
      [["toString", "1"], `Cannot use toString: it is not a flag, ${all}`],
      [["direct"], `Cannot use direct: it is not a flag, ${all}`],
      [["--json", "yes"], "Cannot use --json with yes: it takes no value, --json alone is wanted"],
      [["a\nb"], `Cannot use "a\\nb": it is not a flag, ${all}`],
      [[""], `Cannot use "": it is not a flag, ${all}`],
      [["--json=yes"], "Cannot use --json with yes: it takes no value, --json alone is wanted"],
      [["--period", "1", "--period=1"], "Cannot use --period twice: it is there already, a number is wanted once"],
      [["--mode"], "Cannot use --mode: its value is missing, a mode is wanted"],
      [["--mode", "--json"], "Cannot use --mode: its value is missing, a mode is wanted"],
      [["--json", "--json"], "Cannot use --json twice: it is there already, --json is wanted once"],
    ] as const
  ) {
    const error = assertThrows(() => readArguments(args, grammar), UsageError);
    assertEquals(error.message, message);
  }
});

Deno.test("readArguments() reads back what was written, in any order and either form", () => {
  const value = fc.string().filter((text) => !text.startsWith("--"));
  fc.assert(
    fc.property(fc.option(value), fc.option(value), fc.boolean(), fc.boolean(), (period, mode, joined, json) => {
      const flag = (name: string, text: string | null) => {
        return text === null ? [] : joined ? [`${name}=${text}`] : [name, text];
      };
      const words = [flag("--period", period), json ? ["--json"] : [], flag("--mode", mode)];
      const expected = new Map([["--period", period], ["--json", json ? "" : null], ["--mode", mode]] as const);
      for (const order of [words, words.toReversed()]) {
        const given = readArguments(order.flat(), grammar);
        for (const [name, text] of expected) assertEquals(given.get(name) ?? null, text);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("quoted() leaves words alone and puts everything else on one line", () => {
  for (const word of ["0.1", "-1", "--period", "a,b", "/tmp/x.json", "1e+4"]) assertEquals(quoted(word), word);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab1-=, \n\r\x1b"\\é') }), (text) => {
      const shown = quoted(text);
      assertEquals(/\p{Cc}/u.test(shown), false);
      assertEquals(shown === text ? text : JSON.parse(shown), text);
    }),
    { numRuns: runs(200) },
  );
});
