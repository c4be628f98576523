import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { gainOf } from "../../../lib/simulator/profile/delegation_gain.ts";
import { runs } from "../../contracts/soak.ts";

const systems = fc.array(
  fc.record({ milliseconds: fc.nat(1000), events: fc.nat(100) }).map(({ milliseconds, events }) => {
    return { path: "", seconds: milliseconds / 1000, events };
  }),
  { maxLength: 6 },
).map((list) => list.map((system, index) => ({ ...system, path: `p${index}` })));

Deno.test("gainOf() is that of the best systems to delegate, by the time of the longest of three", () => {
  fc.assert(
    fc.property(systems, fc.nat(1000), fc.integer({ min: 1, max: 8 }), (systems, milliseconds, cores) => {
      const simulator = milliseconds / 1000;
      const work = systems.reduce((sum, { seconds }) => sum + seconds, simulator);
      const message = 1e-3;
      const gain = gainOf(systems, { simulator, cores, messageSec: message });
      const timeOf = (delegated: readonly string[]) => {
        const far = systems.filter(({ path }) => delegated.includes(path));
        if (far.length === 0) return work;
        const messages = far.reduce((sum, { events }) => sum + events * message, 0);
        const near = work - far.reduce((sum, { seconds }) => sum + seconds, 0) + messages;
        return Math.max(near, (work + messages) / cores, ...far.map(({ seconds }) => seconds));
      };
      const time = timeOf(gain.delegate);
      if (work > 0) assertAlmostEquals(gain.factor, work / time, 1e-6);
      assert(gain.factor >= 1 && gain.factor <= cores + 1e-9 && gain.withoutEnd >= gain.factor - 1e-9);
      // The busiest ones are delegated: none of them could be left out, nor the next one added, for the better.
      const ordered = systems.toSorted((one, other) => other.seconds - one.seconds).map(({ path }) => path);
      for (let count = 0; count <= ordered.length; count++) assert(timeOf(ordered.slice(0, count)) >= time - 1e-9);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("gainOf() names the limit: the cores, the slowest system, or what stays inline", () => {
  const of = (milliseconds: readonly number[], simulator: number, cores: number) => {
    const systems = milliseconds.map((ms, index) => ({ path: `p${index}`, seconds: ms / 1000, events: 1 }));
    const { factor, limit, delegate, slowest } = gainOf(systems, { simulator, cores, messageSec: 0 });
    return [Math.round(10 * factor) / 10, limit, delegate.join(), slowest];
  };
  assertEquals(of([100, 100, 100, 100], 0, 2), [2, "cores", "p0,p1", "p0"]);
  assertEquals(of([300, 100], 0, 8), [1.3, "slowest", "p0", "p0"]);
  assertEquals(of([100, 100], 0.2, 8), [2, "inline", "p0,p1", "p0"]);
  assertEquals(of([], 1, 8), [1, "inline", "", ""]);
});
