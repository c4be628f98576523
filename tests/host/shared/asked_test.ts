import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  ChannelClosedError,
  DeadlockError,
  errorData,
  revivedError,
  StateError,
  UncloneableError,
} from "../../../lib/errors.ts";
import { decodeAnswer, decodeAsked, encodeAnswer, encodeAsked } from "../../../lib/host/shared/asked.ts";
import { type CallOperation, ModelMemory } from "../../../lib/memory/mod.ts";
import { cancelToken, lock, Space } from "../../../lib/sync/mod.ts";

function stage() {
  const space = new Space({ token: cancelToken(), guard: lock() }, { tasks: 2 });
  const memory = new ModelMemory(space.layout);
  return { near: space.attach(memory, { task: 0 }), far: space.attach(new ModelMemory(space.layout), { task: 0 }) };
}

function callOf(args: readonly unknown[]): CallOperation {
  return { kind: "call", object: "guard", method: "acquire", args };
}

Deno.test("a cancel token of a call arrives as that of the other side", () => {
  const { near, far } = stage();
  const asked = decodeAsked(encodeAsked(callOf([5, { timeout: 1, cancel: far.shared.token }])), near.things);
  assert(asked.kind === "call");
  assertEquals(asked.args[0], 5);
  const { timeout, cancel } = asked.args[1] as { timeout: number; cancel: unknown };
  assertEquals([timeout, cancel === near.shared.token], [1, true]);
});

Deno.test("an argument that only looks like options with a token arrives as it is", () => {
  const { near } = stage();
  const args = [
    { cancel: 5 },
    { cancel: { token: "guard" } },
    { cancel: undefined },
    { cancel: null },
    [{ cancel: 1 }],
    null,
  ];
  const asked = decodeAsked(encodeAsked(callOf(args)), near.things);
  assertEquals(asked.kind === "call" && asked.args, args);
});

Deno.test("a token that the owner does not have is refused", () => {
  const { near, far } = stage();
  const bytes = encodeAsked(callOf([{ cancel: far.shared.token }]));
  assertThrows(() => decodeAsked(bytes, new Map()), StateError, "Cannot cancel by token");
  assertThrows(() => decodeAsked(bytes, new Map([["token", near.shared.guard]])), StateError, "it is no cancel token");
});

Deno.test("an argument that cannot be cloned is refused before anything is sent", () => {
  for (const arg of [() => 1, { timeout: 1, then: () => 1 }, Symbol("s"), new Uint8Array(new SharedArrayBuffer(1))]) {
    assertThrows(() => encodeAsked(callOf([arg])), UncloneableError);
  }
});

Deno.test("an error arrives as one of its class, with its data and its causes", () => {
  const waits = [{ task: "a", object: "b", method: "acquire", owners: ["c"] }];
  const cause = new ChannelClosedError("closed", { cause: new RangeError("inner", { cause: { code: 5 } }) });
  for (const error of [new DeadlockError(waits), cause, new StateError("no"), new TypeError("no", { cause: "why" })]) {
    const far = assertThrows(() => decodeAnswer(encodeAnswer({ error }))) as Error;
    assertInstanceOf(far, error.constructor as typeof Error);
    assertEquals([far.name, far.message, far.stack], [error.name, error.message, error.stack]);
    if (error instanceof DeadlockError) assertEquals((far as DeadlockError).waits, waits);
    assertEquals("cause" in far, "cause" in error);
  }
  const far = assertThrows(() => decodeAnswer(encodeAnswer({ error: cause }))) as Error;
  const inner = far.cause as Error;
  assertInstanceOf(inner, RangeError);
  assertEquals([inner.message, inner.cause], ["inner", { code: 5 }]);
});

Deno.test("errorData() of causes in a circle comes to an end, and of no error gives what it is", () => {
  const one = new Error("one");
  one.cause = new Error("two", { cause: one });
  let depth = 0;
  for (let error: unknown = revivedError(errorData(one)); error instanceof Error; error = error.cause) depth++;
  assert(depth > 2 && depth < 100, `${depth}`);
  assertEquals(revivedError(errorData("text")).message, "text");
});
