import { assertEquals } from "@std/assert";
import { busy, gain, zeroOrderHold } from "../../lib/blocks/mod.ts";
import { abstract, defineSystem, delegate, DiagramBuilder, scalar, type System } from "../../lib/diagram/mod.ts";
import type { Experiment } from "../../lib/testing/experiment.ts";
import { lawfulRows } from "../../lib/testing/law.ts";
import { mortal } from "../guests/testing_systems.ts";

const tenth = { period: 0.1, offset: 0 };

/** What is seen after each release. */
function released(system: System, experiment: Partial<Experiment>): unknown[] {
  const whole = { delegated: tenth, driven: tenth, rows: { u: [1, 2, 3, 4] }, periods: 4, rest: 0.5, cut: 0.5 };
  const rows = lawfulRows(system, { experiment: { ...whole, ...experiment }, now: () => 0 });
  return rows.filter(({ at }) => at === "after the release").map(({ cells: [cell] }) => cell);
}

Deno.test("lawfulRows() shows y^ after initialization at first, then y^ of one period ago", () => {
  // Initialization sets x := u_0 + 1; the event at t_k sets x := u_k + 1.
  assertEquals(released(busy({ period: 0.1, burn: "none" }), {}), [2, 2, 3, 4, 5]);
  assertEquals(released(gain({ factor: 10 }), {}), [10, 10, 20, 30, 40]);
});

Deno.test("lawfulRows() holds the input at u_k over the whole period before t_k", () => {
  // The inner events at 0.05, 0.15, ... see the u_k of the event after them.
  assertEquals(released(zeroOrderHold({ period: 0.1, offset: 0.05 }), {}), [0, 0, 2, 3, 4]);
});

Deno.test("lawfulRows() shows the older output before a release, and leaves what is due exactly at the end pending", () => {
  const experiment = { delegated: tenth, driven: tenth, rows: { u: [7, 8] }, periods: 2, rest: 0, cut: 0.5 };
  assertEquals(lawfulRows(zeroOrderHold({ period: 0.1 }), { experiment, now: () => 0 }), [
    { t: 0, at: "before the release", cells: [0] },
    { t: 0, at: "after the release", cells: [0] },
    { t: 0.1, at: "before the release", cells: [0] },
    { t: 0.1, at: "after the release", cells: [7] },
    { t: 0.2, at: "before the release", cells: [7] },
    { t: 0.2, at: "at the end", cells: [7] },
  ]);
});

Deno.test("lawfulRows() hands over copies, as a far side gets them", () => {
  class Point {}
  const looker = defineSystem({
    name: "looker",
    inputs: { point: abstract<object>({}) },
    outputs: { y: { type: scalar(), value: ({ input }) => input.point instanceof Point ? 1 : 0 } },
  });
  assertEquals(released(looker, { rows: { point: [new Point()] } }), [0, 0, 0, 0, 0]);
});

Deno.test("lawfulRows() sees inputs as they are at the event, however often they change between events", () => {
  const quick = { period: 0.05, offset: 0 };
  assertEquals(released(gain({ factor: 1 }), { driven: quick, rows: { u: [0, 1, 2, 3, 4, 5, 6, 7, 8] } }), [
    0,
    0,
    2,
    4,
    6,
  ]);
});

Deno.test("lawfulRows() names an instant by the event with the smallest period", () => {
  const clock = defineSystem({
    name: "clock",
    state: { t: scalar(-1) },
    outputs: { t: { type: scalar(), value: ({ state }) => state.t } },
    update: { period: 0.3, run: ({ t, next }) => void (next.t = t) },
  });
  // 0.3 is one instant, and its t is that of the delegation: 3 * 0.1.
  assertEquals(released(clock, { rows: {} }), [-1, 0, 0, 0, 3 * 0.1]);
});

Deno.test("lawfulRows() keeps the outputs of a system that has ended itself", () => {
  assertEquals(released(mortal({ last: 1 }), { rows: {} }), [0, 1, 2, 2, 2]);
});

Deno.test("lawfulRows() runs a direct delegate inside the system: two periods late", () => {
  const builder = new DiagramBuilder("nested");
  const inner = builder.add("inner", delegate(gain({ factor: 1 }), { mode: "direct", ...tenth }));
  builder.exportInput("u", inner.input("u"));
  builder.exportOutput("y", inner.output("y"));
  assertEquals(released(builder.build(), {}), [1, 1, 1, 2, 3]);
});
