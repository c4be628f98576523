import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { decode, encode } from "../lib/codec/mod.ts";
import * as errors from "../lib/errors.ts";
import { anyKey, values } from "./arbitraries/values.ts";
import { runs } from "./contracts/soak.ts";

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
  EventTimeError: new errors.EventTimeError("plant.motor", 0.5, "names NaN"),
  ZenoError: new errors.ZenoError("plant.motor", 0.5, 1000),
  RunningProcessError: new errors.RunningProcessError("plant.motor", 0.5),
  OverrunError: new errors.OverrunError(0.3, 12),
  GuestError: new errors.GuestError({ guest: "busy0", mode: "process", phase: "update", far }),
  GuestDiedError: new errors.GuestDiedError({ guest: "busy0", mode: "thread", cause: "it closed itself" }),
  UnfetchedFailureError: new errors.UnfetchedFailureError([new RangeError("too large")], ["twice"]),
  GuestTimeoutError: new errors.GuestTimeoutError({ guest: "busy0", mode: "process", seconds: 2 }),
  GuestStuckError: new errors.GuestStuckError("busy0"),
  PropertyError: new errors.PropertyError("Cannot hold equal", { seed: 42, path: "7:1:0" }),
  ProtocolError: new errors.ProtocolError("Cannot read"),
  EngineError: new errors.EngineError("Cannot use"),
  UncloneableError: new errors.UncloneableError("Cannot encode"),
  MemoryFullError: new errors.MemoryFullError("Cannot put"),
  StoppedError: new errors.StoppedError("Cannot wait"),
  WaitTimeoutError: new errors.WaitTimeoutError("Cannot acquire"),
  CancelledError: new errors.CancelledError("Cannot wait"),
  StateError: new errors.StateError("Cannot release"),
  OwnerDiedError: new errors.OwnerDiedError("Cannot trust"),
  NotRecoverableError: new errors.NotRecoverableError("Cannot use"),
  DroppedStepsError: new errors.DroppedStepsError("one", [
    { call: "guard.acquire()", place: "file:///x.ts:3:5" },
    { call: "count.store()", place: undefined },
  ]),
  DeadlockError: new errors.DeadlockError([
    { task: "w", object: "guard", method: "acquire", owners: ["w"] },
    { task: "x", object: "door", method: "wait", owners: ["y", "z"] },
  ]),
  DefinitionError: new errors.DefinitionError("Cannot define"),
  ScenarioError: new errors.ScenarioError("Cannot explore"),
  SeveralProgramsError: new errors.SeveralProgramsError("file:///x.ts", ["a", "b"]),
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

Deno.test("DroppedStepsError names the first call, and its line where that is known", () => {
  assertEquals(
    made["DroppedStepsError"]!.message,
    "Cannot end one: nobody runs guard.acquire() at file:///x.ts:3:5, and 1 more, yield* guard.acquire() is wanted",
  );
  assertEquals(
    new errors.DroppedStepsError("one", [{ call: "guard.acquire()", place: undefined }]).message,
    "Cannot end one: nobody runs guard.acquire(), yield* guard.acquire() is wanted",
  );
});

Deno.test("DeadlockError says who waits for what, and who holds it", () => {
  assertEquals(
    made["DeadlockError"]!.message,
    "Cannot go on: task w waits for guard (acquire), which it holds; " +
      "task x waits for door (wait), which y and z hold",
  );
});

/** An error after its way to another guest. */
function crossed(thrown: unknown): Error {
  return errors.revivedError(errors.errorDataFrom(decode(encode(errors.errorData(thrown)))));
}

/** The own fields of an error: all that is enumerable but its name, and would not hide what all errors have. */
function fieldsOf(error: Error): Record<string, unknown> {
  return Object.fromEntries(Object.entries(error).filter(([key]) => !(key in Error.prototype)));
}

