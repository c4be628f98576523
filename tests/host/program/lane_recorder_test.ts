import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { drawLane, drawProgress, LaneRecorder, RUNNING } from "../../../lib/host/program/lane_recorder.ts";
import { Host, programsOf } from "../../../lib/host/mod.ts";
import { runs } from "../../contracts/soak.ts";
import { crowd } from "../../guests/crowd.ts";
import { counter } from "../../guests/programs.ts";
import { endless } from "../../guests/result_programs.ts";

function stage() {
  const seen: string[] = [];
  const lanes = new LaneRecorder(["a", "b"], ({ lane, name, started, finished, t }) => {
    assertEquals(t, finished);
    seen.push(`${lane} ${name} ${started}-${finished}`);
  });
  return { seen, lanes };
}

Deno.test("LaneRecorder has a span for each thing that a task does, one after another", () => {
  const { seen, lanes } = stage();
  lanes.turn(0, 1, RUNNING);
  lanes.turn(0, 2, RUNNING);
  lanes.turn(0, 3, "guard.acquire");
  lanes.turn(1, 4, RUNNING);
  lanes.turn(0, 5, "gate.wait");
  lanes.turn(0, 6, undefined);
  lanes.turn(0, 7, undefined);
  lanes.turn(1, 8, undefined);
  assertEquals(seen, ["a running 1-3", "a guard.acquire 3-5", "a gate.wait 5-6", "b running 4-8"]);
});

Deno.test("drawLane() draws what a task did elsewhere, without gaps", () => {
  const { seen, lanes } = stage();
  const waits = [{ name: "x", started: 2, finished: 3 }, { name: "x", started: 3, finished: 5 }, {
    name: "y",
    started: 5,
    finished: 6,
  }];
  drawLane(lanes, 1, { bytes: new Uint8Array(), waits, holds: [], uses: [], started: 1, finished: 9 });
  assertEquals(seen, [
    "b running 1-2",
    "b x 2-3",
    "b x 3-5",
    "b y 5-6",
    "b running 6-9",
  ]);
});

Deno.test("LaneRecorder.died() draws a task of which nothing is known but that it ran, if it did", () => {
  const { seen, lanes } = stage();
  lanes.died(0, { started: 1, finished: 5 });
  lanes.died(1, { started: 5, finished: 5 });
  assertEquals(seen, ["a running 1-5"]);
});

Deno.test("A lane that is drawn wait by wait is the one that is drawn when its task has ended", () => {
  const steps = fc.array(
    fc.record({ ran: fc.nat(3), waited: fc.nat(3), name: fc.constantFrom("x", "y"), tells: fc.boolean() }),
  );
  fc.assert(
    fc.property(steps, fc.nat(3), (steps, rest) => {
      const [atOnce, inParts] = [stage(), stage()];
      let now = 1;
      const all: { name: string; started: number; finished: number }[] = [];
      let untold: typeof all = [];
      const holds = () => untold.map(({ started, finished }) => ({ name: "guard", started, finished }));
      for (const { ran, waited, name, tells } of steps) {
        now += ran;
        if (tells) {
          const told = { waits: untold, holds: holds(), uses: [], started: 1, waiting: name, since: now };
          drawProgress(inParts.lanes, 0, told);
          untold = [];
        }
        const wait = { name, started: now, finished: now += waited };
        all.push(wait);
        untold.push(wait);
      }
      const end = { bytes: new Uint8Array(), uses: [], started: 1, finished: now + rest };
      drawLane(inParts.lanes, 0, { ...end, waits: untold, holds: holds() });
      drawLane(atOnce.lanes, 0, { ...end, waits: all, holds: all.map((wait) => ({ ...wait, name: "guard" })) });
      const ofKind = (seen: readonly string[], isHeld: boolean) =>
        seen.filter((text) => text.includes("guard") === isHeld);
      for (const isHeld of [true, false]) {
        assertEquals(ofKind(inParts.seen, isHeld), ofKind(atOnce.seen, isHeld));
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("LaneRecorder.died() goes on with what a task told that it does", () => {
  const { seen, lanes } = stage();
  const told = { waits: [], holds: [], uses: [], started: 1, waiting: "gate.wait", since: 3 };
  drawProgress(lanes, 0, told);
  lanes.died(0, { started: 0, finished: 5 });
  assertEquals(seen, ["a running 1-3", "a gate.wait 3-5"]);
});

Deno.test("thread mode: lanes are told while the run goes on", async () => {
  await using host = new Host();
  const told = Promise.withResolvers<string>();
  // Its tasks sleep for an hour: only who has heard of them ends it.
  const run = host.run(endless, {
    ...{ mode: "thread", variant: "sleeps", timeout: 60 },
    observe: ({ name, started, finished }) => {
      assert(started <= finished);
      told.resolve(name);
    },
  });
  assertEquals(await Promise.race([told.promise, run.then(() => "the run ended")]), RUNNING);
  await host.close();
  await run;
});

Deno.test("programsOf() gives what a module exports, each once: its programs, and those of its list or record", () => {
  assertEquals(programsOf({ counter, again: counter, programs: [crowd, counter], other: 5 }), [counter, crowd]);
  assertEquals(programsOf({ programs: { crowd } }), [crowd]);
  assertEquals(programsOf({ programs: null, isHoldfastProgram: true }), []);
});
