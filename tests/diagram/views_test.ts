import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { scalar } from "../../lib/diagram/mod.ts";
import { viewsOf } from "../../lib/diagram/views.ts";

/** Prints, for each kind of view, whether two that are made apart are objects of one kind to the engine. */
const PROGRAM = `
import { abstract, scalar, vector } from ${JSON.stringify(import.meta.resolve("../../lib/diagram/mod.ts"))};
import { viewsOf } from ${JSON.stringify(import.meta.resolve("../../lib/diagram/views.ts"))};
const ports = { x: scalar(), v: vector(2), a: abstract([]) };
const kinds = ["input", "connected", "state", "next", "parameter"].map((kind) => ({ kind }));
const haveSameMap = new Function("one", "other", "return %HaveSameMap(one, other)");
const shown = [...kinds, { kind: "feedthrough", output: "y", reads: ["x"] }];
for (const of of shown) viewsOf(ports, of)({}, 0);
console.log(JSON.stringify(shown.map((of) => haveSameMap(viewsOf(ports, of)({}, 1), viewsOf({ ...ports }, of)({}, 2)))));
`;

Deno.test("viewsOf() makes views that are of one kind to the engine, whatever others show by the same names", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--ext=ts", "--v8-flags=--allow-natives-syntax", PROGRAM],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(success, true, new TextDecoder().decode(stderr));
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [true, true, true, true, true, true]);
});

Deno.test("viewsOf() makes sealed objects whose own properties are what was declared, whatever the names", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), (names) => {
    const ports = Object.fromEntries(names.map((name) => [name, scalar()]));
    const numbers = names.map((_, index) => index / 2);
    const view = viewsOf(ports, { kind: "state" })({ numbers } as never, 0);
    assert(Object.isSealed(view));
    assertEquals(Object.keys(view), Object.keys(ports));
    assertEquals(Object.values(view), numbers);
  }));
});
