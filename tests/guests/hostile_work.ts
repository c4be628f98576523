/**
 * Guests that do what no guest should: a plan names what, so that a property can draw it.
 *
 * - A plan is carried out in a call, when the module is loaded, in a task of a program, or in an update of a system.
 * - Nothing of it is done in the host's realm, which loads this module, too.
 *
 * @module
 */

import { decode, encode } from "../../lib/codec/mod.ts";
import { defineSystem, type LeafSystem, type Ports, scalar } from "../../lib/diagram/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";

/** Payloads that are best made where they are sent. */
export type SpecialPayload = "nested deeply" | "a list of holes" | "a large value";

/** A frame that a hostile guest makes up. */
export interface FalseFrame {
  /** The number of its kind on the wire, from 0 to 255. */
  readonly kind: number;
  /** Which function. */
  readonly index: number;
  /** Which request. */
  readonly number: number;
  /** What its header claims to be the size of its payload; the true one where there is none. */
  readonly claims?: number | undefined;
  /** Its payload: bytes as they are, or a value to encode. */
  readonly payload:
    | { readonly bytes: Uint8Array }
    | { readonly value: unknown }
    | { readonly special: SpecialPayload };
}

/** Built-in functions, by their paths from the global object. */
export const BUILT_INS = [
  "Array.from",
  "Array.isArray",
  "Array.prototype.map",
  "Array.prototype.push",
  "Array.prototype.shift",
  "Atomics.exchange",
  "Atomics.load",
  "Atomics.notify",
  "Atomics.store",
  "Atomics.wait",
  "JSON.stringify",
  "Map.prototype.get",
  "Map.prototype.set",
  "Math.min",
  "Object.entries",
  "Object.keys",
  "Promise.prototype.then",
  "Promise.withResolvers",
  "Reflect.get",
  "String.prototype.charCodeAt",
  "TextDecoder.prototype.decode",
  "TextEncoder.prototype.encode",
  "TextEncoder.prototype.encodeInto",
  "Uint8Array.prototype.set",
  "Uint8Array.prototype.slice",
  "Uint8Array.prototype.subarray",
  "queueMicrotask",
  "setImmediate",
  "setTimeout",
  "structuredClone",
] as const;

/** What a built-in function does when something else has its place. */
export const PATCHES = ["throws", "gives nothing", "gives 0", "gives its argument", "gives this"] as const;

/** One thing that a hostile guest does. */
export type Act =
  /** Sends bytes in parts of these sizes, again and again. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly parts: readonly number[] }
  /** Sends frames, their bytes in parts of these sizes. */
  | { readonly kind: "frames"; readonly frames: readonly FalseFrame[]; readonly parts: readonly number[] }
  /** Posts a message so many times, where it is a thread. */
  | { readonly kind: "post"; readonly message: unknown; readonly times: number }
  /** Takes the place of a built-in function. */
  | { readonly kind: "patch"; readonly builtIn: typeof BUILT_INS[number]; readonly patch: typeof PATCHES[number] }
  /** Stores a number in a word of a ring or of the doorbell, where it is a thread. */
  | { readonly kind: "store"; readonly ring: keyof Rings; readonly word: number; readonly value: number }
  /** Hears no message any more, but of its host. */
  | { readonly kind: "deafen" }
  /** Lets the event loop have a turn, where that can be done. */
  | { readonly kind: "turn" };

/** How a plan ends. */
export const ENDS = [
  "returns",
  "returns strange names",
  "throws",
  "rejects",
  "throws a strange value",
  "throws a strange error",
  "leaves a rejection",
  "leaves a timer",
  "exits",
  "closes",
] as const;

/** What a hostile guest does. */
export interface Plan {
  /** The process of the host, where nothing of it is done. */
  readonly near: number;
  /** One thing after another. */
  readonly acts: readonly Act[];
  /** How it ends. */
  readonly end: typeof ENDS[number];
}

/** The words of its rings and of the doorbell, as its own code shows them when it uses them. */
interface Rings {
  requests?: Int32Array;
  replies?: Int32Array;
  bell?: Int32Array;
}

/** How its rings lie in memory. */
const STRIDE = 16;
const HEADER_BYTES = 4 * 4 * STRIDE;
const CAPACITY = 1 << 18;
/** After so many parts the rest is sent in one: thousands of messages would keep a thread busy for seconds. */
const MOST_PARTS = 50;

const isThread = "WorkerGlobalScope" in globalThis;
const rings: Rings = {};

