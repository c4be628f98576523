import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Span } from "../../../mod.ts";
import { axisLine } from "../../../scripts/run/axis.ts";
import { itemsOf } from "../../../scripts/run/cells.ts";
import type { LaneSpan } from "../../../scripts/run/cells.ts";
import { type Lane, laneLines, lanesOf } from "../../../scripts/run/lanes.ts";
import { runs } from "../../contracts/soak.ts";

const name = fc.constantFrom("running", "guard.acquire", "sleep", "a\n\x1b[1m", "é".repeat(30));

/** Spans one after another, some without a gap between, of very different lengths. */
const spans: fc.Arbitrary<LaneSpan[]> = fc.tuple(
  fc.double({ min: 0, max: 1e4, noNaN: true }),
  fc.array(
    fc.record({ name, gap: fc.constantFrom(0, 0, 0.01, 5), length: fc.constantFrom(0.001, 0.001, 0.1, 3, 400) }),
    { maxLength: 200, size: "max" },
  ),
).map(([start, parts]) => {
  let at = start;
  return parts.map(({ name, gap, length }) => {
    const started = at + gap;
    at = started + length;
    return { name, started, finished: at };
  });
});

const lanes: fc.Arbitrary<Lane[]> = fc.array(fc.record({ lane: fc.string({ maxLength: 100 }), spans }), {
  maxLength: 6,
});

Deno.test("itemsOf() gives every span a cell, in order, apart from others, none moved by far without need", () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 1, max: 200 }), (spans, cells) => {
      const from = spans[0]?.started ?? 0;
      const to = spans.at(-1)?.finished ?? 0;
      const items = itemsOf(spans, { from, to, cells });
      assertEquals(items.flatMap(({ names }) => names), spans.map(({ name }) => name));
      let before = 0;
      for (const item of items) {
        assert(item.from >= before && item.to > item.from && item.to <= cells, JSON.stringify(items));
        before = item.to;
      }
      // With a cell for each twelve times over, nobody is far from where it belongs.
      if (12 * spans.length > cells) return;
      items.forEach(({ from: cell }, index) => {
        const belongs = ((spans[index]?.started ?? 0) - from) / (to - from) * cells;
        assert(Math.abs(cell - belongs) <= cells / 12 + 1, `${cell} for ${belongs}`);
      });
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("laneLines() has a row for every lane, no line longer than the width, and color only where it is painted", () => {
  fc.assert(
    fc.property(lanes, fc.integer({ min: 20, max: 200 }), (lanes, width) => {
      const lines = laneLines(lanes, { width, clock: "virtual" });
      for (const line of lines) {
        assert([...line].length <= width, line);
        assert(!/\p{Cc}/u.test(line) && !line.endsWith(" "), JSON.stringify(line));
      }
      lanes.forEach(({ lane, spans }, index) => {
        const row = lines[index] ?? "";
        assert(row.startsWith(`  ${lane.slice(0, 4).replaceAll(/[^ -~]/g, "?")}`.trimEnd()), row);
        assert(spans.length === 0 || /[█░▒A-Za-z]/.test(row));
      });
      const painted = laneLines(lanes, {
        width,
        clock: "virtual",
        paint: (code, text) => `\x1b[${code}m${text}\x1b[0m`,
      });
      // deno-lint-ignore no-control-regex
      assertEquals(painted.map((line) => line.replaceAll(/\x1b\[\d+m/g, "")), lines);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("laneLines() draws who runs, who waits, and for what, with the time under it", () => {
  const lanes = [
    {
      lane: "a",
      spans: [
        { name: "running", started: 0, finished: 10 },
        { name: "gate.wait", started: 10, finished: 80 },
        { name: "running", started: 80, finished: 100 },
      ],
    },
    { lane: "b", spans: [{ name: "guard.acquire", started: 30, finished: 50 }] },
    { lane: "idle", spans: [] },
  ];
  assertEquals(
    laneLines(lanes, { width: 48, clock: "real" }),
    [
      "  a     ████░gate.wait░░░░░░░░░░░░░░░░░░████████",
      "  b                 A░░░░░░░",
      "  idle",
      "  real  |0 ms               |50 ms",
      "  █ running  ░ waiting  A guard.acquire",
    ],
  );
  assertEquals(laneLines([{ lane: "a", spans: [] }], { width: 40, clock: "real" }), [
    "  a",
    "  Nobody was seen to run or to wait.",
  ]);
});

Deno.test("laneLines() lets a cell stand for several spans where too much happens at once", () => {
  const busy = Array.from({ length: 200 }, (_, index) => ({
    name: index % 2 === 0 ? "running" : "sleep",
    started: index / 1000,
    finished: (index + 1) / 1000,
  }));
  const spans = [...busy, { name: "sleep", started: 0.2, finished: 100 }];
  const [row = "", , legend] = laneLines([{ lane: "a", spans }], { width: 50, clock: "real" });
  assert(row.startsWith("  a     ▒░sleep░"), row);
  assertEquals(legend, "  ▒ several, one after another  ░ waiting");
});

Deno.test("itemsOf() makes one item of a crowd rather than move what comes after it", () => {
  const crowd = Array.from(
    { length: 7 },
    (_, index) => ({ name: "x", started: index / 7, finished: (index + 1) / 7 }),
  );
  const spans = [...crowd, { name: "sleep", started: 1, finished: 20 }, {
    name: "running",
    started: 20,
    finished: 100,
  }];
  const items = itemsOf(spans, { from: 0, to: 100, cells: 40 });
  assertEquals(items.map(({ from, to, names }) => [from, to, names.length]), [[0, 8, 8], [8, 40, 1]]);
});

Deno.test("lanesOf() has the tasks in their order, then others by their begin, each with its spans in order", () => {
  const span = (lane: string, name: string, started: number): Span => {
    return { lane, name, started, finished: started + 1, t: 0 };
  };
  const seen = [span("z", "late", 9), span("b", "second", 2), span("y", "early", 1), span("b", "first", 0)];
  assertEquals(
    lanesOf(seen, { names: ["a", "b"] }).map(({ lane, spans }) => [lane, ...spans.map(({ name }) => name)]),
    [
      ["a"],
      ["b", "first", "second"],
      ["y", "early"],
      ["z", "late"],
    ],
  );
});

Deno.test("axisLine() marks round times where they are", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 10, max: 200 }),
      (from, length, cells) => {
        const line = axisLine({ from, to: from + length, cells });
        assert(line.length <= cells, line);
        for (const { index, 1: number = "", 2: unit = "" } of line.matchAll(/\|([\d.]+) (s|ms|µs)/g)) {
          const ms = Number(number) * ({ s: 1000, ms: 1 }[unit] ?? 0.001);
          assert(Math.abs((ms - from) / length * cells - index) <= 1 + 1e-6, `${number} ${unit} in ${line}`);
        }
      },
    ),
    { numRuns: runs(300) },
  );
});
