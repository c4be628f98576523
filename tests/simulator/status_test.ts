import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  defineSystem,
  DiagramBuilder,
  didNothing,
  type EventStatus,
  failed,
  reachedTermination,
  scalar,
  type Severity,
  succeeded,
} from "../../lib/diagram/mod.ts";
import { EventFailedError } from "../../lib/errors.ts";
import { Simulator, type SimulatorOptions } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";

type Moment = "initialize" | "update" | "publish" | "perStep";

/** Returns that status from that event at its k-th call, and counts its updates. */
function ends(status: EventStatus, { at, k = 0 }: { at: Moment; k?: number }) {
  let calls = 0;
  const maybe = (moment: Moment): EventStatus | void => {
    if (moment === at && calls++ === k) return status;
  };
  return defineSystem({
    name: "ends",
    state: { n: scalar(0) },
    initialize: () => maybe("initialize"),
    update: {
      period: 0.1,
      run: ({ state, next }) => {
        next.n = state.n + 1;
        return maybe("update");
      },
    },
    publish: { period: 0.1, run: () => maybe("publish") },
    perStep: () => maybe("perStep"),
  });
}

const bystander = defineSystem({
  name: "bystander",
  state: { n: scalar(0) },
  update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
});

function beside(system: ReturnType<typeof ends>, options: SimulatorOptions = {}): Simulator {
  const builder = new DiagramBuilder("beside");
  builder.add("z", bystander);
  builder.add("ender", system);
  builder.add("a", bystander);
  return new Simulator(builder.build(), options);
}

Deno.test("A termination by an update ends the run after the events of its instant", async () => {
  for (const at of ["update", "perStep"] as const) {
    await using simulator = beside(ends(reachedTermination("enough"), { at, k: 2 }));
    await simulator.initialize();
    const status = await simulator.advanceTo(1);
    assertEquals(status, { reason: "reached-termination", t: 0.2, by: "ender", message: "enough" });
    assertEquals(["z", "ender", "a"].map((path) => simulator.context.state("n", path)), [3, 3, 3]);
    assertEquals(simulator.trace.length, 3);
  }
});

Deno.test("A termination by a publish leaves the updates of its instant pending", async () => {
  await using simulator = beside(ends(reachedTermination("seen"), { at: "publish", k: 2 }));
  await simulator.initialize();
  const status = await simulator.advanceTo(1);
  assertEquals(status, { reason: "reached-termination", t: 0.2, by: "ender", message: "seen" });
  assertEquals(simulator.context.state("n", "a"), 2);
  await simulator.advancePendingEvents();
  assertEquals(simulator.context.state("n", "a"), 3);
});

Deno.test("A termination by initialization or its publish ends initialize()", async () => {
  for (const at of ["initialize", "publish"] as const) {
    await using simulator = beside(ends(reachedTermination("at once"), { at }));
    const status = await simulator.initialize();
    assertEquals(status, { reason: "reached-termination", t: 0, by: "ender", message: "at once" });
  }
});

Deno.test("The monitor looks after initialization, at every instant and at the boundary, and may end the run", async () => {
  const seen: number[] = [];
  await using simulator = beside(ends(succeeded(), { at: "update" }), {
    monitor: (context) => {
      seen.push(context.t);
      return context.state("n", "a") === 3 ? reachedTermination("three") : succeeded();
    },
  });
  assertEquals((await simulator.initialize()).reason, "reached-boundary");
  await simulator.advanceTo(0.15);
  const status = await simulator.advanceTo(1);
  assertEquals(status, { reason: "reached-termination", t: 3 * 0.1, by: "monitor", message: "three" });
  assertEquals(seen, [0, 0.1, 0.15, 0.2, 3 * 0.1]);
});

Deno.test("A failed event throws an EventFailedError that names system and t, and the simulator refuses to go on", async () => {
  const moments: [Moment, number, number][] = [
    ["initialize", 0, 0],
    ["publish", 0, 0],
    ["publish", 1, 0.1],
    ["update", 2, 0.2],
    ["perStep", 1, 0.1],
  ];
  for (const [at, k, t] of moments) {
    await using simulator = beside(ends(failed("no fuel"), { at, k }));
    const error = await assertRejects(
      async () => {
        await simulator.initialize();
        await simulator.advanceTo(1);
      },
      EventFailedError,
      `Cannot step past t=${t}: an event of ender failed: no fuel`,
    );
    assertEquals([error.system, error.time], ["ender", t]);
    await assertRejects(() => simulator.advanceTo(1), TypeError, "the simulator is failed");
    await assertRejects(() => simulator.advancePendingEvents(), TypeError, "the simulator is failed");
  }
  await using monitored = beside(ends(succeeded(), { at: "update" }), { monitor: () => failed("seen") });
  const error = await assertRejects(() => monitored.initialize(), EventFailedError);
  assertEquals([error.system, error.time], ["monitor", 0]);
});

Deno.test("The most severe status of an instant counts, the first path's of equal ones, and what did nothing is not counted", async () => {
  const make: Record<Severity, (name: string) => EventStatus> = {
    "did-nothing": didNothing,
    "succeeded": succeeded,
    "reached-termination": (name) => reachedTermination(name),
    "failed": (name) => failed(name),
  };
  const order: Severity[] = ["did-nothing", "succeeded", "reached-termination", "failed"];
  const severities = fc.array(fc.constantFrom(...order), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(severities, fc.constantFrom("initialize", "update", "publish"), async (list, at) => {
      const builder = new DiagramBuilder("several");
      list.forEach((severity, index) => {
        const run = () => make[severity](`s${index}`);
        builder.add(
          `s${index}`,
          defineSystem({
            name: "one",
            ...(at === "initialize" ? { initialize: run } : { [at]: { period: 1, offset: 1, run } }),
          }),
        );
      });
      await using simulator = new Simulator(builder.build());
      const go = async () => {
        const first = await simulator.initialize();
        if (first.reason === "reached-termination") return first;
        const status = await simulator.advanceTo(1);
        return status.reason === "reached-termination" ? status : await simulator.advancePendingEvents();
      };
      const worst = order.findLast((severity) => list.includes(severity))!;
      const by = `s${list.indexOf(worst)}`;
      if (worst === "failed") {
        const error = await assertRejects(go, EventFailedError);
        assertEquals(error.system, by);
        return;
      }
      const status = await go();
      if (worst === "reached-termination") assertEquals([status.reason, status.by, status.message], [worst, by, by]);
      else assertEquals(status.reason, "reached-boundary");
      const did = list.filter((severity) => severity !== "did-nothing").length;
      const { initializations, updates, publishes } = simulator.counters;
      assertEquals({ initializations, updates, publishes }, {
        initializations: at === "initialize" ? did : 0,
        updates: at === "update" && did > 0 ? 1 : 0,
        publishes: at === "publish" ? did : 0,
      });
    }),
    { numRuns: runs(200) },
  );
});
