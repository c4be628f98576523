import { assert, assertEquals } from "@std/assert";
import { layers } from "../../scripts/checks/layers.ts";
import plugin from "../../scripts/checks/lint_plugin.ts";

const root = new URL("../../", import.meta.url).pathname;

/** The rules that refuse a source, as if it stood at a path from the project's root. */
function refusals(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, decodeURI(root) + path, source).map(({ id }) => id.replace("holdfast/", ""));
}

interface Case {
  readonly rule: string;
  readonly good: readonly (readonly [path: string, source: string])[];
  readonly bad: readonly (readonly [path: string, source: string])[];
}

const cases: Case[] = [
  {
    rule: "layers",
    good: [
      ["lib/blocks/gain.ts", 'import { System } from "../diagram/mod.ts";'],
      ["lib/blocks/gain.ts", 'import { GuestError } from "../errors.ts";'],
      ["lib/blocks/gain.ts", 'import { clock } from "./sources.ts";'],
      ["lib/blocks/kernels/burn.ts", 'import { clock } from "../sources.ts";'],
      ["lib/host/thread/host.ts", 'import { encode } from "../../mailbox/mod.ts";'],
      ["lib/host/resolve.ts", 'const blocks = await import("../blocks/mod.ts");'],
      ["lib/testing/mod.ts", 'export { explore } from "../explorer/mod.ts";'],
      ["lib/programs/bank.ts", 'import { Lock } from "../sync/mod.ts";'],
      ["lib/diagram/port.ts", 'import { inspect } from "node:util";'],
      ["mod.ts", 'export { System } from "./lib/diagram/mod.ts";\nexport { GuestError } from "./lib/errors.ts";'],
      ["scripts/sim.ts", 'import { Simulator } from "../lib/simulator/simulator.ts";'],
      ["tests/diagram/port_test.ts", 'import { port } from "../../lib/diagram/port.ts";'],
    ],
    bad: [
      ["lib/diagram/system.ts", 'import { Simulator } from "../simulator/mod.ts";'],
      ["lib/diagram/system.ts", 'import type { Simulator } from "../simulator/mod.ts";'],
      ["lib/diagram/system.ts", 'export * from "../simulator/mod.ts";'],
      ["lib/diagram/system.ts", 'export { Simulator } from "../simulator/mod.ts";'],
      ["lib/diagram/system.ts", 'const far = await import("../simulator/mod.ts");'],
      ["lib/diagram/system.ts", 'export type Far = import("../simulator/mod.ts").Simulator;'],
      ["lib/blocks/gain.ts", 'import { System } from "../diagram/system.ts";'],
      ["lib/host/thread/host.ts", 'import { encode } from "../../mailbox/inner/mod.ts";'],
      ["lib/testing/equivalence.ts", 'import { bank } from "../programs/mod.ts";'],
      ["lib/programs/bank.ts", 'import { explore } from "../explorer/mod.ts";'],
      ["lib/errors.ts", 'import { System } from "./diagram/mod.ts";'],
      ["lib/blocks/gain.ts", 'import { Simulator } from "../../mod.ts";'],
      ["lib/blocks/gain.ts", 'import { run } from "../../scripts/sim.ts";'],
      ["lib/elsewhere/gain.ts", 'import { System } from "../diagram/mod.ts";'],
      ["mod.ts", 'export { System } from "./lib/diagram/system.ts";'],
    ],
  },
  {
    rule: "circles",
    good: [
      ["lib/diagram/leaf_context.ts", 'import { scalar } from "./port.ts";'],
      ["lib/diagram/port.ts", 'import { DiagramError } from "../errors.ts";'],
      ["lib/diagram/port.ts", 'import { none } from "./no_such_file.ts";'],
      ["tests/diagram/port_test.ts", 'import { port } from "./port_test.ts";'],
    ],
    bad: [
      ["lib/diagram/port.ts", 'import { LeafContext } from "./leaf_context.ts";'],
      ["lib/diagram/port.ts", 'import type { LeafContext } from "./leaf_context.ts";'],
      ["lib/diagram/port.ts", 'export type Leaf = import("./leaf_context.ts").LeafContext;'],
      ["lib/diagram/port.ts", 'export { openContext } from "./context.ts";'],
      ["lib/diagram/port.ts", 'import { System } from "./mod.ts";'],
      ["lib/diagram/port.ts", 'import { port } from "./port.ts";'],
    ],
  },
  {
    rule: "specifiers",
    good: [
      ["lib/codec/codec.ts", 'import { serialize } from "node:v8";'],
      ["lib/testing/equivalence.ts", 'import type fc from "npm:fast-check@4.10.2";'],
      ["tests/diagram/port_test.ts", 'import { assert } from "@std/assert";'],
    ],
    bad: [
      ["lib/testing/equivalence.ts", 'import type fc from "fast-check";'],
      ["lib/diagram/port.ts", 'import { assert } from "@std/assert";'],
      ["lib/diagram/port.ts", 'import { assert } from "jsr:@std/assert@1";'],
      ["mod.ts", 'export { assert } from "@std/assert";'],
      ["lib/diagram/port.ts", 'const { assert } = await import("@std/assert");'],
    ],
  },
  {
    rule: "shared-memory",
    good: [
      ["lib/memory/shared.ts", "Atomics.notify(new Int32Array(new SharedArrayBuffer(4)), 0);"],
      ["lib/sync/lock.ts", "Atomics.load(words, 0);"],
      ["lib/mailbox/latest.ts", "const words = { Atomics: 1 }; words.Atomics;"],
      ["tests/memory/shared_test.ts", "new SharedArrayBuffer(4);"],
    ],
    bad: [
      ["lib/host/thread.ts", "new SharedArrayBuffer(4);"],
      ["lib/host/thread.ts", "Atomics.load(words, 0);"],
      ["lib/host/thread.ts", "globalThis.Atomics.load(words, 0);"],
      ["lib/host/thread.ts", 'globalThis["Atomics"].load(words, 0);'],
      ["lib/host/thread.ts", "interface Hello { readonly words: SharedArrayBuffer }"],
    ],
  },
  {
    rule: "waiting",
    good: [
      ["lib/memory/waiting.ts", "Atomics.wait(words, 0, 0); Atomics.waitAsync(words, 0, 0); Atomics.notify(words, 0);"],
      ["lib/memory/shared_memory.ts", "Atomics.load(words, 0); this.#waiting.wait(words, 0, 0, 1);"],
      ["lib/sync/lock.ts", "yield* notify(word); yield* wait(word, 0);"],
      ["scripts/bench/bare_thread.ts", "Atomics.wait(words, 0, 0);"],
    ],
    bad: [
      ["lib/memory/shared_memory.ts", "Atomics.wait(words, 0, 0);"],
      ["lib/memory/byte_pipe.ts", "Atomics.notify(words, 0);"],
      ["lib/sync/lock.ts", "const { value } = Atomics.waitAsync(words, 0, 0);"],
      ["lib/sync/lock.ts", 'globalThis.Atomics["wait"](words, 0, 0);'],
      ["lib/sync/lock.ts", "const sleep = Atomics.wait;"],
      ["mod.ts", "Atomics.notify(words, 0);"],
    ],
  },
  {
    rule: "shared-buffer",
    good: [
      ["lib/memory/shared_memory.ts", "const buffer: SharedArrayBuffer = new SharedArrayBuffer(4);"],
      ["lib/memory/shared_memory.ts", "let words: Int32Array<SharedArrayBuffer>;"],
      ["lib/codec/encoder.ts", "if (!(buffer instanceof ArrayBuffer)) refuse();"],
      ["tests/memory/shared_memory_test.ts", "buffer instanceof SharedArrayBuffer;"],
    ],
    bad: [
      ["lib/memory/cells.ts", "const shared = buffer instanceof SharedArrayBuffer;"],
      ["lib/memory/cells.ts", "const shared = buffer instanceof globalThis.SharedArrayBuffer;"],
      ["lib/memory/cells.ts", "const shared = buffer.constructor === SharedArrayBuffer;"],
      ["lib/memory/cells.ts", 'const shared = buffer.constructor.name === "SharedArrayBuffer";'],
      ["lib/memory/cells.ts", 'const shared = tagOf(buffer) === "[object SharedArrayBuffer]";'],
      ["mod.ts", "const { prototype } = SharedArrayBuffer;"],
    ],
  },
  {
    rule: "foreign-functions",
    good: [["lib/memory/mapped.ts", "Deno.dlopen(name, {});"]],
    bad: [["lib/host/process.ts", "Deno.dlopen(name, {});"], ["lib/host/process.ts", "let p: Deno.UnsafeCallback;"]],
  },
  {
    rule: "host",
    good: [
      ["lib/host/thread.ts", "new Worker(url); performance.now(); Date.now(); setTimeout(go, 1);"],
      ["lib/host/process.ts", "new Deno.Command(Deno.execPath());"],
      ["lib/codec/codec.ts", "const date = new Date(seconds * 1000);"],
      ["lib/simulator/pacing.ts", "interface Clocks { performance: number } clocks.performance;"],
      ["scripts/bench.ts", "performance.now();"],
    ],
    bad: [
      ["lib/simulator/pacing.ts", "performance.now();"],
      ["lib/simulator/pacing.ts", "Date.now();"],
      ["lib/simulator/pacing.ts", "const now = Date.now;"],
      ["lib/simulator/pacing.ts", "const clocks = { performance };"],
      ["lib/simulator/pacing.ts", "new Date();"],
      ["lib/simulator/pacing.ts", "setTimeout(go, 1);"],
      ["lib/simulator/pacing.ts", "globalThis.setTimeout(go, 1);"],
      ["lib/simulator/pacing.ts", "AbortSignal.timeout(1);"],
      ["lib/testing/runs.ts", "new Worker(url);"],
      ["lib/testing/runs.ts", "new Deno.Command(path);"],
    ],
  },
  {
    rule: "host-modules",
    good: [["lib/host/thread.ts", 'import { Worker } from "node:worker_threads";']],
    bad: [["lib/memory/shared.ts", 'import { Worker } from "node:worker_threads";']],
  },
  {
    rule: "chance",
    good: [["lib/blocks/noise.ts", "Math.floor(seed);"], ["tests/blocks/noise_test.ts", "Math.random();"]],
    bad: [["lib/blocks/noise.ts", "Math.random();"], ["lib/host/thread.ts", "crypto.randomUUID();"]],
  },
  {
    rule: "console",
    good: [["lib/host/guest_loop.ts", "console.error(text);"], ["lib/blocks/printer.ts", "sink.console(text);"]],
    bad: [["lib/blocks/printer.ts", "console.log(text);"], ["lib/blocks/printer.ts", "const { log } = console;"]],
  },
  {
    rule: "non-null",
    good: [["lib/diagram/port.ts", "if (!port) throw new Error();"], ["tests/diagram/port_test.ts", "port!.size;"]],
    bad: [["lib/diagram/port.ts", "port!.size;"], ["scripts/sim.ts", "port!.size;"]],
  },
  {
    rule: "syntax",
    good: [
      ["lib/diagram/port.ts", "class Port { readonly #size = 1; private constructor() {} static make() {} }"],
    ],
    bad: [
      ["lib/diagram/port.ts", "enum Kind { Vector }"],
      ["lib/diagram/port.ts", "@sealed class Port {}"],
      ["lib/diagram/port.ts", "class Port { private size = 1; }"],
      ["lib/diagram/port.ts", "class Port { private grow() {} }"],
      ["lib/diagram/port.ts", "class Port { constructor(private readonly size: number) {} }"],
    ],
  },
  {
    rule: "monitor",
    good: [
      [
        "lib/sync/lock.ts",
        "class Lock { *give() { yield* this.queue.inside(() => this.#pass()); throw new Error(); } }",
      ],
      ["lib/sync/lock.ts", "class Lock { /** Not inside. */ *give() { throw new Error(); } }"],
      ["lib/pool/call.ts", "class Call { /** Inside: no monitor. */ give() { throw new Error(); } }"],
    ],
    bad: [
      ["lib/sync/lock.ts", "class Lock { *give() { yield* this.queue.inside(function* () { throw new Error(); }); } }"],
      [
        "lib/mailbox/item_buffer.ts",
        "class ItemBuffer { *put() { yield* this.queue.obtain(() => { throw new Error(); }, 1, {}); } }",
      ],
      [
        "lib/mailbox/item_buffer.ts",
        "class ItemBuffer { /** Inside: puts. */ *put() { if (this.full) throw new Error(); } }",
      ],
      ["lib/sync/lock.ts", "class Lock { /** Inside. */ *#end() { throw new Error(); } }"],
    ],
  },
  {
    rule: "viewed",
    good: [
      [
        "lib/sync/lock.ts",
        "class Lock implements SharedThing { acquire(): void {} #find<T>(one: T): T { return one; } }",
      ],
      ["lib/sync/lock.ts", "class Lock implements Viewable { static of<T>(one: T): T { return one; } }"],
      ["lib/sync/space.ts", "class Space { use<T>(one: T): T { return one; } }"],
    ],
    bad: [
      ["lib/sync/lock.ts", "class Lock implements SharedThing { put<T>(one: T): T { return one; } }"],
      ["lib/mailbox/queue.ts", "class Queue<T> implements SharedThing, Viewable { get<U>(): U { return this as U; } }"],
      [
        "lib/sync/lock.ts",
        "class Lock implements Viewable { wait(): void; wait(count?: number): void { void count; } }",
      ],
    ],
  },
  {
    rule: "unread",
    good: [
      ["lib/sync/lock.ts", "class Lock { #a = 0; #ab = 1; next() { this.#a += this.#ab; return this; } }"],
      [
        "tests/sync/lock_test.ts",
        "class Lock { readonly #a; constructor(a) { this.#a = a; } has(b) { return #a in b; } }",
      ],
      ["scripts/sim.ts", "class Sim { run() { this.#run(); } #run() {} }"],
    ],
    bad: [
      ["lib/sync/lock.ts", "class Lock { #a = 0; #ab = 1; next() { return this.#ab; } }"],
      ["tests/sync/lock_test.ts", "class Lock { readonly #a; constructor(a) { this.#a = a; } }"],
      ["scripts/sim.ts", "class Sim { run() {} #run() {} }"],
    ],
  },
  {
    rule: "root-exports",
    good: [["lib/diagram/mod.ts", 'export * from "./port.ts";']],
    bad: [["mod.ts", 'export * from "./lib/diagram/mod.ts";']],
  },
];

for (const { rule, good, bad } of cases) {
  Deno.test(`lint rule ${rule} admits what keeps it`, () => {
    for (const [path, source] of good) {
      assertEquals(refusals(path, source).filter((id) => id === rule), [], `${path}: ${source}`);
    }
  });

  Deno.test(`lint rule ${rule} refuses what breaks it, once`, () => {
    for (const [path, source] of bad) {
      assertEquals(refusals(path, source).filter((id) => id === rule), [rule], `${path}: ${source}`);
    }
  });
}

Deno.test("every lint rule has its cases", () => {
  assertEquals(Object.keys(plugin.rules).sort(), cases.map(({ rule }) => rule).sort());
});

Deno.test("the layer table has no cycle and names only its own layers", () => {
  const reaches = (layer: string, path: readonly string[]): void => {
    assert(!path.includes(layer), `a cycle of layers: ${[...path, layer].join(" -> ")}`);
    const below = layers.get(layer);
    assert(below !== undefined, `${layer} is in the table`);
    for (const next of below) reaches(next, [...path, layer]);
  };
  for (const layer of layers.keys()) reaches(layer, []);
});
