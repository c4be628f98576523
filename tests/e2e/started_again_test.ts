import { assertEquals } from "@std/assert";
import { Command } from "./command.ts";

Deno.test("startAgain() hands on a signal, and at the second one kills who did not end", async () => {
  await using command = new Command(["run", "--quiet", "--allow-run", "--allow-read", "tests/guests/deaf_again.ts"]);
  await command.printed("ready");
  command.signal("SIGINT");
  await command.printed("heard");
  command.signal("SIGINT");
  assertEquals((await command.end()).code, 130);
  await command.gone();
});
