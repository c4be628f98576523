import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DroppedStepsError } from "../../../lib/errors.ts";
import { explore, replay } from "../../../lib/explorer/mod.ts";
import { Host, MODE_NAMES } from "../../../lib/host/mod.ts";
import { drops, failing, late, programs, starless } from "../../guests/dropped_programs.ts";

const source = await Deno.readTextFile(new URL("../../guests/dropped_programs.ts", import.meta.url));
/** Where each call stands, from 1. */
const lineOf = (text: string) => source.slice(0, source.indexOf(text)).split("\n").length;

for (const mode of MODE_NAMES) {
  Deno.test(`a run in ${mode} mode fails where a task returns and has steps left, and names the call and its line`, async () => {
    await using host = new Host();
    for (const [index, call] of Object.keys(drops).entries()) {
      const { ok, errors, outcome } = await host.run(programs[index]!, { mode });
      const [error] = errors;
      assertEquals([ok, error?.name], [true, DroppedStepsError.name], call);
      assert(error !== undefined);
      assertStringIncludes(error.message, `Cannot end one: nobody runs ${call} at `);
      assertStringIncludes(error.message, `dropped_programs.ts:${lineOf(`"${call}": (`)}:`);
      assertEquals(Object.keys(outcome as object), ["failed"]);
    }
  });

  Deno.test(`a run in ${mode} mode refuses steps without the star, by name`, async () => {
    await using host = new Host();
    const { errors } = await host.run(starless, { mode });
    assertEquals(errors.map(({ name, message }) => ({ name, message })), [{
      name: "TypeError",
      message: "Cannot yield guard.acquire(): it is no operation, yield* of steps is wanted",
    }]);
  });

  Deno.test(`a run in ${mode} mode lets steps wait for their turn, and says nothing of a task that fails`, async () => {
    await using host = new Host();
    assertEquals((await host.run(late, { mode })).outcome, 4);
    assertEquals((await host.run(failing, { mode })).errors.map(({ message }) => message), ["on purpose"]);
  });
}

Deno.test("explore() finds steps that nobody runs, whatever is expected, and names the call and its line", () => {
  for (const [index, call] of Object.keys(drops).entries()) {
    const bug = explore(programs[index]!);
    assert(bug.verdict === "bug" && bug.kind === "dropped-steps", call);
    assertStringIncludes(bug.message, `nobody runs ${call} at `);
    assertStringIncludes(bug.message, `dropped_programs.ts:${lineOf(`"${call}": (`)}:`);
    assertEquals(replay(programs[index]!, bug.schedule).finding?.message, bug.message);
  }
  assertEquals(explore(late).verdict, "proved");
  const bug = explore(starless);
  assert(bug.verdict === "proved" && bug.outcomes.length === 1);
  assertStringIncludes(JSON.stringify(bug.outcomes), "Cannot yield guard.acquire()");
});
