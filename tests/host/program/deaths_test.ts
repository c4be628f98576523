import { assertEquals } from "@std/assert";
import type { ModeName } from "../../../lib/host/mod.ts";
import { Host, MODE_NAMES, type ProgramReport } from "../../../lib/host/mod.ts";
import type { AnyProgram, Failed } from "../../../lib/program/mod.ts";
import { children, kill } from "../../contracts/children.ts";
import { within } from "../../contracts/deadline.ts";
import { runs } from "../../contracts/soak.ts";
import { busy, cutOff, DEATHS, doomed, mortal } from "../../guests/mortal_programs.ts";

const SECONDS = 20;

/** The ways to die that a mode has. */
const DEATHS_OF: Readonly<Record<ModeName, readonly string[]>> = {
  direct: ["throw"],
  thread: ["throw", "exit", "close"],
  process: ["throw", "exit", "kill"],
};

async function run(
  host: Host,
  program: AnyProgram,
  options: { mode: ModeName; variant?: string; parameters?: Record<string, unknown> },
): Promise<ProgramReport> {
  return await within(SECONDS, host.run(program, options));
}

/** How each task ended, as data: what it returned, or the name of its error. */
async function endsOf(host: Host, program: AnyProgram, options: Parameters<typeof run>[2]): Promise<unknown> {
  const { outcome } = await run(host, program, options);
  const failed = (outcome as Partial<Failed>).failed ?? [];
  return failed.map(({ task, error }) => `${task}: ${error}`);
}

for (const mode of MODE_NAMES) {
  Deno.test(`${mode} mode: those who wait for the dead go on, and the first heir is told`, async () => {
    await using host = new Host({ permissions: { run: true } });
    for (const variant of DEATHS_OF[mode]) {
      const error = variant === "throw" ? "AssertionError" : "GuestDiedError";
      for (const victims of [1, 2]) {
        const report = await run(host, mortal, { mode, variant, parameters: { victims } });
        const { failed } = report.outcome as Failed;
        const dead = ["owner", "holder"].slice(0, victims);
        assertEquals(failed.map(({ task, error }) => [task, error]), dead.map((task) => [task, error]), variant);
        assertEquals(report.errors.map(({ name }) => name), dead.map(() => error));
      }
    }
  });

  Deno.test(`${mode} mode: a run of which all die is over`, async () => {
    await using host = new Host({ permissions: { run: true } });
    for (const variant of DEATHS_OF[mode]) {
      const error = variant === "throw" ? "AssertionError" : "GuestDiedError";
      assertEquals(
        await endsOf(host, doomed, { mode, variant }),
        ["first", "second", "third"].map((task) => `${task}: ${error}`),
      );
      assertEquals((await run(host, busy, { mode, parameters: { tasks: 2, times: 5, mortal: 0 } })).errors, []);
    }
  });
}

Deno.test("the deaths of the test programs are those of the modes", () => {
  assertEquals(new Set(Object.values(DEATHS_OF).flat()), new Set(DEATHS));
});

Deno.test("process mode: who is killed in the middle of a frame is dead, who exits there has lied", async () => {
  await using host = new Host({ permissions: { run: true } });
  assertEquals(await endsOf(host, cutOff, { mode: "process", variant: "killed" }), ["only: GuestDiedError"]);
  assertEquals(await endsOf(host, cutOff, { mode: "process", variant: "exited" }), ["only: ProtocolError"]);
});

Deno.test("process mode: subprocesses that are killed at random moments leave the others at work", async () => {
  const before = await children();
  {
    await using host = new Host();
    for (let round = 0; round < runs(6); round++) {
      const mortal = 1 + round % 2;
      const running = run(host, busy, { mode: "process", parameters: { tasks: mortal + 2, times: 150, mortal } });
      const settled = running.then(() => true, () => true);
      // The first to be killed are whichever; those that are left to run for ever are killed in the end.
      let over = false;
      void settled.then(() => over = true);
      for (let wait = 40 + 7 * round % 60; !over; wait = 10) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        const live = (await children()).filter((pid) => !before.includes(pid));
        const victim = live[round % Math.max(1, live.length)];
        if (victim !== undefined && !over) kill(victim);
      }
      const { errors } = await running.catch((error) => {
        // Killed before the run began.
        assertEquals(error.name, "GuestDiedError");
        return { errors: [] };
      });
      for (const { name } of errors) assertEquals(name, "GuestDiedError");
    }
    assertEquals((await run(host, busy, { mode: "process", parameters: { times: 20, mortal: 0 } })).errors, []);
  }
  assertEquals((await children()).filter((pid) => !before.includes(pid)), []);
});

Deno.test("process mode: a warm guest that was killed between two runs is replaced", async () => {
  const before = await children();
  await using host = new Host();
  const parameters = { tasks: 2, times: 3, mortal: 0 };
  for (let round = 0; round < 4; round++) {
    assertEquals((await run(host, busy, { mode: "process", parameters })).errors, []);
    const mine = (await children()).filter((pid) => !before.includes(pid));
    assertEquals(mine.length, 2);
    for (const pid of mine) kill(pid);
    // At once, before the host has heard of it, or when it has.
    if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
