/**
 * What a host does in a browser, and in Deno beside it: each function gives plain data that the two are compared by.
 *
 * - In a browser this file is bundled with the library and the programs, so guests find the programs in it.
 *
 * @module
 */

import {
  type AnyProgram,
  clock,
  delegate,
  DiagramBuilder,
  explore,
  Host,
  loadProgram,
  loadSystem,
  type ModeName,
  Pool,
  Simulator,
} from "../../mod.ts";
import { type Esbuild, exploreScenario, replayScenario } from "../../lib/scenario/mod.ts";
import { programNamed, programs } from "../../lib/programs/mod.ts";

export { programs };

/** What each program comes to in a mode: `declared`, or what else. */
export async function outcomes(mode: ModeName): Promise<Record<string, string>> {
  await using host = new Host();
  const all: Record<string, string> = {};
  for (const program of programs) {
    const { ok, outcome } = await host.run(program, { mode, timeout: 60 });
    all[program.name] = ok ? "declared" : JSON.stringify(outcome);
  }
  return all;
}

/** What a pool gives whose functions stand in a module of the user's own. */
export async function pooled(mode: ModeName): Promise<unknown> {
  const text = `export const square = (n) => n * n;
export const fail = () => { throw new RangeError("it fails"); };
export const sizeOf = (buffer) => buffer.byteLength;`;
  const module = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  await using pool = await Pool.open({ mode, module, workers: 2 });
  const squares = await Array.fromAsync(pool.map("square", [1, 2, 3, 4, 5]));
  const failed = await pool.run("fail", null).catch((error: Error) => `${error.name}: ${error.message}`);
  const buffer = new ArrayBuffer(1000);
  const size = await pool.run("sizeOf", buffer, { transfer: [buffer] });
  return { squares, failed, size, left: buffer.byteLength };
}

/** The certificate of delegated busy systems. */
export async function certificate(
  { mode, systems, period, duration }: {
    readonly mode: ModeName;
    readonly systems: number;
    readonly period: number;
    readonly duration: number;
  },
): Promise<string> {
  await using host = new Host();
  const busy = await loadSystem({ module: "holdfast:blocks", export: "busy", argument: { period, burn: "none" } });
  const builder = new DiagramBuilder("golden");
  const time = builder.add("time", clock());
  for (let index = 0; index < systems; index++) {
    const part = builder.add(`busy${index}`, delegate(busy, { mode, period }));
    builder.connect(time.output("t"), part.input("u") as Parameters<typeof builder.connect>[1]);
    builder.exportOutput(`y${index}`, part.output("y"));
  }
  await using simulator = new Simulator(builder.build(), { host });
  await simulator.initialize();
  await simulator.advanceTo(duration);
  return await simulator.trace.certificate();
}

/** What the explorer says of some programs. */
export function explored(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => {
    const result = explore(programNamed(name) as AnyProgram, { budget: 300 });
    const { verdict, schedules } = result;
    return [name, { verdict, schedules, schedule: "schedule" in result ? result.schedule : null }];
  }));
}

/** How a run in a mode is refused; of a program that is given a folder, where one is named. */
export async function refusal(mode: ModeName, folder?: string): Promise<string> {
  await using host = new Host();
  const name = folder === undefined ? "lock" : "dir-info";
  const parameters = folder === undefined ? {} : { dir: folder };
  const running = Promise.try(() => host.run(programNamed(name), { mode, parameters }));
  return await running.then(() => "it runs", String);
}

/** What comes of a user's program one of whose threads never comes back. */
export async function stuck(): Promise<unknown> {
  const text = `import { programs } from ${JSON.stringify(import.meta.url)};
const lock = programs.find(({ name }) => name === "lock");
const stuck = { name: "stuck", *run() { for (;;); } };
export const program = {
  ...lock, name: "loops", module: import.meta.url, tasks: (settings) => [...lock.tasks(settings), stuck],
};`;
  const module = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const host = new Host();
  const { outcome } = await host.run(await loadProgram(module), { mode: "thread", timeout: 5 });
  await host.close();
  return outcome;
}

/** What exploring scenarios of a module by turns comes to, and replaying what it finds. */
export async function scenarios(
  { esbuild, module, names }: { readonly esbuild: Esbuild; readonly module: string; readonly names: readonly string[] },
): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const name of names) {
    const options = { esbuild, name, drain: "turn" as const };
    const { result: { verdict, schedules, ...rest }, trace } = await exploreScenario(module, {
      ...options,
      budget: 50,
    });
    const schedule = "schedule" in rest ? rest.schedule : undefined;
    const replayed = schedule === undefined ? undefined : await replayScenario(module, schedule, options);
    const [kind, message] = [replayed?.finding?.kind, replayed?.finding?.message];
    const place = trace?.rows[0]?.source?.replace(/^.*\//, "");
    all[name] = JSON.stringify({ verdict, schedules, schedule, kind, message, place });
  }
  return all;
}

/** The same with the esbuild of a site. */
export async function scenariosOfSite(
  { site, ...rest }: { readonly site: string; readonly module: string; readonly names: readonly string[] },
): Promise<Record<string, string>> {
  const esbuild = await import(`${site}/esm/browser.min.js`);
  await esbuild.initialize({ wasmURL: `${site}/esbuild.wasm`, worker: false });
  return await scenarios({ esbuild, ...rest });
}
