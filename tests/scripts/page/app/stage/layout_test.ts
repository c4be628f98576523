import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FilmItem } from "../../../../../scripts/page/app/film/items.ts";
import { flowChart, keyOf } from "../../../../../scripts/page/app/stage/flow.ts";
import { layoutOf } from "../../../../../scripts/page/app/stage/layout.ts";
import { runs } from "../../../../contracts/soak.ts";

const thing = (name: string) => ({ name, kind: "channel", state: {} });
const lane = (name: string) => ({ lane: name, spans: [] });
const item = (from: string, thing: string, taker?: string): FilmItem => {
  const own = { id: 1, text: "x", thing, from, offered: 0, entered: 1, left: taker === undefined ? Infinity : 2 };
  return taker === undefined ? own : { ...own, taker };
};

const charts = fc.record({
  tasks: fc.integer({ min: 1, max: 40 }),
  things: fc.nat(12),
  ways: fc.array(fc.tuple(fc.nat(39), fc.nat(11), fc.nat(39)), { maxLength: 30 }),
}).map(({ tasks, things, ways }) => {
  return flowChart({
    lanes: Array.from({ length: tasks }, (_, index) => lane(`t${index}`)),
    things: Array.from({ length: things }, (_, index) => thing(`q${index}`)),
    items: ways.filter(() => things > 0).map(([from, over, to]) => {
      return item(`t${from % tasks}`, `q${over % things}`, `t${to % tasks}`);
    }),
  });
});

Deno.test("flowChart() places each task and each thing once, things that nothing flows through beside", () => {
  fc.assert(
    fc.property(charts, ({ layers, beside, flows }) => {
      const all = [...layers.flat(), ...beside].map(keyOf);
      assertEquals(new Set(all).size, all.length);
      for (const { from, to } of flows) assert(all.includes(from) && all.includes(to));
      assert(beside.every((node) => flows.every(({ from, to }) => from !== keyOf(node) && to !== keyOf(node))));
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("flowChart() stands a pipeline in the order of its flow, and a flow that leads back changes nothing", () => {
  const lanes = ["main", "maker", "worker"].map(lane);
  const things = ["jobs", "results"].map(thing);
  const line = [item("maker", "jobs", "worker"), item("worker", "results", "main")];
  const names = (items: readonly FilmItem[]) =>
    flowChart({ lanes, things, items }).layers.map((layer) => layer.map(keyOf));
  const wanted = [["task maker"], ["thing jobs"], ["task worker"], ["thing results"], ["task main"]];
  assertEquals(names(line), wanted);
  assertEquals(names([...line, item("main", "jobs")]), wanted);
});

Deno.test("layoutOf() overlaps no two boxes and leaves none outside, at any width", () => {
  fc.assert(
    fc.property(charts, fc.integer({ min: 290, max: 2500 }), (chart, width) => {
      const { boxes, height } = layoutOf(chart, width);
      const all = [...boxes.values()];
      assertEquals(all.length, chart.layers.flat().length + chart.beside.length);
      for (const [index, { x, y, width: wide, height: high }] of all.entries()) {
        assert(
          x >= -1e-6 && y >= -1e-6 && x + wide <= width + 1e-6 && y + high <= height + 1e-6,
          `${x} ${y} ${height}`,
        );
        for (const other of all.slice(index + 1)) {
          const apart = x + wide <= other.x + 1e-6 || other.x + other.width <= x + 1e-6 || y + high <= other.y + 1e-6 ||
            other.y + other.height <= y + 1e-6;
          assert(apart);
        }
      }
    }),
    { numRuns: runs(100) },
  );
});
