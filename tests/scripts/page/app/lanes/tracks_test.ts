import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { filmOf } from "../../../../../scripts/page/app/film/film.ts";
import { Scale } from "../../../../../scripts/page/app/film/scale.ts";
import { barAt, drawRow, type Row, tracksOf } from "../../../../../scripts/page/app/lanes/tracks.ts";
import { runs } from "../../../../contracts/soak.ts";

/** Bars with gaps, of quite different lengths. */
const rows = fc.array(
  fc.tuple(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 1e-4, max: 50, noNaN: true })),
  {
    minLength: 1,
    maxLength: 200,
  },
).map((parts): Row => {
  let at = 0;
  const bars = parts.map(([gap, length]) => ({ from: at += gap, to: at += length }));
  return {
    from: Float64Array.from(bars, ({ from }) => from),
    to: Float64Array.from(bars, ({ to }) => to),
    kinds: Uint8Array.from(bars, (_, index) => index % 3),
    names: bars.map((_, index) => `bar ${index}`),
  };
});

Deno.test("drawRow() draws bars from left to right within the window, no more than pixels, and all that has two", () => {
  fc.assert(
    fc.property(
      rows,
      fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 100 })),
      fc.integer({ min: 1, max: 300 }),
      (row, [start, part], width) => {
        const length = row.to.at(-1) ?? 1;
        const from = start / 100 * length;
        const to = from + part / 100 * length;
        const drawn: { x: number; end: number; index: number }[] = [];
        const count = drawRow(
          row,
          { from, to, width },
          (_kind, x, wide, index) => drawn.push({ x, end: x + wide, index }),
        );
        assertEquals(count, drawn.length);
        assert(drawn.length <= width + 2);
        for (const [place, { x, end, index }] of drawn.entries()) {
          assert(x >= 0 && end <= width + 2 && end > x);
          assert(place === 0 || (drawn[place - 1]?.index ?? 0) < index, "in their order");
        }
        const pixels = width / (to - from);
        for (let index = 0; index < row.from.length; index++) {
          const [left, right] = [row.from[index] ?? 0, row.to[index] ?? 0];
          const seen = (Math.min(right, to) - Math.max(left, from)) * pixels;
          if (seen >= 2) assert(drawn.some((bar) => bar.index === index), `bar ${index} has ${seen} pixels`);
        }
      },
    ),
    { numRuns: runs(300) },
  );
});

Deno.test("barAt() finds the bar at a place, and none in a gap", () => {
  fc.assert(
    fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (row, part) => {
      const place = part * (row.to.at(-1) ?? 1);
      const found = barAt(row, place);
      const all = [...row.from.keys()].filter((index) =>
        (row.from[index] ?? 0) <= place && place <= (row.to[index] ?? 0)
      );
      assert(found === undefined ? all.length === 0 : all.includes(found));
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("tracksOf() tells what is held beside what is done, several things at once under all their names", () => {
  const span = (name: string, [started, finished]: readonly [number, number], holds = false) => {
    return { lane: "a", name, holds, started, finished, t: finished };
  };
  const film = filmOf({
    names: ["a"],
    spans: [
      span("running", [0, 4]),
      span("gate.wait", [4, 6]),
      span("sleep", [6, 8]),
      span("left", [1, 7], true),
      span("right", [3, 5], true),
    ],
  });
  const [track] = tracksOf(film, new Scale(film, "time"));
  assertEquals([...track?.doing.kinds ?? []], [0, 2, 1]);
  assertEquals(track?.holds.names, ["left", "left, right", "left"]);
  assertEquals([...track?.holds.from ?? []], [1, 3, 5]);
});
