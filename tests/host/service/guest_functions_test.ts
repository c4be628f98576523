import { assertEquals } from "@std/assert";
import { defineHostProgram, MODE_NAMES } from "../../../lib/host/mod.ts";
import { functionsIn, namedExport } from "../../../lib/host/service/functions.ts";
import { Pool } from "../../../lib/pool/mod.ts";
import { programs } from "../../../lib/programs/mod.ts";

function program(name: string, functions: Readonly<Record<string, (argument: never) => unknown>>) {
  return defineHostProgram({
    name,
    claim: "It brings functions along.",
    module: import.meta.url,
    functions,
    main: () => Promise.resolve({ outcome: 0 }),
    expected: () => [0],
  });
}

const half = (n: number) => n / 2;
const other = () => 0;
const halving = program("halving", { half });

Deno.test("functionsIn() has a module's own functions, then those of its host programs, exported or listed", () => {
  const listed = program("listed", { half: other, third: other });
  const { functions: _, ...old } = program("old", {});
  const exports = { halving, twice: other, programs: [listed, old], size: 5, text: "text" };
  assertEquals([...functionsIn(exports).keys()], ["twice", "half", "third"]);
  assertEquals<unknown>(functionsIn(exports).get("half"), half);
  assertEquals(functionsIn({ ...exports, half: other }).get("half"), other);
  assertEquals(namedExport(exports, { export: "third" }), other);
});

Deno.test("Pool.open() finds the functions of a program that a list holds, in every mode", async () => {
  const file = JSON.stringify(import.meta.resolve("../../guests/listed_program.ts"));
  const module = `data:text/javascript,export { programs } from ${encodeURIComponent(file)};`;
  for (const mode of MODE_NAMES) {
    await using pool = await Pool.open<{ halve(n: number): number }>({ mode, module, workers: 1 });
    assertEquals(await pool.run("halve", 5), 2.5, mode);
  }
});

Deno.test("No two programs of the list have two functions of one name", () => {
  const all = programs.flatMap((program) => "main" in program ? Object.entries(program.functions) : []);
  const functions = new Map(all);
  for (const [name, used] of all) assertEquals<unknown>(functions.get(name), used, name);
});
