import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Bundles } from "../../lib/engine/bundles.ts";
import { runs } from "../contracts/soak.ts";

const isThere = (url: string): boolean => {
  try {
    return Deno.statSync(new URL(url)).isFile;
  } catch {
    return false;
  }
};

Deno.test("Bundles.keep() keeps a module for as long as a guest has it, once, and close() removes all", async () => {
  const change = fc.record({ text: fc.constantFrom("1", "22"), isEnd: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const bundles = new Bundles();
      const having = new Map<string, (() => void)[]>();
      const urls = new Map<string, string>();
      for (const { text, isEnd } of changes) {
        const drops = having.get(text) ?? [];
        having.set(text, drops);
        if (isEnd) drops.pop()?.();
        else {
          const { url, drop } = await bundles.keep(new TextEncoder().encode(text));
          drops.push(drop);
          assertEquals(urls.get(text) ?? url, url);
          urls.set(text, url);
          assertEquals(await Deno.readTextFile(new URL(url)), text);
        }
        for (const [text, url] of urls) assertEquals(isThere(url), (having.get(text) ?? []).length > 0);
      }
      bundles.close();
      for (const url of urls.values()) assertEquals(isThere(new URL(".", url).href), false);
      for (const drops of having.values()) for (const drop of drops) drop();
      await assertRejects(() => bundles.keep(new Uint8Array(1)), Error, "its agent has ended");
    }),
    { numRuns: runs(20) },
  );
});
