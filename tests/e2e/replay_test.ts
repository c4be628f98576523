import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { SCHEDULE } from "../../lib/explorer/mod.ts";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import { explore, isProgram } from "../../mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { helpText } from "../../scripts/command/text.ts";
import { USAGE } from "../../scripts/replay.ts";
import { reorder } from "../explorer/specimens/reorder.ts";
import { Command, complaints, type Ended, refusals, startScript } from "./command.ts";

async function replayed(...args: readonly string[]): Promise<Ended> {
  await using command = startScript("replay", "--width", "120", ...args);
  return await command.end();
}

/** The schedule that shows the bug of a program of the list. */
function scheduleOf(name: string, parameters: Readonly<Record<string, unknown>> = {}): string {
  const program = programs.filter(isProgram).find((program) => program.name === name);
  const bug = program === undefined ? undefined : explore(program, { parameters });
  if (bug?.verdict !== "bug") throw new Error(`${name} has a bug`);
  return bug.schedule;
}

Deno.test("deno task replay repeats a schedule in the model, on threads and in processes, and says how often it did", async () => {
  const schedule = scheduleOf("bank");
  await using command = new Command(
    ["task", "--quiet", "replay", "bank", schedule, "--mode", "all", "--times", "20", "--json"],
  );
  const { code, stdout, stderr } = await command.end();
  assertEquals({ code, stderr: complaints(stderr) }, { code: 0, stderr: "" });
  const { trace, ...document } = JSON.parse(stdout);
  assertEquals(document, {
    program: "bank",
    variant: "plain",
    schedule,
    kind: "race",
    message: "a data race on balance: nothing orders second (load 1000) and first (store 500)",
    preemptions: 0,
    outcome: { balance: 300, paid: [500, 700] },
    runs: MODE_NAMES.map((mode) => ({ mode, times: 20, reproduced: 20 })),
  });
  assertEquals(trace.tasks, ["first", "second"]);
});

Deno.test("replay tells people what happens, and the outcome", async () => {
  const { code, stdout } = await replayed(scheduleOf("race"), "race", "--mode", "thread");
  assertEquals(code, 0);
  assertMatch(stdout, /^race: race: a data race on value: nothing orders .*\n\nstep {2}adder0 +adder1\n/);
  assertStringIncludes(stdout, "\nOutcome: 1\nthread mode: 10 of 10 runs had the model's outcome\n");
  const deadlock = await replayed("deadlock", scheduleOf("deadlock"));
  assertMatch(
    deadlock.stdout,
    /^deadlock \(plain\): deadlock\n {2}a waits for right \(acquire\), which b holds\n/,
  );
  assertStringIncludes(deadlock.stdout, "\ndirect mode: 1 of 1 runs had the model's outcome\n");
});

Deno.test("replay runs a program by its path, with its own flags, also where it does not say where it is exported", async () => {
  const bug = explore(reorder, { parameters: { setters: 3 } });
  const path = fileURLToPath(new URL("../explorer/specimens/reorder.ts", import.meta.url));
  const schedule = bug.verdict === "bug" ? bug.schedule : "";
  const { code, stdout } = await replayed(path, schedule, "--setters", "3", "--mode", "thread");
  assertEquals([code, reorder.module], [0, undefined]);
  assertStringIncludes(stdout, "thread mode: 10 of 10 runs had the model's outcome\n");
});

Deno.test("replay takes a flag of the program's own for that where it has one of the same name", async () => {
  const { code, stdout } = await replayed(
    "counter",
    scheduleOf("counter", { times: 2, tasks: 2 }),
    "--times",
    "2",
    "--tasks",
    "2",
  );
  assertEquals(code, 0);
  assertStringIncludes(stdout, "direct mode: 1 of 1 runs had the model's outcome\n");
});

Deno.test("replay refuses a schedule of another program, a slip of the hand, and no schedule, with 2", async () => {
  const schedule = scheduleOf("bank");
  const slip = schedule.replace("straight", "@1/second.1");
  const refused: readonly (readonly [args: readonly string[], stderr: string])[] = [
    [
      ["race", schedule],
      `Cannot replay ${schedule} on race: its tasks take other steps, the program, variant and parameters`,
    ],
    [["bank", schedule, "--variant", "locked"], `Cannot replay ${schedule} on bank: its tasks take other steps, `],
    [["bank", schedule, "--first", "1"], `Cannot replay ${schedule} on bank: its tasks take other steps, `],
    [["bank", slip], `Cannot replay ${slip}: its last two characters do not fit the rest, `],
    [["bank", "hf2:x"], `Cannot replay hf2:x: it is no schedule, one such as ${SCHEDULE} is wanted\n`],
    [
      ["bank", "hf1:o-zj91zy"],
      "Cannot replay hf1:o-zj91zy: it is of version hf1, one of hf2, as exploring the program",
    ],
    [["bank"], `Cannot replay: there is no schedule, one such as ${SCHEDULE} is wanted\n`],
    [[schedule], "Cannot replay: there is no program, one of `deno task list` or a module is wanted\n"],
    [["bank", schedule, "--mode", "fast"], "Cannot use --mode fast: all, one of direct, thread, process, "],
    [["bank", schedule, "--times", "0"], "Cannot use --times 0: a whole number from 1 to 1000000 is wanted\n"],
  ];
  const sentences = await refusals("replay", refused.map(([args]) => args));
  for (const [index, [, wanted]] of refused.entries()) {
    assertEquals(sentences[index]?.slice(0, wanted.length), wanted);
  }
  const help = await replayed("--help");
  assertEquals([help.code, help.stdout], [0, `${helpText(USAGE, ["--width", "120"])}\n`]);
});
