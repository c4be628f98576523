import { assertEquals } from "@std/assert";
import * as mailbox from "../../../lib/mailbox/mod.ts";
import { ModelMemory, runBlocking } from "../../../lib/memory/mod.ts";
import { runCooperative } from "../../../lib/program/mod.ts";
import * as sync from "../../../lib/sync/mod.ts";
import { Space } from "../../../lib/sync/mod.ts";
import { primitiveNames } from "../../contracts/primitives.ts";
import { type Kind, kinds } from "./acts.ts";

/** What those call who look after a run, or other primitives. */
const INTERNAL: readonly string[] = [
  ...["constructor", "died", "ended", "owners", "holders", "ahead", "ready", "rouse", "contents", "leaks"],
  ...["take", "give", "mine", "repaired", "look", "releaseAll", "restore", "lost", "diedHolding"],
  ...["cancelled", "listen"],
  // The calls of a memory elsewhere, which those without "Bytes" and "Records" make.
  ...["getBytes", "getRecords", "takeBytes", "takeRecords"],
];

type Prototype = Record<string, (...args: unknown[]) => unknown>;

Deno.test("the acts call every method of every primitive", () => {
  const classes = Object.entries({ ...sync, ...mailbox }).filter(([name]) => {
    return [...primitiveNames, "SharedCell", "SharedArray"].includes(name);
  });
  const missing = new Set<string>();
  const originals = new Map<string, [Prototype, Prototype[string]]>();
  for (const [name, value] of classes) {
    const prototype = (value as unknown as { prototype: Prototype }).prototype;
    for (const [method, { value: original }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof original !== "function" || /Sync$|Async$/.test(method) || INTERNAL.includes(method)) continue;
      const key = `${name}.${method}`;
      missing.add(key);
      originals.set(key, [prototype, original]);
      prototype[method] = function (this: unknown, ...args) {
        missing.delete(key);
        return original.apply(this, args);
      };
    }
  }
  try {
    for (const kind of Object.values<Kind>(kinds)) {
      for (const make of kind.make) for (const act of Object.values(kind.acts)) performAlone(make, act);
    }
  } finally {
    for (const [key, [prototype, original]] of originals) prototype[key.split(".")[1] ?? ""] = original;
  }
  assertEquals([...missing], []);
});

function performAlone(make: Kind["make"][number], act: Kind["acts"][string]): void {
  const space = new Space({ x: sync.cell(), thing: make() }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const { x, thing } = space.bind(memory, { task: 0 });
  const steps = function* () {
    yield* act(thing, { count: 1, wait: { timeout: 1 }, x });
  };
  runCooperative(memory, [{ name: "alone", steps: steps() }]);
}