Deno.test("revivedError() gives an error of the same class, with its data, for every class of ours and of ECMAScript", () => {
  const builtIn = [
    ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((of) => new of("text")),
    new AggregateError([new TypeError("inner"), 5, made["StateError"]], "several"),
    new SuppressedError(new TypeError("later"), "earlier", "both"),
  ];
  for (const error of [...Object.values(made), ...builtIn]) {
    const again = crossed(error);
    assert(again instanceof error.constructor, error.name);
    assertEquals(Object.getPrototypeOf(again), Object.getPrototypeOf(error));
    for (const key of ["name", "message", "stack"] as const) {
      assertEquals(again[key], error[key]);
      assertEquals(Object.getOwnPropertyDescriptor(again, key)?.enumerable, false, key);
    }
    assertEquals(fieldsOf(again), fieldsOf(error));
    assertEquals(Object.hasOwn(again, "cause"), Object.hasOwn(error, "cause"));
  }
  const several = crossed(builtIn[7]) as AggregateError;
  assertEquals(several.errors.map(String), ["TypeError: inner", "5", "StateError: Cannot release"]);
  assert(several.errors[0] instanceof TypeError && several.errors[2] instanceof errors.StateError);
  const { error, suppressed } = crossed(builtIn[8]) as SuppressedError;
  assert(error instanceof TypeError);
  assertEquals(suppressed, "earlier");
});

Deno.test("revivedError() gives a plain Error of its name for every other class", async () => {
  const thrown: unknown[] = [new DOMException("gone", "AbortError"), new Deno.errors.NotFound("no file")];
  for (const act of [() => crypto.getRandomValues(new Uint8Array(70_000)), () => structuredClone(() => 0)]) {
    try {
      act();
    } catch (error) {
      thrown.push(error);
    }
  }
  assertEquals(thrown.map((error) => (error as Error).name), [
    "AbortError",
    "NotFound",
    "QuotaExceededError",
    "DataCloneError",
  ]);
  for (const error of thrown as Error[]) {
    for (const again of [crossed(error), errors.revivedError(errors.errorData(error))]) {
      assertEquals(Object.getPrototypeOf(again), Error.prototype);
      assertEquals([again.name, again.message, again.stack], [error.name, error.message, error.stack]);
    }
  }
  for (const name of ["DOMException", "Object", "Function", "Array", "__proto__", "constructor", "Proxy", ""]) {
    const again = errors.revivedError({ name, message: "m", stack: "s", properties: {} });
    assertEquals([Object.getPrototypeOf(again) === Error.prototype, again.name], [true, name]);
  }
  const all = await Promise.any([Promise.reject(new RangeError("one")), Promise.reject("two")]).catch((error) => error);
  const again = crossed(all) as AggregateError;
  assert(again instanceof AggregateError && again.errors[0] instanceof RangeError);
  assertEquals([again.message, again.errors[1]], [all.message, "two"]);
});

Deno.test("revivedError() lets no field hide what an error is or can do", () => {
  const hostile = {
    toString: 1,
    valueOf: 2,
    constructor: 3,
    name: 4,
    message: 5,
    stack: 6,
    cause: 7,
    hasOwnProperty: 8,
  };
  const then = () => {
    throw new TypeError("nobody calls it");
  };
  const properties = Object.assign(JSON.parse(`{"__proto__": {"polluted": true}, "toJSON": 9}`), { ...hostile, then });
  for (const name of ["Error", "TypeError", "StateError", "GuestError", "AbortError"]) {
    const error = errors.revivedError({ name, message: "m", stack: "s", properties });
    assertEquals([String(error), error.stack, error.cause, typeof error.hasOwnProperty], [
      `${name}: m`,
      "s",
      undefined,
      "function",
    ]);
    assertEquals({ ...error }, { toJSON: 9 } as unknown);
    assertEquals([error.constructor.name === "Number", "polluted" in error, "then" in error], [false, false, false]);
    const near = new errors.GuestError({
      guest: "g",
      mode: "direct",
      phase: "run",
      far: { name, message: "m", stack: "s", properties },
    });
    assertEquals([String(near.cause), { ...(near.cause as Error) }], [`${name}: m`, { toJSON: 9 } as unknown]);
  }
});

const errorClass = fc.constantFrom(Error, RangeError, SyntaxError, errors.StateError, errors.ChannelClosedError);
const anyError: fc.Arbitrary<Error> = fc.letrec<{ error: Error; link: unknown; flat: Error }>((tie) => {
  const fields = fc.array(fc.tuple(anyKey, values()), { maxLength: 3 });
  const text = fc.string({ unit: "binary", maxLength: 9 });
  return {
    link: fc.oneof(tie("error"), values()),
    flat: fc.oneof(
      fc.tuple(errorClass, text).map(([of, message]) => new of(message)),
      fc.tuple(errorClass, text, tie("link")).map(([of, message, cause]) => new of(message, { cause })),
      fc.tuple(fc.array(tie("link"), { maxLength: 3 }), text).map(([all, message]) => new AggregateError(all, message)),
      fc.tuple(tie("link"), tie("link"), text).map(([one, other, message]) => new SuppressedError(one, other, message)),
      text.map((name) => Object.defineProperty(new Error("its own name"), "name", { value: name })),
    ),
    error: fc.tuple(tie("flat"), fields).map(([error, fields]) => {
      for (const [key, value] of fields) {
        if (!(key in error)) Object.defineProperty(error, key, { value, enumerable: true });
      }
      return error;
    }),
  };
}).error;

