import { assert, assertEquals } from "@std/assert";
import { programs } from "../../../lib/programs/mod.ts";
import { isProgram } from "../../../mod.ts";
import { GRAMMAR } from "../../../scripts/explore.ts";
import { readCommand } from "../../../scripts/explore/request.ts";

Deno.test("readCommand() takes every program that can be explored, whatever its parameters are called", async () => {
  for (const { name } of programs.filter(isProgram)) {
    const given = await readCommand([name], GRAMMAR);
    assertEquals(typeof given === "string" ? given : given.subjects.map(({ program }) => program.name), [name]);
  }
});

Deno.test("readCommand() takes --workers as a program's parameter where it has one of that name", async () => {
  const own = await readCommand(["pi-queue", "--workers", "1"], GRAMMAR);
  const split = await readCommand(["lock", "--workers", "1"], GRAMMAR);
  assert(typeof own !== "string" && typeof split !== "string");
  assertEquals([own.subjects[0]?.parameters, own.flags.has("--workers")], [{ workers: 1 }, false]);
  assertEquals([split.subjects[0]?.parameters, split.flags.get("--workers")], [{}, "1"]);
});
