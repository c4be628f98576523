import { assertEquals } from "@std/assert";
import { Host } from "../../../../../lib/host/mod.ts";
import { ChromeTrace, Simulator } from "../../../../../lib/simulator/mod.ts";
import { doingOf } from "../../../../../scripts/page/app/film/film.ts";
import { busyDiagram } from "../../../../../scripts/sim/busy.ts";

Deno.test("doingOf() knows each name of a simulation's trace: whoever burns runs, whoever is paced sleeps", async () => {
  const trace = new ChromeTrace();
  await using host = new Host();
  const busy = { systems: 1, period: 0.01, deterministic: true, burn: "wall", work: 0, mode: "thread" } as const;
  await using simulator = new Simulator(await busyDiagram(busy), {
    host,
    clock: host.clock,
    rate: 0.5,
    observe: trace.process("thread mode"),
  });
  await simulator.initialize();
  await simulator.advanceTo(0.03);
  await simulator.end();
  const spans = trace.toJSON().traceEvents.filter(({ ph }) => ph === "X").map(({ name }) => name);
  const known = { running: ["burning"], sleeping: ["pace"], waiting: ["wait", "waiting"] };
  for (const [doing, names] of Object.entries(known)) {
    for (const name of names) assertEquals(doingOf(name), doing);
  }
  assertEquals(spans.includes("burning"), true);
  assertEquals(spans.filter((name) => doingOf(name) === "waiting" && !known.waiting.includes(name)), []);
});