/** Checks that an error, or another value, has arrived. */
function checkArrived(again: unknown, was: unknown, depth = 17): void {
  if (!(was instanceof Error)) return assert(isDeepStrictEqual(again, decode(encode(was))), Deno.inspect([again, was]));
  assert(again instanceof Error);
  assertEquals([again.name, again.message, again.stack], [was.name, was.message, was.stack]);
  assert(isDeepStrictEqual(fieldsOf(again), decode(encode(fieldsOf(was)))), Deno.inspect([again, was]));
  if (depth === 1) return;
  for (const key of ["cause", "error", "suppressed"]) {
    checkArrived(Reflect.get(again, key), Reflect.get(was, key), depth - 1);
  }
  if (!("errors" in was)) return;
  const [list, expected] = [Reflect.get(again, "errors"), was.errors as unknown[]] as [unknown[], unknown[]];
  assertEquals(list.length, expected.length);
  for (const [at, error] of expected.entries()) checkArrived(list[at], error, depth - 1);
}

Deno.test("errorData() and revivedError() keep texts, causes, errors and fields over a boundary", () => {
  fc.assert(fc.property(anyError, (error) => checkArrived(crossed(error), error)), { numRuns: runs(500) });
});

/** Data of errors in which something is changed. */
const anyData: fc.Arbitrary<unknown> = fc.letrec<{ data: unknown; link: unknown }>((tie) => {
  const wrong = fc.oneof(
    fc.anything(),
    tie("data"),
    fc.constantFrom(undefined, null, "x", 5, [], {}, [[]], new Array(2)),
  );
  const maybe = (right: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: wrong });
  const text = maybe(
    fc.oneof(fc.string(), fc.constantFrom("TypeError", "AggregateError", "SuppressedError", "GuestError")),
  );
  const link = maybe(fc.oneof(fc.record({ error: tie("data") }), fc.record({ value: fc.anything() }), tie("data")));
  return {
    link,
    data: fc.oneof(
      { maxDepth: 3, depthIdentifier: "data" },
      fc.constant({ name: "", message: "", stack: "" }),
      fc.record({
        name: text,
        message: text,
        stack: text,
        properties: maybe(fc.dictionary(anyKey, fc.anything())),
        cause: link,
        errors: maybe(fc.array(link, { maxLength: 3 })),
        error: link,
        suppressed: link,
      }, { requiredKeys: ["name", "message", "stack"] }),
    ),
  };
}).data;

Deno.test("errorDataFrom() and farErrorFrom() give what is well formed, or throw a ProtocolError of one sentence", () => {
  let [given, refused] = [0, 0];
  const use: ((value: unknown) => Error)[] = [
    (value) => errors.revivedError(errors.errorDataFrom(value)),
    (value) => new errors.GuestError({ guest: "g", mode: "direct", phase: "run", far: errors.farErrorFrom(value) }),
  ];
  const property = fc.property(fc.oneof(anyData, fc.anything()), (value) => {
    for (const revive of use) {
      try {
        const error = revive(value);
        given++;
        assertEquals([typeof error.name, typeof error.message, typeof error.stack], ["string", "string", "string"]);
        assert(`${error} ${Deno.inspect(error)}`.length > 0);
      } catch (error) {
        refused++;
        assert(error instanceof errors.ProtocolError, Deno.inspect(error));
        assert(/^Cannot read an error from a guest: [^\n.]*, [^\n.]* is wanted$/.test(error.message), error.message);
      }
    }
  });
  fc.assert(property, { numRuns: runs(2000) });
  assert(given > 100 && refused > 100, `${given} ${refused}`);
});

