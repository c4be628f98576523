import { assert, assertEquals } from "@std/assert";
import { importsIn } from "../../scripts/checks/circles.ts";

const root = new URL("../../", import.meta.url);

/** All files that a file imports, over others too, dynamic imports counted: Deno downloads those as well. */
function reached(entry: string): readonly string[] {
  const found = new Set([new URL(entry, root).href]);
  for (const file of found) {
    for (const specifier of importsIn(Deno.readTextFileSync(new URL(file)))) found.add(new URL(specifier, file).href);
  }
  return [...found].map((file) => file.slice(root.href.length));
}

for (const entry of ["mod.ts", "lib/host/thread_entry.ts", "lib/host/process_entry.ts"]) {
  Deno.test(`${entry} names no example program`, () => {
    const files = reached(entry);
    assert(files.length > 20, `${files.length}`);
    assertEquals(files.filter((file) => file.startsWith("lib/programs/")), []);
  });
}

Deno.test("mod.ts has every error that a caller may catch", async () => {
  const { default: _, ...errors } = await import("../../lib/errors.ts") as Record<string, unknown>;
  const classes = Object.entries(errors).filter(([_name, value]) => {
    return typeof value === "function" && value.prototype instanceof Error;
  });
  assert(classes.length > 20);
  const entry: object = await import("../../mod.ts");
  assertEquals(classes.map(([name]) => name).filter((name) => !(name in entry)), []);
});
