import { assert, assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { filmOf } from "../../../../../scripts/page/app/film/film.ts";
import { Scale, SCALES } from "../../../../../scripts/page/app/film/scale.ts";
import { runs } from "../../../../contracts/soak.ts";

const gaps = fc.array(fc.double({ min: 0.001, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 30 });

function filmWith(gaps: readonly number[]) {
  let at = 5;
  const spans = gaps.map((gap, place) => {
    const started = at;
    at += gap;
    return { lane: "a", name: place % 2 === 0 ? "running" : "gate.wait", started, finished: at, t: at };
  });
  return filmOf({ names: ["a"], spans });
}

for (const name of SCALES) {
  Deno.test(`Scale by ${name}: places grow with times, and each place has its time`, () => {
    fc.assert(
      fc.property(gaps, fc.double({ min: 0, max: 1, noNaN: true }), (gaps, part) => {
        const film = filmWith(gaps);
        const scale = new Scale(film, name);
        const time = part * film.length;
        assertAlmostEquals(scale.timeAt(scale.placeOf(time)), time, 1e-6);
        const places = film.events.map(({ at }) => scale.placeOf(at));
        assert(places.every((place, index) => index === 0 || place >= (places[index - 1] ?? 0)));
        assertAlmostEquals(scale.placeOf(film.length), scale.length, 1e-6);
      }),
      { numRuns: runs(100) },
    );
  });
}

Deno.test("Scale.next() goes through all events, forward and back", () => {
  fc.assert(
    fc.property(gaps, (gaps) => {
      const film = filmWith(gaps);
      const scale = new Scale(film, "events");
      const times = [...new Set([0, ...film.events.map(({ at }) => at)])];
      let time = 0;
      for (const wanted of times.slice(1)) {
        time = scale.next(time, 1);
        assert(time === wanted);
      }
      assert(scale.next(time, 1) === film.length);
      for (const wanted of times.toReversed().slice(1)) {
        time = scale.next(time, -1);
        assert(time === wanted);
      }
    }),
    { numRuns: runs(100) },
  );
});
