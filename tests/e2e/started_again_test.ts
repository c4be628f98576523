import { assertEquals } from "@std/assert";
import { Command, startScript } from "./command.ts";

Deno.test("startAgain() hands on a signal that comes several times at once, and at a later one kills who did not end", async () => {
  await using command = new Command(["run", "--quiet", "--allow-run", "--allow-read", "tests/guests/deaf_again.ts"]);
  await command.printed("ready");
  command.signal("SIGINT");
  command.signal("SIGINT");
  await command.printed("heard");
  const ended = command.end();
  let isOver = false;
  void ended.then(() => isOver = true);
  // Until it is another one.
  while (!isOver) {
    try {
      command.signal("SIGINT");
    } catch {
      // It has just ended.
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  assertEquals((await ended).code, 130);
  await command.gone();
});

Deno.test("a Ctrl-C that comes several times at once is one, and what explore has is printed", async () => {
  for (const subject of ["semaphore", "tests/guests/random_scenario.ts#endless"]) {
    await using command = startScript("explore", subject, "--strategy", "random", "--budget", "1000000000", "--json");
    await command.complained("schedules");
    for (let signals = 0; signals < 3; signals++) command.signal("SIGINT");
    const { code, stdout } = await command.end();
    assertEquals([code, JSON.parse(stdout).interrupted], [130, true]);
    await command.gone();
  }
});