Deno.test("errorDataFrom() and farErrorFrom() refuse what is too deep, too many, or looks back", () => {
  const texts = { name: "Error", message: "m", stack: "s" };
  const circle: Record<string, unknown> = { ...texts };
  circle["cause"] = circle;
  const wide = { ...texts, errors: new Array(10_001).fill(texts) };
  const holes = { ...texts, errors: new Array(2 ** 31) };
  let doubling: unknown = texts;
  for (let depth = 0; depth < 15; depth++) doubling = { ...texts, errors: [doubling, doubling, doubling] };
  const watched = Object.defineProperty({ ...texts }, "stack", {
    get() {
      throw new RangeError("nobody looks");
    },
  });
  const large = { ...texts, properties: new Uint8Array(10) };
  for (const value of [circle, wide, holes, doubling, watched, large, undefined, "text", new Error("no data"), []]) {
    assertThrows(() => errors.farErrorFrom(value), errors.ProtocolError, "Cannot read an error from a guest: ");
    assertThrows(() => errors.errorDataFrom(value), errors.ProtocolError, "Cannot read an error from a guest: ");
  }
  circle["cause"] = { error: circle };
  assertThrows(() => errors.errorDataFrom(circle), errors.ProtocolError, "its causes are more than 16 deep");
});

Deno.test("errorData() and farError() come to an end, whatever an error leads to, and what they give is read again", () => {
  const circle = new AggregateError([], "circle", { cause: new Error("inner") });
  circle.errors.push(circle, circle, circle);
  let doubling = new AggregateError([]);
  for (let depth = 0; depth < 40; depth++) doubling = new AggregateError([doubling, doubling, doubling]);
  let chain = new Error("the last of 20");
  for (let depth = 1; depth < 20; depth++) chain = new Error(`${depth} after it`, { cause: chain });
  let depth = 0;
  for (let far: errors.FarError | undefined = errors.farError(chain); far !== undefined; far = far.cause) depth++;
  assertEquals(depth, 17);
  const one = new Error("one of many");
  const many = new AggregateError(new Array(20_000).fill(one));
  for (const error of [circle, doubling, chain, many]) {
    const [data, far] = [errors.errorData(error), errors.farError(error)];
    assert(isDeepStrictEqual(errors.errorDataFrom(data), data));
    assert(isDeepStrictEqual(errors.farErrorFrom(far), far));
  }
  assertEquals(errors.errorData(many).errors?.length, 10_000);
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

Deno.test("farError() tells the errors of an error, and the fields that are plain data", () => {
  const shared: unknown[] = [];
  shared.push(shared);
  let many: unknown = 1;
  for (let depth = 0; depth < 7; depth++) many = new Array(10).fill(many);
  const fields = {
    code: "ENOENT",
    at: { path: ["a", 1, null] },
    big: 5n,
    act: () => 0,
    when: new Date(0),
    shared,
    many,
  };
  const error = Object.assign(new AggregateError([new TypeError("one"), 2], "both"), fields);
  const told = errors.farError(error);
  assertEquals(told.properties, { code: "ENOENT", at: { path: ["a", 1, null] }, big: 5n });
  assertEquals(told.errors?.map(({ name, message }) => [name, message]), [["TypeError", "one"], ["thrown value", "2"]]);
  assertEquals(decode(encode(told)), told);
  const far = errors.farError(new SuppressedError(new RangeError("later"), "earlier", "both"));
  assertEquals([far.error?.name, far.suppressed?.message, far.properties], ["RangeError", "earlier", undefined]);
  const cause = new errors.GuestError({ guest: "g", mode: "thread", phase: "run", far: told }).cause as AggregateError;
  assert(cause instanceof AggregateError && cause.errors[0] instanceof TypeError);
  assertEquals([cause.stack, cause.errors.length, { ...cause }], [error.stack, 2, { ...told.properties } as unknown]);
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

Deno.test("GuestError says which option of the host grants what a process guest lacks, and else what Deno says", () => {
  const message = 'Requires read access to "/etc/hostname", run again with the --allow-read flag';
  const far = { name: "NotCapable", message, stack: "" };
  const told = (mode: string) => new errors.GuestError({ guest: "worker0", mode, phase: "run", far }).message;
  assertEquals(
    told("process"),
    'Cannot run guest worker0 (process mode): NotCapable: Requires read access to "/etc/hostname", ' +
      'which the host grants by new Host({ permissions: { read: ["/etc/hostname"] } })',
  );
  assertEquals(told("thread"), `Cannot run guest worker0 (thread mode): NotCapable: ${message}`);
});
