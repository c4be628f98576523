import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { defineSystem, delegate, DiagramBuilder, scalar } from "../../../lib/diagram/mod.ts";
import { directHost } from "../../../lib/host/system/inline.ts";
import { profileLines, type RealClock, Simulator } from "../../../lib/simulator/mod.ts";
import { runs } from "../../contracts/soak.ts";

/** A clock that stands still but for what is spent. */
class SpentTime implements RealClock {
  #now = 1000;

  spend(milliseconds: number): void {
    this.#now += milliseconds;
  }

  now(): number {
    return this.#now;
  }

  async sleepUntil(time: number): Promise<void> {
    await Promise.resolve();
    this.#now = Math.max(this.#now, time);
  }

  breathe(): undefined {
    return undefined;
  }
}

const costs = fc.record({ output: fc.nat(20), update: fc.nat(20), publish: fc.nat(20), isDelegated: fc.boolean() });

Deno.test("Simulator.profile() tells of each system its own time, calls and events, and of the rest what it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(costs, { minLength: 1, maxLength: 5 }), fc.nat(300), async (all, rateMs) => {
      const clock = new SpentTime();
      const counts = all.map(() => ({ output: 0, update: 0, publish: 0 }));
      const builder = new DiagramBuilder("ring");
      const parts = all.map(({ output, update, publish, isDelegated }, index) => {
        const spend = (what: "output" | "update" | "publish", milliseconds: number) => {
          const count = counts[index];
          if (count !== undefined) count[what]++;
          clock.spend(milliseconds);
        };
        const system = defineSystem({
          name: "spender",
          inputs: { u: scalar() },
          state: { x: scalar() },
          outputs: {
            y: { type: scalar(), feedthrough: [], value: ({ state }) => (spend("output", output), state.x) },
          },
          // What it reads is computed meanwhile, by another one.
          update: { period: 0.1, run: ({ input, next }) => (spend("update", update), void (next.x = input.u + 1)) },
          publish: { period: 0.2, run: () => spend("publish", publish) },
        });
        return builder.add(`p${index}`, isDelegated ? delegate(system, { mode: "direct", period: 0.1 }) : system);
      });
      parts.forEach((part, index) => {
        const before = parts.at(index - 1);
        if (before !== undefined) builder.connect(before.output("y"), part.input("u"));
      });
      const rate = rateMs === 0 ? 0 : 100 / rateMs;
      const host = directHost({ now: () => clock.now() });
      const options = { host, clock, rate, record: [], profile: true };
      await using simulator = new Simulator(builder.build(), options);
      await simulator.initialize();
      for (const count of counts) Object.assign(count, { output: 0, update: 0, publish: 0 });
      const began = clock.now();
      await simulator.advanceTo(0.5);
      const real = clock.now() - began;
      await simulator.end();
      const profile = simulator.profile({ cores: 2 });
      assertAlmostEquals(profile.real, real / 1000, 1e-9);
      let work = 0;
      for (const [index, { output, update, publish, isDelegated }] of all.entries()) {
        const found = profile.systems.find(({ path }) => path === `p${index}`);
        const { output: outputs, update: updates, publish: publishes } = counts[index] ??
          { output: 0, update: 0, publish: 0 };
        const milliseconds = outputs * output + updates * update + publishes * publish;
        work += milliseconds;
        if (isDelegated) {
          assertEquals([found?.where, found?.calls, found?.events], ["direct", 5, 5]);
        } else {
          assertEquals([found?.calls, found?.events], [outputs + updates + publishes, updates + publishes]);
        }
        assertAlmostEquals(found?.seconds ?? NaN, milliseconds / 1000, 1e-9);
      }
      // Nothing else takes time here but keeping the pace.
      assertEquals([profile.simulator < 1e-9, profile.waited, profile.measuring], [true, 0, 0]);
      assertAlmostEquals(profile.paced, (real - work) / 1000, 1e-9);
      assertAlmostEquals(profile.systems.reduce((sum, { share }) => sum + share, 0), work === 0 ? 0 : 1, 1e-6);
      const seconds = profile.systems.map(({ seconds }) => seconds);
      assertEquals(seconds, seconds.toSorted((one, other) => other - one));
      for (const { path } of profile.systems) assert(profileLines(profile).some((line) => line.startsWith(path)));
    }),
    { numRuns: runs(60) },
  );
});

Deno.test("Simulator.profile() is of a run that is measured, and measuring needs a clock", async () => {
  const system = defineSystem({ name: "still", outputs: { y: { type: scalar(), value: () => 1 } } });
  await using simulator = new Simulator(system);
  assertThrows(() => simulator.profile({ cores: 1 }), TypeError, "the option profile is wanted");
  assertThrows(() => new Simulator(system, { profile: true }), TypeError, "the option clock is wanted");
});
