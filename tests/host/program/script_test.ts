import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ReplayError } from "../../../lib/errors.ts";
import {
  Execution,
  explore,
  type Granularity,
  isRepeated,
  Judge,
  ProgramModel,
  RandomWalk,
  recordScript,
  replay,
  scriptOf,
} from "../../../lib/explorer/mod.ts";
import { Host } from "../../../lib/host/mod.ts";
import { type AnyProgram, dataText, isProgram, settingsOf } from "../../../lib/program/mod.ts";
import { programs } from "../../../lib/programs/mod.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { runs } from "../../contracts/soak.ts";
import { account } from "../../explorer/specimens/account.ts";
import { bluetooth } from "../../explorer/specimens/bluetooth.ts";
import { boundedBuffer } from "../../explorer/specimens/bounded_buffer.ts";
import { deadlock01 } from "../../explorer/specimens/deadlock01.ts";
import { reorder } from "../../explorer/specimens/reorder.ts";
import { sync01 } from "../../explorer/specimens/sync01.ts";
import { counter, opposite } from "../../guests/programs.ts";
import { changing, dice, gate, hasty, impatient } from "../../guests/scripted_programs.ts";

/** A specimen, which guests find in its file. */
function specimen(program: AnyProgram, file: string): AnyProgram {
  return { ...program, module: new URL(`../../explorer/specimens/${file}.ts`, import.meta.url).href };
}

const isSmall = ({ parameters }: AnyProgram) => Object.values(parameters).every((one) => !("explored" in one));

const subjects: readonly AnyProgram[] = [
  ...programs.filter(isProgram).filter(isSmall),
  counter,
  opposite,
  impatient,
  gate,
  dice,
  specimen(account, "account"),
  specimen(bluetooth, "bluetooth"),
  specimen(boundedBuffer, "bounded_buffer"),
  specimen(deadlock01, "deadlock01"),
  specimen(reorder, "reorder"),
  specimen(sync01, "sync01"),
];

for (const mode of ELSEWHERE) {
  Deno.test(`a script of any schedule comes to the model's outcome in ${mode} mode`, async (test) => {
    // Who goes on is decided by the host: in the mode that is slower a third of them stands for the rest, but in a soak.
    const some = mode === "thread" || runs(1) > 1 ? subjects : subjects.filter((_, index) => index % 3 === 0);
    for (const program of some) {
      await test.step(program.name, async () => {
        await using host = new Host();
        // There an error crosses through the memory, with its stack, which is another one in each place: in some orders of
        // words, in the other variant of that program, too.
        for (const variant of program.variants.filter((variant) => variant !== "failing")) {
          const hasErrors = program.variants.includes("failing");
          for (const granularity of hasErrors ? ["operation"] as const : ["operation", "word"] as const) {
            await walk(program, { mode, host, variant, granularity, times: runs(1) });
          }
        }
      });
    }
  });
}

/** Repeats random runs of the model. */
async function walk(program: AnyProgram, { mode, host, variant, granularity, times }: {
  mode: typeof ELSEWHERE[number];
  host: Host;
  variant: string;
  granularity: Granularity;
  times: number;
}): Promise<void> {
  const execution = new Execution(new ProgramModel(program, settingsOf(program, { variant })), { granularity });
  const judge = new Judge(execution);
  const seed = subjects.indexOf(program);
  const scheduler = new RandomWalk({ seed });
  for (let time = 0; time < times; time++) {
    const { script, end } = recordScript(execution, scheduler);
    if (end.kind !== "complete") continue;
    const { outcome } = judge.judge();
    const report = await host.run(program, { mode, variant, script, timeout: 20 });
    const what = `${program.name} ${variant}, ${granularity}, seed ${seed}, run ${time}, in ${mode} mode`;
    assert(isRepeated(outcome, report.outcome), `${what}: ${dataText(report.outcome)} after ${dataText(outcome)}`);
  }
}

const bugs: readonly (readonly [program: AnyProgram, variant: string])[] = [
  [specimen(account, "account"), "plain"],
  [specimen(bluetooth, "bluetooth"), "plain"],
  [specimen(deadlock01, "deadlock01"), "plain"],
  [dice, "plain"],
  [hasty, "plain"],
];

for (const mode of ELSEWHERE) {
  Deno.test(`the schedule of a bug shows it 100 times of 100 in ${mode} mode`, async () => {
    await using host = new Host();
    for (const [program, variant] of bugs) {
      const bug = explore(program, { variant });
      if (bug.verdict !== "bug") throw new Error(`${program.name} has a bug`);
      const script = scriptOf(program, bug.schedule, { variant });
      const { outcome, finding } = replay(program, bug.schedule, { variant });
      assertEquals(finding?.kind, bug.kind);
      for (let time = 0; time < 100; time++) {
        const report = await host.run(program, { mode, variant, script, timeout: 20 });
        assert(isRepeated(outcome, report.outcome), `${program.name}: ${dataText(report.outcome)}`);
      }
    }
  });
}

Deno.test("a program that has changed leaves its script, and the error names the step", async () => {
  await using host = new Host();
  const bug = explore(changing, { strategy: "random", budget: 1 });
  assertEquals(bug.verdict, "not-exhausted");
  const execution = new Execution(new ProgramModel(changing, settingsOf(changing)));
  const { script } = recordScript(execution, new RandomWalk({ seed: 1 }));
  const step = script.findIndex(({ operation }) => operation?.kind === "add" && operation.value === 2);
  for (const mode of ELSEWHERE) {
    const diverging = async (variant: string) => {
      const error = await assertRejects(() => host.run(changing, { mode, variant, script, timeout: 20 }), ReplayError);
      return error.message;
    };
    for (
      const [variant, is] of [["other", "add i32 other 2"], ["catching", "add i32 other 2"], [
        "value",
        "add i32 count 3",
      ]] as const
    ) {
      const message = await diverging(variant);
      assertStringIncludes(message, `at step ${step}`);
      assertStringIncludes(message, `wants ${is}, add i32 count 2 is wanted`);
    }
    const initial = await diverging("initial");
    assertMatch(initial, /add i32 count (1|10)/);
    assertMatch(initial, /7.*, (0|3) is wanted$/);
    assertStringIncludes(await diverging("more"), "wants add i32 count 1, its end is wanted");
    for (const variant of ["less", "throw"]) assertStringIncludes(await diverging(variant), "Cannot replay: ");
    if (mode === "process") assertStringIncludes(await diverging("exit"), "Cannot replay: ");
    const { outcome } = await host.run(changing, { mode, script, timeout: 20 });
    assertEquals(outcome, 13);
  }
});
