import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fileURLToPath } from "node:url";
import { MODE_NAMES } from "../../lib/host/mod.ts";
import type { ModeName } from "../../mod.ts";
import { runs } from "../contracts/soak.ts";
import { type ReadTrace, readTrace } from "./chrome_trace.ts";
import { type Command, ignores, inFolder, runProgram, sim, startRun, startSim } from "./command.ts";

const busy = fileURLToPath(new URL("../guests/busy_program.ts", import.meta.url));

/** The trace that is the only file of a folder. */
async function onlyTrace(folder: string): Promise<ReadTrace> {
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["trace.json"]);
  return readTrace(await Deno.readTextFile(`${folder}/trace.json`));
}

const modes = fc.subarray([...MODE_NAMES], { minLength: 1 });

Deno.test("sim --trace: no spans of a lane overlap, whatever is simulated", async () => {
  const flags = fc.record({
    modes,
    systems: fc.integer({ min: 1, max: 4 }),
    periods: fc.integer({ min: 1, max: 40 }),
    rate: fc.constantFrom("0", "1", "3"),
    burn: fc.constantFrom("wall", "cpu", "none"),
    more: fc.subarray(["--no-deterministic", "--print"]),
  });
  await fc.assert(
    fc.asyncProperty(flags, async ({ modes, systems, periods, rate, burn, more }) => {
      await inFolder(async (folder) => {
        const { code } = await sim(
          ...[
            "--mode",
            modes.join(),
            "--systems",
            `${systems}`,
            "--period",
            "0.002",
            "--duration",
            `${0.002 * periods}`,
          ],
          ...["--rate", rate, "--burn", burn, ...more, "--trace", `${folder}/trace.json`],
        );
        assertEquals(code, 0);
        const { processes, lanes } = await onlyTrace(folder);
        assertEquals(processes, modes.map((mode) => `${mode} mode`));
        assert(lanes.size >= modes.length);
      });
    }),
    { numRuns: runs(4) },
  );
});

Deno.test("run --trace: no spans of a lane overlap, whatever is run", async () => {
  const program = fc.constantFrom(
    ["lock"],
    ["barrier"],
    ["channel-producer"],
    ["executor"],
    ["multitasking", "--rounds", "1000", "--wait", "0.01"],
    ["pi-pool", "--samples", "100000", "--task", "10000"],
    ["sort", "--repeat", "2"],
  );
  await fc.assert(
    fc.asyncProperty(program, modes, fc.nat(1000), async (program, modes, seed) => {
      await inFolder(async (folder) => {
        const path = `${folder}/trace.json`;
        const { code } = await runProgram(...program, "--mode", modes.join(), "--seed", `${seed}`, "--trace", path);
        assertEquals(code, 0);
        const { processes, lanes } = await onlyTrace(folder);
        assertEquals([processes.length, lanes.size > 0], [modes.length, true]);
      });
    }),
    { numRuns: runs(5) },
  );
});

/** Interrupts a command once it is at work; gives the trace of what has run. */
async function interrupted(
  start: (path: string) => Command,
  { signal, code, atWork }: { signal: Deno.Signal; code: number; atWork: (command: Command) => Promise<unknown> },
): Promise<ReadTrace> {
  let trace: ReadTrace | undefined;
  await inFolder(async (folder) => {
    await using command = start(`${folder}/trace.json`);
    await atWork(command);
    command.signal(signal);
    assertEquals((await command.end()).code, code, signal);
    await command.gone();
    trace = await onlyTrace(folder);
  });
  assert(trace !== undefined);
  return trace;
}

const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;

for (const mode of MODE_NAMES) testInterrupts(mode);

function testInterrupts(mode: ModeName): void {
  const ignore = mode === "direct" && ignores("SIGINT");

  Deno.test({
    name: `sim --trace writes what has run when Ctrl-C or another signal ends it in ${mode} mode`,
    ignore,
    fn: async () => {
      // Each signal in a mode of its own; each in every mode in a soak.
      const own = SIGNALS[MODE_NAMES.indexOf(mode)] ?? SIGNALS[0];
      for (const [signal, code] of runs(1) > 1 ? SIGNALS : [own]) {
        const run = ["--mode", mode, "--systems", "2", "--period", "0.02", "--print", "--duration", "100000"];
        const { processes, lanes } = await interrupted((path) => startSim(...run, "--trace", path), {
          signal,
          code,
          atWork: (command) => command.printed("t=0.1,"),
        });
        assertEquals([processes, lanes.size], [[`${mode} mode`], 3]);
        assert((lanes.get("1 busy0") ?? []).filter(({ name }) => name === "burning").length >= 4);
      }
    },
  });

  Deno.test({
    name: `run --trace writes what has run when a signal ends it in ${mode} mode while a task is busy for ever`,
    ignore,
    fn: async () => {
      const [signal, code] = SIGNALS[MODE_NAMES.indexOf(mode) % 2] ?? SIGNALS[0];
      const { processes, lanes } = await interrupted(
        (path) => startRun(busy, "--mode", mode, "--trace", path),
        { signal, code, atWork: (command) => command.complained("it is busy") },
      );
      assertEquals(processes, [`busy (plain), ${mode} mode`]);
      // Elsewhere a task is heard of when it has ended.
      if (mode === "direct") assertEquals(lanes.get("1 quick")?.map(({ name }) => name), ["running"]);
    },
  });
}
