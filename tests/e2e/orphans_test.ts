import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Command } from "./command.ts";

const program = fileURLToPath(import.meta.resolve("../guests/pool_left_run.ts"));

function start(...args: readonly string[]): Command {
  const permissions = ["--allow-read", `--allow-run=${Deno.execPath()}`];
  return new Command(["run", "--quiet", "--no-lock", "--no-prompt", ...permissions, program, ...args]);
}

Deno.test("A host that exits leaves no process behind, whatever its guests are in", async () => {
  for (const name of ["loops", "waits"]) {
    await using command = start(name, "exit");
    assertEquals((await command.end()).code, 5, name);
    await command.gone();
  }
});

Deno.test("A guest that waits for a promise ends when its host is killed", async () => {
  await using command = start("waits", "stay");
  await command.printed("both are in their calls");
  command.signal("SIGKILL");
  await command.gone();
});
