import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Command, ignores } from "./command.ts";

const program = fileURLToPath(import.meta.resolve("../guests/pool_left_run.ts"));

function start(...args: readonly string[]): Command {
  const permissions = ["--allow-read", `--allow-run=${Deno.execPath()}`];
  return new Command(["run", "--quiet", "--no-lock", "--no-prompt", ...permissions, program, ...args]);
}

Deno.test("A host that ends by itself leaves no process behind, whatever its guests are in", async () => {
  for (const [end, wanted] of [["exit", 5], ["throw", 1], ["reject", 1]] as const) {
    for (const name of end === "exit" ? ["idles", "loops", "waits"] : ["loops"]) {
      await using command = start(name, end);
      assertEquals((await command.end()).code, wanted, `${name} ${end}`);
      await command.gone();
    }
  }
});

Deno.test("A host that a signal ends leaves no process behind, whatever its guests are in", async () => {
  const signals = (["SIGKILL", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT"] as const).filter((signal) => !ignores(signal));
  for (const signal of signals) {
    for (const name of signal === "SIGKILL" ? ["idles", "waits", "loops", "imports"] : ["loops"]) {
      await using command = start(name, "stay");
      if (name === "imports") await command.complained("at import");
      else await command.printed("all are there");
      command.signal(signal);
      await command.gone();
    }
  }
});
