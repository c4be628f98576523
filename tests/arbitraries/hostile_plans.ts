/**
 * What hostile guests do, drawn: bytes, frames, messages, patched built-ins, positions of rings, and how it all ends.
 *
 * - Only what a thread survives, or ends by, is drawn for threads: one that is busy for ever cannot be ended.
 *
 * @module
 */

import fc from "fast-check";
import { encode } from "../../lib/codec/mod.ts";
import { FRAME_KINDS } from "../../lib/mode/mod.ts";
import { type Act, BUILT_INS, ENDS, type FalseFrame, PATCHES, type Plan } from "../guests/hostile_work.ts";

const TEXTS = { message: "", stack: "" };
const STRANGE_FIELDS = JSON.parse(
  '{"__proto__":{"polluted":1},"constructor":1,"then":2,"toString":3,"message":{},"stack":null,"name":7}',
);

/** What somebody sends who knows what the protocol has, and gives none of it. */
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    7,
    "text",
    [],
    {},
    ["square", "__proto__", "constructor", "then"],
    [7, null],
    STRANGE_FIELDS,
    { name: 7 },
    { name: "DOMException", ...TEXTS, properties: { name: "x", code: 1, message: "y" } },
    { name: "__proto__", ...TEXTS, properties: STRANGE_FIELDS },
    { name: "GuestDiedError", ...TEXTS, properties: STRANGE_FIELDS, cause: {} },
    { name: "AggregateError", ...TEXTS, properties: {}, errors: 7, cause: { error: null } },
    { name: "TypeError", ...TEXTS, properties: {}, cause: { error: { name: "TypeError" } } },
    { phase: "run" },
    { phase: "run", far: null },
    { phase: "run", far: { name: "Error", ...TEXTS, cause: 7 } },
    { phase: "load", far: { name: "Error", ...TEXTS } },
    { phase: "__proto__", far: {} },
    { bytes: new Uint8Array(3), waits: [], started: 0, finished: 0 },
    { bytes: encode({ far: null }), waits: [null], started: NaN, finished: "x" },
    { bytes: encode({ far: { name: "Error" } }), waits: [], started: 0, finished: 0 },
    { lane: {}, sequence: "x", level: 7 },
    { lane: "a", sequence: 0, level: "info", logger: "a", message: "m", time: "x", values: null },
    { kind: "ticket" },
    { kind: "choose", n: -1 },
    { kind: "sleep", until: "soon" },
    { kind: "wait", word: 0, expected: 0 },
    { kind: "wait", word: -1, expected: {}, deadline: NaN },
    { kind: "notify", word: 1e9, count: "all" },
    { kind: "store", cell: "i32", word: 2 ** 40, value: 7, order: "atomic" },
    { kind: "load", cell: "__proto__", word: 0, order: "atomic" },
    { kind: "read", offset: 0, length: 2 ** 33 },
    { kind: "call" },
    ...["acquire", "acquireAsync", "died", "leaks", "constructor", "__proto__", "then", "nothing", "release"].map(
      (method) => ({ kind: "call", object: "guard", method, args: [], cancels: [] }),
    ),
    { kind: "call", object: "__proto__", method: "toString", args: [], cancels: [] },
    { kind: "call", object: "guard", method: "acquire", args: 7, cancels: null },
    { kind: "call", object: "count", method: "add", args: [{ cancel: 7 }], cancels: ["guard"] },
  ),
  fc.jsonValue(),
);

const payloads: fc.Arbitrary<FalseFrame["payload"]> = fc.oneof(
  { weight: 6, arbitrary: values.map((value) => ({ value })) },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("nested deeply" as const, "a list of holes" as const, "a large value" as const)
      .map((special) => ({ special })),
  },
);

const frames: fc.Arbitrary<FalseFrame> = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: FRAME_KINDS.length }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
  ),
  index: fc.constantFrom(0, 0, 0, 1, 2, 0x4000, 0xffff),
  number: fc.oneof(fc.constantFrom(0, 1, 1, 2, 3, 2 ** 32 - 1), fc.nat(9)),
  claims: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(0, 5, 2 ** 20, 2 ** 30, 2 ** 30 + 1, 2 ** 32 - 1) },
  ),
  payload: payloads,
});

const parts = fc.oneof(
  fc.constant([1 << 30]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
);

/** What is posted to a host beside the bells of its threads. */
const messages: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    7,
    "bell",
    {},
    [],
    { kind: "bell" },
    { kind: "moved" },
    { kind: "moved", value: [] },
    { kind: "moved", value: [new ArrayBuffer(8)] },
    { kind: "moved", value: { length: -1 } },
    { kind: "start" },
    { kind: "close" },
    { kind: "__proto__" },
    new Map([["kind", "bell"]]),
    new Error("bell"),
  ),
  fc.jsonValue(),
);

const bytes: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant("bytes" as const),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 60 }),
    fc.constantFrom("it prints", "\n", "{}\n").map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 20 }).map((rest) => Uint8Array.of(0xf8, ...rest)),
  ),
  parts,
});

const falseFrames: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant("frames" as const),
  frames: fc.array(frames, { minLength: 1, maxLength: 5 }),
  parts,
});

const posts: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant("post" as const),
  message: messages,
  times: fc.constantFrom(1, 2, 5000),
});

/** What makes its own code loop without a turn is left out for threads: what throws does not. */
function patches(mode: string): fc.Arbitrary<Act> {
  return fc.record({
    kind: fc.constant("patch" as const),
    builtIn: fc.constantFrom(...BUILT_INS),
    patch: mode === "thread" ? fc.constant("throws" as const) : fc.constantFrom(...PATCHES),
  });
}

const stores: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant("store" as const),
  ring: fc.constantFrom("requests" as const, "replies" as const, "bell" as const),
  word: fc.nat(3),
  value: fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 1 << 18, (1 << 18) + 1), fc.integer()),
});

const others: fc.Arbitrary<Act> = fc.constantFrom({ kind: "turn" }, { kind: "deafen" });

/** Plans of guests in a mode, against the host that this process is. */
export function hostilePlans(mode: "thread" | "process"): fc.Arbitrary<Plan> {
  const everywhere = [
    { weight: 2, arbitrary: bytes },
    { weight: 6, arbitrary: falseFrames },
    { weight: 2, arbitrary: patches(mode) },
    { weight: 1, arbitrary: others },
  ];
  const inThreads = [{ weight: 3, arbitrary: posts }, { weight: 2, arbitrary: stores }];
  const acts = fc.oneof(...everywhere, ...mode === "thread" ? inThreads : []);
  return fc.record({
    near: fc.constant(Deno.pid),
    acts: fc.array(acts, { maxLength: 4 }),
    end: fc.oneof(fc.constant("returns" as const), fc.constantFrom(...ENDS)),
  });
}

/** Whether a plan may make up answers to what its guest is asked later: these are its own affair. */
export function forges({ acts }: Plan): boolean {
  return acts.some(({ kind }) => kind === "frames" || kind === "bytes" || kind === "store");
}
