import { assertEquals, assertThrows } from "@std/assert";
import { DeadlockError } from "../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { ModelMemory } from "../../lib/memory/mod.ts";
import { cell, type SharedCell, Space } from "../../lib/sync/mod.ts";
import { within } from "../contracts/deadline.ts";
import { polled } from "../guests/programs.ts";

for (const mode of MODE_NAMES) {
  Deno.test(`until() gives the value that is wanted, and a deadlock where none comes, in ${mode} mode`, async () => {
    await using host = new Host();
    assertEquals((await within(20, host.run(polled, { mode }))).outcome, 3);
    const { outcome } = await within(20, host.run(polled, { mode, variant: "never" }));
    const { name: error, message } = new DeadlockError([{ task: "poll", object: "flag", method: "wait", owners: [] }]);
    assertEquals(outcome, { failed: [{ task: "poll", error, message }] });
  });
}

Deno.test("SharedCell.waitWhile() refuses a cell of 64 bits", () => {
  const space = new Space({ half: cell({ cell: "f64" }) }, { tasks: 1 });
  const { half } = space.bind(new ModelMemory(space.layout), { task: 0 });
  const wrong = half as unknown as SharedCell<"i32">;
  assertThrows(() => wrong.waitWhile(0), TypeError, "a cell of 64 bits, one of 32 is wanted");
});
