import { assertEquals } from "@std/assert";
import { drawLane, Lanes, RUNNING } from "../../../lib/host/program/lanes.ts";
import { programsOf } from "../../../lib/host/mod.ts";
import { crowd } from "../../guests/crowd.ts";
import { counter } from "../../guests/programs.ts";

function stage() {
  const seen: string[] = [];
  const lanes = new Lanes(["a", "b"], ({ lane, name, started, finished, t }) => {
    assertEquals(t, finished);
    seen.push(`${lane} ${name} ${started}-${finished}`);
  });
  return { seen, lanes };
}

Deno.test("Lanes has a span for each thing that a task does, one after another", () => {
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

Deno.test("Lanes.died() draws a task of which nothing is known but that it ran, if it did", () => {
  const { seen, lanes } = stage();
  lanes.died(0, { started: 1, finished: 5 });
  lanes.died(1, { started: 5, finished: 5 });
  assertEquals(seen, ["a running 1-5"]);
});

Deno.test("programsOf() gives what a module exports, each once: its programs, and those of its list or record", () => {
  assertEquals(programsOf({ counter, again: counter, programs: [crowd, counter], other: 5 }), [counter, crowd]);
  assertEquals(programsOf({ programs: { crowd } }), [crowd]);
  assertEquals(programsOf({ programs: null, isHoldfastProgram: true }), []);
});
