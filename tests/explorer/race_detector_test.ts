import { assertEquals } from "@std/assert";
import { RaceDetector } from "../../lib/explorer/mod.ts";

const X = 1;
const FLAG = 2;

function detector() {
  const races = new RaceDetector(2);
  return {
    races,
    store: (task: number, word: number, order: "plain" | "atomic") =>
      races.access(task, { kind: "store", cell: "i32", word, value: 1, order }, undefined),
    load: (task: number, word: number, order: "plain" | "atomic") =>
      races.access(task, { kind: "load", cell: "i32", word, order }, 1),
    found: () => races.race === undefined ? "none" : `${races.race.first.kind} ${races.race.second.kind}`,
  };
}

Deno.test("RaceDetector takes an atomic flag as order for what comes before its store, not after", () => {
  const before = detector();
  before.store(0, X, "plain");
  before.store(0, FLAG, "atomic");
  before.load(1, FLAG, "atomic");
  before.store(1, X, "plain");
  assertEquals(before.found(), "none");
  const after = detector();
  after.store(0, FLAG, "atomic");
  after.store(0, X, "plain");
  after.load(1, FLAG, "atomic");
  after.load(1, X, "plain");
  assertEquals(after.found(), "store load");
});

Deno.test("RaceDetector takes a wake-up as order for what comes before it, not after", () => {
  const before = detector();
  before.store(0, X, "plain");
  before.races.wakes(0, 1);
  before.load(1, X, "plain");
  assertEquals(before.found(), "none");
  const after = detector();
  after.races.wakes(0, 1);
  after.store(0, X, "plain");
  after.load(1, X, "plain");
  assertEquals(after.found(), "store load");
});

Deno.test("RaceDetector finds no race of two reads, of two atomic accesses, or of one task", () => {
  const quiet = detector();
  quiet.load(0, X, "plain");
  quiet.load(1, X, "plain");
  quiet.store(0, FLAG, "atomic");
  quiet.store(1, FLAG, "atomic");
  assertEquals(quiet.found(), "none");
  quiet.store(1, X, "plain");
  assertEquals(quiet.found(), "load store");
  quiet.races.reset();
  quiet.store(0, X, "plain");
  quiet.load(0, X, "plain");
  assertEquals(quiet.found(), "none");
});
