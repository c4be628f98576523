import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { delegate, DiagramBuilder, scalar, type System } from "../../../lib/diagram/mod.ts";
import { defineSystem } from "../../../lib/diagram/mod.ts";
import { GuestDiedError, GuestError, GuestTimeoutError } from "../../../lib/errors.ts";
import { BLOCKS_MODULE, Host, loadSystem } from "../../../lib/host/mod.ts";
import { Simulator } from "../../../lib/simulator/mod.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import type { Fault, Place } from "../../guests/faulty.ts";

const FAULTY = import.meta.resolve("../../guests/faulty.ts");
const LAW = import.meta.resolve("../../guests/systems.ts");

/** What goes wrong with a part, if anything; `own` gives it a guest of its own. */
type Part = { readonly place?: Place; readonly fault?: Fault; readonly at?: number; readonly own?: boolean };

async function system(parts: Readonly<Record<string, Part>>, mode: string): Promise<System> {
  const builder = new DiagramBuilder("several");
  for (const [name, { own = false, place = "update", fault = "throw", at = Infinity }] of Object.entries(parts)) {
    const argument = { near: Deno.pid, place, fault, at, milliseconds: 3000 };
    const inner = await loadSystem({ module: FAULTY, export: "faulty", argument });
    const part = builder.add(name, delegate(inner, { mode, period: 1, ...own ? {} : { guest: "io" } }));
    builder.exportInput(`${name}_u`, part.input("u"));
    for (const port of ["y", "pid"]) builder.exportOutput(`${name}_${port}`, part.output(port));
  }
  return builder.build();
}

/** Runs it for some seconds; gives the outputs. */
async function run(system: System, { host, until }: { host: Host; until: number }): Promise<Record<string, unknown>> {
  await using simulator = new Simulator(system, { host });
  for (const input of Object.keys(system.inputs)) simulator.fix(input, 0);
  await simulator.initialize();
  await simulator.advanceTo(until);
  await simulator.advancePendingEvents();
  return Object.fromEntries(Object.keys(system.outputs).map((port) => [port, simulator.context.output(port)]));
}

Deno.test("delegate() takes a guest by name", () => {
  const still = defineSystem({ name: "still", outputs: { y: { type: scalar(), value: () => 1 } } });
  assertEquals(delegate(still, { mode: "direct", period: 1, guest: "io" }).guest, "io");
  for (const guest of ["", 1 as never]) {
    assertThrows(() => delegate(still, { mode: "direct", period: 1, guest }), TypeError, "a name or none is wanted");
  }
});

Deno.test("Systems that name the same guest of a run share one process, others have their own", async () => {
  await using host = new Host();
  const outputs = await run(await system({ a: {}, b: {}, c: { own: true } }, "process"), { host, until: 3 });
  assertEquals([outputs.a_y, outputs.b_y, outputs.c_y], [3, 3, 3]);
  assertEquals(outputs.a_pid, outputs.b_pid);
  assert(outputs.a_pid !== outputs.c_pid && outputs.a_pid !== Deno.pid);
});

for (const mode of ELSEWHERE) {
  Deno.test(`What one system of a guest throws is its own error, in ${mode} mode`, async () => {
    await using host = new Host();
    for (const [place, at] of [["construct", 0], ["initialize", 0], ["update", 2], ["output", 1]] as const) {
      const broken = await system({ a: {}, b: { place, at }, c: {} }, mode);
      const error = await run(broken, { host, until: 4 }).catch((error) => error);
      assertInstanceOf(error, GuestError, String(error));
      assertEquals([error.guest, error.mode, error.phase], ["b", mode, place]);
    }
  });

  Deno.test(`The death of a shared guest names its systems, and ends no other, in ${mode} mode`, async () => {
    await using host = new Host();
    const fault = mode === "thread" ? "close" : "exit";
    const broken = await system({ a: {}, b: { fault, at: 2 }, c: { own: true } }, mode);
    const error = await run(broken, { host, until: 9 }).catch((error) => error);
    assertInstanceOf(error, GuestDiedError, String(error));
    assertEquals(error.guest, "io (a, b)");
    assertEquals((await run(await system({ a: {}, b: {} }, mode), { host, until: 2 })).b_y, 2, "a fresh guest");
  });

  Deno.test(`A shared guest that does not answer is given up, which names the system that it is at, in ${mode} mode`, async () => {
    await using host = new Host({ timeout: 2 });
    const stuck = await system({ a: {}, b: { fault: "block", at: 1 }, c: {} }, mode);
    const error = await run(stuck, { host, until: 4 }).catch((error) => error);
    assertInstanceOf(error, GuestTimeoutError, String(error));
    assertEquals(error.guest, "io (at b)");
  });

  Deno.test(`A guest has the systems of one module and built-in blocks, in ${mode} mode`, async () => {
    await using host = new Host();
    const build = async (modules: readonly string[]) => {
      const builder = new DiagramBuilder("mixed");
      for (const [index, module] of modules.entries()) {
        const argument = { period: 1, near: Deno.pid, factor: 2 };
        const name = module === BLOCKS_MODULE ? "gain" : module === FAULTY ? "growing" : "stepper";
        const inner = await loadSystem({ module, export: name, argument: { ...argument, bytes: 1 } });
        const part = builder.add(`p${index}`, delegate(inner, { mode, period: 1, guest: "io" }));
        for (const input of Object.keys(inner.inputs)) builder.exportInput(`p${index}_${input}`, part.input(input));
        builder.exportOutput(`p${index}_y`, part.output(name === "stepper" ? "steps" : "y"));
      }
      return builder.build();
    };
    const outputs = await run(await build([BLOCKS_MODULE, LAW, BLOCKS_MODULE]), { host, until: 3 });
    assertEquals(outputs.p1_y, (await run(await build([LAW]), { host, until: 3 })).p0_y);
    const mixed = await build([LAW, BLOCKS_MODULE, FAULTY]);
    const error = await assertRejects(() => run(mixed, { host, until: 1 }), TypeError);
    assertStringIncludes(error.message, "Cannot run p2 in guest io (p0, p1, p2): it comes from ");
    assertStringIncludes(error.message, "one module that exports them all or a guest of its own is wanted");
  });
}
