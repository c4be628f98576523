import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Graph } from "../../lib/scenario/graph.ts";

const numRuns = Deno.env.has("HOLDFAST_SOAK") ? 2000 : 40;

const FILES = ["index.js", "main.js", "iterator.js", "lib/index.js", "both.js", "both/index.js", "data.json"];
const PLACES = ["./main.js", "./iterator.js", "./lib/index.js"];

const place = fc.constantFrom(...PLACES);
const byCondition = fc.dictionary(fc.constantFrom("node", "require", "default"), place, { minKeys: 1 });
const description = fc.record({
  main: fc.constantFrom("main", "main.js", "./lib", "lib/index", "lib/index.js", "missing"),
  exports: fc.dictionary(fc.constantFrom(".", "./iterator", "./i/*"), fc.oneof(place, byCondition), { minKeys: 1 }),
}, { requiredKeys: [] });

Deno.test("Graph.fileFor() finds the file of a package that Node finds", async () => {
  const folder = await Deno.makeTempDir({ prefix: "holdfast-graph-" });
  try {
    await fc.assert(
      fc.asyncProperty(
        description,
        fc.constantFrom("", "/iterator", "/lib", "/both", "/data", "/data.json", "/folder", "/i/main", "/missing"),
        async (description, subpath) => {
          const root = await Deno.makeTempDir({ dir: folder });
          const [user, used] = ["user", "used"].map((name) => `${root}/node_modules/${name}`) as [string, string];
          const importer = `${user}/index.js`;
          const texts = {
            [importer]: "",
            [`${used}/package.json`]: JSON.stringify({ name: "used", ...description }),
            [`${used}/folder/package.json`]: JSON.stringify({ main: "../main" }),
            ...Object.fromEntries(FILES.map((file) => [`${used}/${file}`, "{}"])),
          };
          for (const [path, text] of Object.entries(texts)) {
            await Deno.mkdir(dirname(path), { recursive: true });
            await Deno.writeTextFile(path, text);
          }
          const one = (name: string, localPath: string, dependencies: string[]) => {
            return [`${name}@1.0.0`, { name, version: "1.0.0", localPath, dependencies }] as const;
          };
          const npmPackages = Object.fromEntries([one("user", user, ["used@1.0.0"]), one("used", used, [])]);
          const graph = new Graph({ modules: [], npmPackages });
          let expected: string | undefined;
          try {
            expected = createRequire(importer).resolve(`used${subpath}`);
          } catch {
            // Nor does Node.
          }
          assertEquals(graph.fileFor(`used${subpath}`, { importer, kind: "require-call" }), expected);
        },
      ),
      { numRuns },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
