import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as errors from "../lib/errors.ts";

const far: errors.FarError = {
  name: "OwnError",
  message: "no fuel",
  stack: "OwnError: no fuel\n    at far.ts:1:1",
  cause: { name: "TypeError", message: "empty", stack: "TypeError: empty\n    at far.ts:2:2" },
};

const made: Record<string, Error> = {
  DiagramError: new errors.DiagramError("Cannot build"),
  AlgebraicLoopError: new errors.AlgebraicLoopError("top", ["a.u", "a.y", "a.u"]),
  EventFailedError: new errors.EventFailedError("plant.motor", 0.5, "too hot"),
  GuestError: new errors.GuestError({ guest: "busy0", mode: "process", phase: "update", far }),
  GuestDiedError: new errors.GuestDiedError({ guest: "busy0", mode: "thread", cause: "it closed itself" }),
  UnfetchedFailureError: new errors.UnfetchedFailureError([new RangeError("too large")], ["twice"]),
  GuestTimeoutError: new errors.GuestTimeoutError({ guest: "busy0", mode: "process", seconds: 2 }),
  GuestStuckError: new errors.GuestStuckError("busy0"),
  PropertyError: new errors.PropertyError("Cannot hold equal", { seed: 42, path: "7:1:0" }),
  ProtocolError: new errors.ProtocolError("Cannot read"),
  UncloneableError: new errors.UncloneableError("Cannot encode"),
  MemoryFullError: new errors.MemoryFullError("Cannot put"),
  StoppedError: new errors.StoppedError("Cannot wait"),
  WaitTimeoutError: new errors.WaitTimeoutError("Cannot acquire"),
  CancelledError: new errors.CancelledError("Cannot wait"),
  StateError: new errors.StateError("Cannot release"),
  OwnerDiedError: new errors.OwnerDiedError("Cannot trust"),
  NotRecoverableError: new errors.NotRecoverableError("Cannot use"),
  DeadlockError: new errors.DeadlockError([
    { task: "w", object: "guard", method: "acquire", owners: ["w"] },
    { task: "x", object: "door", method: "wait", owners: ["y", "z"] },
  ]),
  AssertionError: new errors.AssertionError("Cannot go on"),
  BrokenBarrierError: new errors.BrokenBarrierError("Cannot pass"),
  BrokenFutureError: new errors.BrokenFutureError("Cannot fetch"),
  QueueFullError: new errors.QueueFullError("Cannot put"),
  QueueEmptyError: new errors.QueueEmptyError("Cannot get"),
  QueueShutDownError: new errors.QueueShutDownError("Cannot put"),
  ChannelClosedError: new errors.ChannelClosedError("Cannot put"),
  LoggingError: new errors.LoggingError("Cannot log"),
  ReplayError: new errors.ReplayError("Cannot replay"),
  InterruptedError: new errors.InterruptedError("Cannot wait"),
};

Deno.test("Every exported error class is an Error with its own name, and says 'Cannot'", () => {
  const classes = Object.entries(errors).filter(([name]) => /^[A-Z]\w*Error$/.test(name));
  assertEquals(classes.map(([name]) => name).sort(), Object.keys(made).sort(), "each class has an example here");
  for (const [name, type] of classes) {
    const error = made[name]!;
    assert(error instanceof Error && error instanceof (type as unknown as new () => Error));
    assertEquals(error.name, name);
    assert(error.message.startsWith("Cannot "), error.message);
  }
});

Deno.test("DeadlockError says who waits for what, and who holds it", () => {
  assertEquals(
    made["DeadlockError"]!.message,
    "Cannot go on: task w waits for guard (acquire), which it holds; " +
      "task x waits for door (wait), which y and z hold",
  );
});

Deno.test("revivedError() gives an error of the same class, with its data", () => {
  for (const name of ["DeadlockError", "StateError", "ChannelClosedError", "QueueFullError"]) {
    const error = made[name]!;
    const again = errors.revivedError(structuredClone(errors.errorData(error)));
    assert(again instanceof error.constructor, name);
    assertEquals([again.name, again.message, { ...again }], [error.name, error.message, { ...error }]);
  }
});

Deno.test("Errors about guests name the guest, its mode and the cause", () => {
  const { GuestError, GuestDiedError, GuestTimeoutError, GuestStuckError } = made;
  assertEquals(GuestError!.message, "Cannot update guest busy0 (process mode): OwnError: no fuel");
  assertEquals(
    GuestDiedError!.message,
    "Cannot go on with guest busy0 (thread mode): it closed itself, a live guest is wanted",
  );
  assertEquals(
    GuestTimeoutError!.message,
    "Cannot go on with guest busy0 (process mode): no answer within 2 s, an answer or a longer timeout is wanted",
  );
  assert(GuestStuckError!.message.includes("guest busy0 (thread mode)"));
});

Deno.test("GuestError has the far error, its stack and its causes as its cause", () => {
  const cause = made["GuestError"]!.cause as Error;
  assertEquals([cause.name, cause.message, cause.stack], [far.name, far.message, far.stack]);
  const deeper = cause.cause as Error;
  assertEquals([deeper.name, deeper.message, deeper.stack], [far.cause!.name, far.cause!.message, far.cause!.stack]);
  assertEquals(deeper.cause, undefined);
});

Deno.test("farError() makes cloneable data of whatever is thrown", () => {
  class OwnError extends Error {
    override readonly name = "OwnError";
  }
  const thrown = new OwnError("outer", { cause: new RangeError("inner", { cause: "root" }) });
  const data = errors.farError(thrown);
  assertEquals(structuredClone(data), data);
  assertEquals([data.name, data.message, data.stack], ["OwnError", "outer", thrown.stack]);
  assertEquals([data.cause?.name, data.cause?.message], ["RangeError", "inner"]);
  assertEquals(data.cause?.cause, { name: "thrown value", message: "root", stack: "" });
  fc.assert(fc.property(fc.oneof(fc.string(), fc.integer(), fc.bigInt(), fc.constantFrom(null, undefined)), (value) => {
    assertEquals(errors.farError(value), { name: "thrown value", message: String(value), stack: "" });
  }));
});

Deno.test("farError() never throws itself, whatever is thrown", () => {
  const circular = new Error("circular");
  circular.cause = circular;
  const odd = Object.assign(new Error("odd"), { name: 7, message: Symbol("m") });
  for (const thrown of [Symbol("s"), Object.create(null), { toString: () => ({}) }, circular, odd]) {
    const data = errors.farError(thrown);
    assertEquals(typeof data.message, "string");
    assertEquals(structuredClone(data), data);
  }
});

Deno.test("errorData() keeps what can be read of an error, and a value that is none", () => {
  const error = new RangeError("it fails", { cause: 5 });
  Object.defineProperty(error, "message", {
    get() {
      throw new TypeError("nobody reads it");
    },
  });
  Object.defineProperty(error, "detail", { enumerable: true, get: () => JSON.parse("{") });
  const { name, message, properties, cause } = errors.errorData(error);
  assertEquals([name, message, properties, cause], [
    "RangeError",
    "(message cannot be read)",
    { detail: "(detail cannot be read)" },
    { value: 5 },
  ]);
  assertEquals(errors.revivedError(errors.errorData({ at: 7 })).cause, { at: 7 });
  const { proxy, revoke } = Proxy.revocable(new Error("gone"), {});
  revoke();
  assertEquals(errors.errorData(proxy).name, "thrown value");
});
