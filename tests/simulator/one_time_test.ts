import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { clock } from "../../lib/blocks/mod.ts";
import { abstract, defineSystem, delegate, DiagramBuilder, scalar } from "../../lib/diagram/mod.ts";
import { Host } from "../../lib/host/mod.ts";
import { eventTime, exactTiming, Simulator, Timeline } from "../../lib/simulator/mod.ts";
import { type PlannedTiming, timings } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";

/** Notes the t of each of its updates. */
function notes(timing: PlannedTiming) {
  return defineSystem({
    name: "notes",
    state: { t: abstract<readonly number[]>([]) },
    outputs: { t: { type: abstract<readonly number[]>([]), value: ({ state }) => state.t } },
    update: { ...timing, run: ({ t, state, next }) => void (next.t = [...state.t, t]) },
  });
}

const UNTIL = 2;

/** The k at which the timing's event lies before the end. */
function events({ period, offset }: PlannedTiming): number[] {
  return Array.from({ length: Math.ceil((UNTIL - offset) / period) }, (_, k) => k);
}

Deno.test("At one instant all systems see one t, those of a far side too", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(timings(), timings(), timings(), async (near, delegation, inner) => {
      const builder = new DiagramBuilder("noted");
      builder.add("near", notes(near));
      const far = delegate(notes(inner), { mode: "direct", ...delegation });
      builder.exportOutput("t", builder.add("far", far).output("t"));
      await using simulator = new Simulator(builder.build(), { host });
      await simulator.initialize();
      await simulator.advanceTo(UNTIL);
      const seen = simulator.context.state("t", "near") as readonly number[];
      const outer = new Timeline([near, delegation]);
      const at = (timing: PlannedTiming, k: number) => {
        return eventTime(exactTiming(timing), BigInt(k));
      };
      assertEquals(seen, events(near).slice(0, seen.length).map((k) => outer.instantAt(at(near, k))!.t));

      // Where a request is due, an inner event is named by the smallest period of all; elsewhere by its own.
      const known = simulator.context.output("t") as readonly number[];
      known.forEach((t, k) => {
        const time = at(inner, k);
        const requested = new Timeline([delegation]).instantAt(time) !== undefined;
        assertEquals(t, new Timeline(requested ? [near, delegation, inner] : [inner]).instantAt(time)!.t);
      });
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("A delegated clock shows the t of its previous event as everybody saw it", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(timings(), timings(), async (near, delegation) => {
      const builder = new DiagramBuilder("clocks");
      builder.add("near", notes(near));
      builder.exportOutput("t", builder.add("far", delegate(clock(), { mode: "direct", ...delegation })).output("t"));
      await using simulator = new Simulator(builder.build(), { host });
      await simulator.initialize();
      await simulator.advanceTo(UNTIL);
      const times = simulator.trace.rows().map(([t]) => t!);
      const timeline = new Timeline([near, delegation]);
      const due = times.map((t, row) => {
        const start = { num: 0n, den: 1n };
        let instant = timeline.instantAt(start) ?? timeline.next(start);
        for (let k = 0; k < row; k++) instant = timeline.next(instant!.exact);
        return { t, due: instant!.due.includes(1) };
      });
      let [shown, previous] = [0, 0];
      simulator.trace.rows().forEach(([t, value], row) => {
        if (due[row]!.due) [shown, previous] = [previous, t!];
        assertEquals(value, shown);
      });
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("There is a row at each instant at which an update or a request is due, and at no other", async () => {
  await using host = new Host();
  const counted = (timing: PlannedTiming) =>
    defineSystem({
      name: "counted",
      state: { n: scalar(0) },
      outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
      update: { ...timing, run: ({ state, next }) => void (next.n = state.n + 1) },
    });
  await fc.assert(
    fc.asyncProperty(timings(), timings(), timings(), async (update, delegation, publish) => {
      const builder = new DiagramBuilder("rows");
      builder.exportOutput("near", builder.add("near", counted(update)).output("n"));
      const far = delegate(counted({ period: 0.1, offset: 0 }), { mode: "direct", ...delegation });
      builder.exportOutput("far", builder.add("far", far).output("n"));
      builder.add("looks", defineSystem({ name: "looks", publish: { ...publish, run: () => {} } }));
      await using simulator = new Simulator(builder.build(), { host });
      await simulator.initialize();
      await simulator.advanceTo(UNTIL);
      const timeline = new Timeline([update, delegation]);
      const start = { num: 0n, den: 1n };
      let instant = timeline.instantAt(start) ?? timeline.next(start);
      for (const row of simulator.trace.rows()) {
        // All timings that are due name t, publishes too.
        assertEquals(row[0], new Timeline([update, delegation, publish]).instantAt(instant!.exact)!.t);
        instant = timeline.next(instant!.exact);
      }
      assertEquals(simulator.counters.updates, simulator.trace.length);
    }),
    { numRuns: runs(100) },
  );
});
