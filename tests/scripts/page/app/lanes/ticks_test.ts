import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { filmOf } from "../../../../../scripts/page/app/film/film.ts";
import { Scale, SCALES } from "../../../../../scripts/page/app/film/scale.ts";
import { ticksOf, timeText } from "../../../../../scripts/page/app/lanes/ticks.ts";
import { moved, whole, zoomed } from "../../../../../scripts/page/app/lanes/view_window.ts";
import { runs } from "../../../../contracts/soak.ts";

function filmOfLength(length: number) {
  return filmOf({ names: ["a"], spans: [{ lane: "a", name: "running", started: 0, finished: length, t: length }] });
}

for (const name of SCALES) {
  Deno.test(`ticksOf() by ${name} marks even places within the window, about as many as have room`, () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        fc.integer({ min: 50, max: 3000 }),
        (length, width) => {
          const scale = new Scale(filmOfLength(length), name);
          const ticks = ticksOf({ from: 0, to: scale.length, width }, { scale, name });
          assert(ticks.every(({ place }) => place >= 0 && place <= scale.length + 1e-9));
          assert(ticks.length <= width / 100 + 2);
        },
      ),
      { numRuns: runs(100) },
    );
  });
}

Deno.test("timeText() says times as people read them", () => {
  assertEquals([0, 0.004, 1.5, 250, 12_345].map(timeText), ["0", "4 µs", "1.5 ms", "250 ms", "12.345 s"]);
});

Deno.test("zoomed() and moved() never leave the film, and what is at the place stays there", () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const acts = fc.array(
    fc.tuple(fc.double({ min: 0.2, max: 5, noNaN: true }), part, fc.double({ min: -2, max: 2, noNaN: true })),
  );
  fc.assert(
    fc.property(acts, (acts) => {
      const length = 100;
      let view = whole(length);
      for (const [factor, at, by] of acts) {
        const place = view.from + at * (view.to - view.from);
        const next = zoomed(view, { factor, place, length });
        if (next.from > 0 && next.to < length) {
          assert(Math.abs((place - next.from) / (next.to - next.from) - at) < 1e-6);
        }
        view = moved(next, by * length, length);
        assert(view.from >= 0 && view.to <= length + 1e-9 && view.to > view.from);
      }
    }),
    { numRuns: runs(100) },
  );
});
