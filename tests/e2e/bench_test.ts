import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Command } from "./command.ts";

Deno.test("deno task bench measures the tables that are named, and says how long that takes", async () => {
  await using command = new Command(["task", "--quiet", "bench", "barrier", "--rounds", "1"]);
  const { code, stdout, stderr } = await command.end(120);
  assertEquals({ code, titles: stdout.match(/^\S.*$/gm) }, {
    code: 0,
    titles: ["A generation of a barrier, two workers (us)"],
  });
  assertMatch(stderr, /^(barrier \(1 of 1\): \d+ s\n)*$/);
});

Deno.test("deno task bench refuses a table that it does not have, and lists those that it has", async () => {
  await using wrong = new Command(["task", "--quiet", "bench", "locks"]);
  const { code, stdout, stderr } = await wrong.end();
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertStringIncludes(stderr, "Cannot measure locks: there is no such table, one of step, burn, lock, queue");
  await using help = new Command(["task", "--quiet", "bench", "--help"]);
  const { stdout: text } = await help.end();
  for (const name of ["step", "lock", "pool"]) assertMatch(text, new RegExp(`^  ${name} `, "m"));
});
