import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { shellWord } from "../../../scripts/command/called.ts";

Deno.test("shellWord() gives a word that a shell reads as the text", async () => {
  const text = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed() && !text.includes("\0"));
  const words = fc.array(
    fc.oneof(text, fc.constantFrom("~", "-n", "a b", "it's", "$HOME", "#name", "a#b", "`id`", "*")),
  );
  await fc.assert(
    fc.asyncProperty(words, async (words) => {
      const text = `printf '%s\\0' ${[...words, "end"].map(shellWord).join(" ")}`;
      const { stdout } = await new Deno.Command("bash", { args: ["-c", text] }).output();
      assertEquals(new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout).split("\0"), [...words, "end", ""]);
    }),
    { numRuns: 20 },
  );
});
