import { assertEquals } from "@std/assert";
import { lessons } from "../../../../../scripts/page/app/learn/lessons.ts";
import { catalog } from "../../../../../scripts/page/catalog.ts";

Deno.test("there is a lesson for each program, and what puts a bug right has none itself", () => {
  const programs = catalog();
  assertEquals(Object.keys(lessons), programs.map(({ name }) => name));
  for (const { fix } of Object.values(lessons)) {
    if (fix === undefined) continue;
    const other = programs.find(({ name }) => name === fix.program);
    const variant = fix.variant ?? other?.variants[0] ?? "";
    assertEquals([other?.variants.includes(variant), other?.specimens.includes(variant)], [true, false], fix.program);
  }
});