// Taken before any of it is patched.
const { load, store, wait } = Atomics;
const { apply } = Reflect;
const { writeSync } = Object.getPrototypeOf(Deno.stdout);
const { stdout } = Deno;
const [exit, later] = [Deno.exit, setTimeout];
const scope = globalThis as unknown as { postMessage(message: unknown): void; close(): void };
const [post, close] = isThread ? [scope.postMessage.bind(scope), scope.close.bind(scope)] : [() => {}, () => exit(0)];

if (isThread) watchRings();

const { searchParams } = new URL(import.meta.url);
await carryOut(planFor("import"));

/** The URL of this module with plans that are carried out where it is loaded, and in a task. */
export function urlWith(url: string, plans: Readonly<Record<string, Plan>>): string {
  const texts = Object.entries(plans).map(([name, plan]) => [name, encode(plan).toBase64()]);
  return `${url}?${new URLSearchParams(texts)}`;
}

function planFor(place: "import" | "task"): Plan | undefined {
  const text = searchParams.get(place);
  return text === null ? undefined : decode(Uint8Array.fromBase64(text)) as Plan;
}

/** Things to share: a process asks for them. */
export function things() {
  return { guard: lock(), count: cell() };
}

/** The square, if nothing is patched. */
export function square(n: number): number {
  return n * n;
}

/** Carries out a plan, and gives 7 where that ends well. */
export async function attack(plan: Plan): Promise<unknown> {
  return await carryOut(plan);
}

/** The same, with items before it. */
export async function* attackItems(plan: Plan): AsyncGenerator<unknown> {
  yield 1;
  yield await carryOut(plan);
}

/** A system that carries out a plan in its second update. */
export function attacker(plan: Plan): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "attacker",
    inputs: { u: scalar() },
    state: { n: scalar(0) },
    outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.n } },
    update: {
      period: 1,
      run: ({ state, next }) => {
        next.n = state.n + 1;
        if (state.n === 1) carryOutAtOnce(plan);
      },
    },
  });
}

/** A program, one of whose tasks carries out the plan that its module's URL has. */
export const attacked = defineProgram({
  name: "attacked",
  claim: "The other task does its work.",
  module: import.meta.url,
  shared: things,
  *outcome({ count }) {
    return yield* count.load();
  },
  tasks: () => [
    {
      name: "attacker",
      *run({ count }) {
        yield* count.add(1);
        return carryOutAtOnce(planFor("task"));
      },
    },
    {
      name: "worker",
      *run({ count }) {
        for (let time = 0; time < 10; time++) yield* count.add(100);
      },
    },
  ],
  expected: () => [1001],
});

async function carryOut(plan: Plan | undefined): Promise<unknown> {
  if (plan === undefined || !isFar(plan)) return 7;
  for (const act of plan.acts) {
    if (act.kind === "turn") await new Promise((resolve) => later(resolve));
    else perform(act);
  }
  return finish(plan.end);
}

function carryOutAtOnce(plan: Plan | undefined): unknown {
  if (plan === undefined || !isFar(plan)) return 7;
  for (const act of plan.acts) perform(act);
  return finish(plan.end);
}

function isFar({ near }: Plan): boolean {
  return isThread || Deno.pid !== near;
}

function perform(act: Act): void {
  switch (act.kind) {
    case "bytes":
      return send(act.bytes, act.parts);
    case "frames":
      return send(joined(act.frames.map(bytesOf)), act.parts);
    case "post":
      for (let time = 0; time < act.times; time++) post(act.message);
      return;
    case "patch":
      return patch(act.builtIn, act.patch);
    case "store": {
      const words = rings[act.ring];
      if (words !== undefined && act.word * STRIDE < words.length) store(words, act.word * STRIDE, act.value);
      return;
    }
    case "deafen":
      Reflect.set(globalThis, "onmessage", null);
      globalThis.addEventListener("message", (event) => event.stopImmediatePropagation(), { capture: true });
      return;
    case "turn":
      return;
  }
}

function finish(end: Plan["end"]): unknown {
  switch (end) {
    case "returns":
      return 7;
    case "returns strange names":
      return Object.fromEntries(["__proto__", "constructor", "then", "toString", "kind"].map((name) => [name, 7]));
    case "throws":
      throw new RangeError("it fails");
    case "rejects":
      return Promise.reject(new RangeError("it fails"));
    case "throws a strange value":
      throw new Proxy({}, { getPrototypeOf: refuse, get: refuse, has: refuse, ownKeys: refuse });
    case "throws a strange error":
      throw strangeError();
    case "leaves a rejection":
      void Promise.reject(strangeError());
      return 7;
    case "leaves a timer":
      later(() => {
        throw strangeError();
      });
      return 7;
    case "exits":
      return exit(3);
    case "closes":
      close();
      return new Promise(() => {});
  }
}

