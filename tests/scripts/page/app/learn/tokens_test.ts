import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { tokenLines } from "../../../../../scripts/page/app/learn/tokens.ts";
import { sources } from "../../../../../scripts/page/catalog.ts";

Deno.test("tokenLines() keeps every text, line by line", () => {
  const code = fc.array(fc.constantFrom("/*", "*/", "//", '"', "`", "'", "\\", "\n", "const", "f(", " ", "1e3", "é"));
  fc.assert(fc.property(code, (pieces) => {
    const text = pieces.join("");
    assertEquals(tokenLines(text).map((line) => line.map((token) => token.text).join("")).join("\n"), text);
  }));
});

Deno.test("tokenLines() tells comments, texts, numbers, words and calls of the programs", async () => {
  const { race } = await sources();
  const line = tokenLines(race?.text ?? "").find((tokens) => tokens.some(({ text }) => text === "yield"));
  assertEquals(line, [
    { kind: "plain", text: "        " },
    { kind: "word", text: "const" },
    { kind: "plain", text: " seen = " },
    { kind: "word", text: "yield" },
    { kind: "plain", text: "* value." },
    { kind: "call", text: "load" },
    { kind: "plain", text: "();" },
  ]);
  assertEquals(tokenLines('f("a", 1) // b').flat().map(({ kind }) => kind), [
    "call",
    "plain",
    "text",
    "plain",
    "number",
    "plain",
    "comment",
  ]);
});
