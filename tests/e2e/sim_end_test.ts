import { assert, assertEquals, assertMatch } from "@std/assert";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import type { ModeName } from "../../mod.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { Command, complaints, ignores, inFolder, startSim } from "./command.ts";

/** Longer than any test waits. */
const ENDLESS = ["--duration", "100000"];

for (const mode of MODE_NAMES) testInterrupts(mode);

function testInterrupts(mode: ModeName): void {
  const run = ["--mode", mode, "--systems", "2", "--period", "0.02", "--print", ...ENDLESS];

  Deno.test({
    name: `sim ends with 130 on Ctrl-C and 143 on SIGTERM during a run in ${mode} mode, and so do its guests`,
    ignore: mode === "direct" && ignores("SIGINT"),
    fn: async () => {
      for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
        await using command = startSim(...run);
        await command.printed("t=0.1,");
        assertEquals((await command.guests()).length, mode === "process" ? 2 : 0);
        command.signal(signal);
        assertEquals((await command.end()).code, code, signal);
        await command.gone();
      }
    },
  });

  Deno.test(`sim ends without guests in ${mode} mode when nobody reads its output any longer`, async () => {
    await using command = startSim(...run);
    await command.printed("t=0.1,");
    await command.closeStdout();
    const { code, stderr } = await command.end();
    assertEquals({ code, stderr: complaints(stderr) }, { code: 141, stderr: "" });
    await command.gone();
  });
}

for (const mode of ELSEWHERE) {
  Deno.test(`sim ends with 130 on Ctrl-C while its guests start in ${mode} mode`, async () => {
    await using command = startSim("--mode", mode, "--systems", "8", ...ENDLESS);
    await command.printed("busy systems");
    command.signal("SIGINT");
    assertEquals((await command.end()).code, 130);
    await command.gone();
  });

  Deno.test(`sim hears Ctrl-C in ${mode} mode while it is paced for years or a burn lasts for hours`, async () => {
    for (const args of [["--burn", "none", "--rate", "1e-9"], ["--period", "10000", "--rate", "0"]]) {
      await using command = startSim("--mode", mode, "--print", ...args);
      await command.printed("t=0,");
      await new Promise((resolve) => setTimeout(resolve, 50));
      command.signal("SIGINT");
      assertEquals((await command.end()).code, 130, args.join(" "));
      await command.gone();
    }
  });

  Deno.test(`sim --timeout gives up on a guest that does not answer in ${mode} mode`, async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/trace.json`;
      await using command = startSim(
        ...["--mode", mode, "--systems", "2", "--period", "1000", "--rate", "0"],
        ...["--timeout", "0.3", "--json", "--trace", path],
      );
      const { code, stdout, stderr } = await command.end();
      await command.gone();
      const message = `Cannot go on with guest busy0 (${mode} mode): no answer within 0.3 s, ` +
        "an answer or a longer timeout is wanted";
      assertEquals({ code, stderr: unwrapped(stderr) }, { code: 1, stderr: `GuestTimeoutError: ${message}\n` });
      assertEquals(JSON.parse(stdout), {
        runs: [],
        error: { name: "GuestTimeoutError", guest: "busy0", mode, seconds: 0.3, message },
      });
      assert(JSON.parse(await Deno.readTextFile(path)).traceEvents.length > 0);
    });
  });
}

Deno.test("sim tells of a subprocess that was killed, and ends the others", async () => {
  await using command = startSim("--mode", "process", "--systems", "2", "--period", "0.02", "--print", ...ENDLESS);
  await command.printed("t=0.1,");
  const [victim = 0] = await command.guests();
  Deno.kill(victim, "SIGKILL");
  const { code, stderr } = await command.end();
  assertEquals(code, 1);
  assertMatch(
    unwrapped(stderr),
    /^GuestDiedError: Cannot go on with guest busy[01] \(process mode\): it was killed by SIGKILL, a live guest is wanted\n$/,
  );
  await command.gone();
});

Deno.test("sim ends with 130 on Ctrl-C in a terminal, which its guests hear first", async () => {
  await using command = startSim("--mode", "process", "--systems", "3", "--period", "0.02", "--print", ...ENDLESS);
  await command.printed("t=0.1,");
  for (const guest of await command.guests()) Deno.kill(guest, "SIGINT");
  await command.alone();
  command.signal("SIGINT");
  const { code, stderr } = await command.end();
  assertEquals({ code, stderr: complaints(stderr) }, { code: 130, stderr: "" });
  await command.gone();
});

Deno.test("deno task sim hands Ctrl-C on", async () => {
  await using command = new Command(["task", "--quiet", "sim", "--mode", "process", "--print", ...ENDLESS]);
  await command.printed("t=0.1,");
  assertEquals((await command.guests()).length, 2);
  command.signal("SIGINT");
  assertEquals((await command.end()).code, 130);
  await command.gone();
});

/** What was complained about, with each message in one line. */
function unwrapped(stderr: string): string {
  return complaints(stderr).replaceAll("\n  ", " ");
}