function refuse(): never {
  throw new TypeError("nobody asks");
}

/** An error that is as little as an error can be. */
function strangeError(): Error {
  const error: Error = Object.assign(new RangeError("it fails"), { then: 1, code: () => 0, toString: 2, name: {} });
  error.cause = Object.assign(new Error("in a circle"), { cause: error });
  Object.defineProperty(error, "__proto__", { value: { polluted: true }, enumerable: true });
  return Object.defineProperty(error, "stack", { get: refuse, enumerable: true });
}

function bytesOf({ kind, index, number, claims, payload }: FalseFrame): Uint8Array {
  const bytes = "bytes" in payload
    ? payload.bytes
    : "value" in payload
    ? encode(payload.value)
    : special(payload.special);
  const frame = new Uint8Array(12 + bytes.length);
  const header = new DataView(frame.buffer);
  frame.set([0xf8, kind]);
  header.setUint16(2, index, true);
  header.setUint32(4, number, true);
  header.setUint32(8, claims ?? bytes.length, true);
  frame.set(bytes, 12);
  return frame;
}

function special(payload: SpecialPayload): Uint8Array {
  switch (payload) {
    case "nested deeply": {
      const [list] = encode([[]]);
      return Uint8Array.from({ length: 100_000 }, (_, at) => at % 2 === 0 ? list ?? 0 : 1);
    }
    case "a list of holes":
      return encode(Object.assign([], { length: 2 ** 32 - 1 }));
    case "a large value":
      return encode(new Uint8Array(300_000));
  }
}

function joined(all: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function send(bytes: Uint8Array, parts: readonly number[]): void {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = turn < MOST_PARTS ? parts[turn % parts.length] ?? 1 : bytes.length;
    const end = Math.min(bytes.length, at + size);
    const part = bytes.subarray(at, end);
    if (isThread) sendByRing(part);
    else for (let sent = 0; sent < part.length;) sent += Number(apply(writeSync, stdout, [part.subarray(sent)]));
    at = end;
  }
}

/** Writes to its own ring as the library would; gives up where nobody reads. */
function sendByRing(bytes: Uint8Array): void {
  const words = rings.replies;
  if (words === undefined) return;
  const ring = new Uint8Array(words.buffer, HEADER_BYTES);
  let at = 0;
  for (let tries = 0; at < bytes.length && tries < 10; tries++) {
    const [written, taken] = [load(words, 0), load(words, STRIDE)];
    const room = CAPACITY - (written - taken | 0);
    const count = Math.max(0, Math.min(room, bytes.length - at));
    for (let byte = 0; byte < count; byte++) ring[(written + byte >>> 0) % CAPACITY] = bytes[at + byte] ?? 0;
    at += count;
    store(words, 0, written + count | 0);
    post({ kind: "bell" });
    if (count === 0) wait(words, STRIDE, taken, 20);
  }
}

/** Sees its rings when its own code uses them. */
function watchRings(): void {
  const see = (words: Int32Array, name: keyof Rings): void => {
    if (name === "bell" ? words.length === 2 : words.buffer.byteLength === HEADER_BYTES + CAPACITY) {
      rings[name] ??= words;
    }
  };
  Reflect.set(Atomics, "store", (words: Int32Array, index: number, value: number) => {
    see(words, index === 0 ? "replies" : "requests");
    return store(words, index, value);
  });
  Reflect.set(Atomics, "load", (words: Int32Array, index: number) => {
    see(words, "bell");
    return load(words, index);
  });
}

function patch(builtIn: string, how: typeof PATCHES[number]): void {
  const path = builtIn.split(".");
  const name = path.pop() ?? "";
  const owner = path.reduce<object>((object, key) => Reflect.get(object, key), globalThis);
  const by = {
    "throws": refuse,
    "gives nothing": () => {},
    "gives 0": () => 0,
    "gives its argument": (argument: unknown) => argument,
    "gives this": function (this: unknown) {
      return this;
    },
  };
  Object.defineProperty(owner, name, { value: by[how], writable: true, configurable: true });
}
