import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { helpText } from "../../../scripts/command/text.ts";

const HELP = `deno task tell <what> [flags]: tells

It tells what is the case, one after
another. What is not is left out.

  --all   everything
  --to P  who is told, by name or else by number  [all]

Examples: deno task tell a
          deno task tell b --to everybody`;

Deno.test("helpText() fills a paragraph anew that does not fit, and goes on where a line begins, but for a command to copy", () => {
  assertEquals(helpText(HELP, ["--width", "60"]), HELP);
  assertEquals(
    helpText(HELP, ["--width", "40"]),
    `deno task tell <what> [flags]: tells

It tells what is the case, one after
another. What is not is left out.

  --all   everything
  --to P  who is told, by name or else
          by number  [all]

Examples: deno task tell a
          deno task tell b --to everybody`,
  );
  const long = "The first of its lines is too long for this,\nand the second\nis not.";
  assertEquals(
    helpText(long, ["--width", "40"]),
    "The first of its lines is too long for\nthis, and the second is not.",
  );
});

Deno.test("helpText() keeps every word, and no line is too wide that has more than one", () => {
  const word = fc.stringMatching(/^[a-z<>,.-]{1,12}$/);
  const words = fc.array(word, { minLength: 1, maxLength: 20 }).map((words) => words.join(" "));
  const line = fc.oneof(
    words,
    fc.constant(""),
    fc.tuple(fc.constantFrom("  ", "       "), words).map((two) => two.join("")),
  );
  const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "");
  fc.assert(fc.property(fc.array(line), fc.integer({ min: 40, max: 120 }), (lines, width) => {
    const text = lines.join("\n");
    const shown = helpText(text, ["--width", String(width)]);
    assertEquals(wordsOf(shown), wordsOf(text));
    for (const line of shown.split("\n")) assert(line.length <= width || wordsOf(line).length === 1, line);
  }));
});
