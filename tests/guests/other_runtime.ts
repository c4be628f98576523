/**
 * What a runtime other than Deno does with the library, as JSON: programs in every mode, the explorer, a pool, a delegated
 * simulation, and what it refuses.
 *
 * It is run as `node other_runtime.ts <URL of the library with its programs> <N>`: direct mode runs every
 * program, the others each Nth one.
 *
 * @module
 */

import process from "node:process";

const [, , url = "", nth = "1"] = process.argv;
const library: typeof import("../../mod.ts") & typeof import("../../lib/programs/mod.ts") = await import(url);
const { clock, delegate, DiagramBuilder, explore, Host, isProgram, loadSystem, needsOf, Pool, programs, Simulator } =
  library;

/** How many programs are explored, by so many schedules. */
const [EXPLORED, BUDGET] = [5, 100];
const MODES = ["direct", "thread", "process"] as const;
const failed: string[] = [];

/** Runs programs in a mode, says how many did what they claim, and keeps what the others did. */
async function runAll(mode: typeof MODES[number]): Promise<number> {
  let held = 0;
  await using warm = new Host();
  for (const program of programs.filter((_, at) => mode === "direct" || at % Number(nth) === 0)) {
    const needs = needsOf(program, {});
    await using own = needs.fresh === true ? new Host(needs) : undefined;
    const { ok, outcome } = await (own ?? warm).run(program, { mode, timeout: 60 });
    if (ok) held++;
    else failed.push(`${program.name} in ${mode} mode: ${JSON.stringify(outcome)}`);
  }
  return held;
}

/** The certificate of a delegated simulation. */
async function certificate(mode: typeof MODES[number]): Promise<string> {
  const builder = new DiagramBuilder("golden");
  const time = builder.add("time", clock());
  const busy = await loadSystem({
    module: "holdfast:blocks",
    export: "busy",
    argument: { period: 0.1, burn: "none" },
  });
  const worker = builder.add("busy", delegate(busy, { mode, period: 0.1 }));
  builder.connect(time.output("t"), worker.input("u"));
  builder.exportOutput("y", worker.output("y"));
  await using host = new Host();
  await using simulator = new Simulator(builder.build(), { host });
  await simulator.initialize();
  await simulator.advanceTo(0.4);
  return await simulator.trace.certificate();
}

/** What a pool makes of three calls. */
async function squares(mode: typeof MODES[number]): Promise<unknown> {
  const module = "data:text/javascript,export const square = (n) => n * n;";
  await using pool = await Pool.open({ mode, module, workers: 2 });
  return await Promise.all([1, 2, 3].map((n) => pool.submit("square", n).result()));
}

/** What is said where something cannot be done. */
async function refusal(options: ConstructorParameters<typeof Host>[0]): Promise<string> {
  try {
    await using host = new Host(options);
    await Pool.open({ mode: "process", module: "data:text/javascript,", workers: 1, host });
    return "nothing";
  } catch (error) {
    return String(error);
  }
}

const explored = programs.filter((program) => isProgram(program)).slice(0, EXPLORED).map((program) => {
  const { verdict, schedules, outcomes } = explore(program, { seed: 1, budget: BUDGET });
  return { name: program.name, verdict, schedules, outcomes };
});

const told = {
  held: [] as number[],
  failed,
  programs: programs.length,
  explored,
  certificates: [] as string[],
  squares: [] as unknown[],
  refusals: [
    await refusal({ permissions: { net: false } }),
    await refusal({ guests: { importMap: "map.json" } }),
    await refusal({ engine: { servers: "nats://127.0.0.1:1" } }),
  ],
};
for (const mode of MODES) {
  told.held.push(await runAll(mode));
  told.certificates.push(await certificate(mode));
  told.squares.push(await squares(mode));
}
console.log(JSON.stringify(told));
