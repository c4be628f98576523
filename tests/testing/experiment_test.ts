import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { scalar, vector } from "../../lib/diagram/mod.ts";
import { endOf, type Experiment, experiments, stopsOf, valuesAt } from "../../lib/testing/experiment.ts";
import { runs } from "../contracts/soak.ts";

const inputs = { u: scalar(), v: vector(3) };
const arbitrary = experiments(inputs, { fc, steps: 6 }) as fc.Arbitrary<Experiment>;
const numRuns = runs(200);

Deno.test("stopsOf() ascends, stops at each event, and ends where the run ends", () => {
  fc.assert(
    fc.property(arbitrary, (experiment) => {
      const stops = stopsOf(experiment);
      assert(stops.every((stop, index) => index === 0 || stop > (stops[index - 1] ?? Infinity)));
      assertEquals(stops.at(-1), endOf(experiment));
      const { period, offset } = experiment.delegated;
      for (let k = 0; k <= experiment.periods; k++) assert(stops.includes(offset + k * period));
    }),
    { numRuns },
  );
});

Deno.test("valuesAt() shows the first row before any event and the last for ever", () => {
  fc.assert(
    fc.property(arbitrary, fc.nat(20), (experiment, events) => {
      for (const [input, values] of Object.entries(experiment.rows)) {
        assertEquals(valuesAt(experiment, 0)[input], values[0]);
        assertEquals(valuesAt(experiment, events)[input], values[events] ?? values.at(-1));
      }
    }),
    { numRuns },
  );
});

Deno.test("experiments() drives scalars and vectors with any float64", () => {
  const seen = fc.sample(arbitrary, { numRuns: 1000, seed: 1 }).flatMap(({ rows: { u = [], v = [] } }) => {
    assert(v.every((value) => Array.isArray(value) && value.length === 3));
    return [...u, ...v.flat()];
  });
  for (const special of [NaN, -0, Infinity, -Infinity]) assert(seen.some((value) => Object.is(value, special)));
});
