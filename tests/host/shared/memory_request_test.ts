import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../../lib/codec/mod.ts";
import {
  ChannelClosedError,
  DeadlockError,
  errorData,
  ProtocolError,
  revivedError,
  StateError,
  UncloneableError,
} from "../../../lib/errors.ts";
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  requestSteps,
} from "../../../lib/host/shared/memory_request.ts";
import { future, queue } from "../../../lib/mailbox/mod.ts";
import { type Answer, type CallOperation, ModelMemory, type Operation } from "../../../lib/memory/mod.ts";
import { call, load, RemoteMemory, runBlocking, type Steps, store } from "../../../lib/memory/mod.ts";
import {
  blocking,
  cancelToken,
  cell,
  cells,
  lock,
  type Shareable,
  type Shareables,
  Space,
} from "../../../lib/sync/mod.ts";
import { methodsOf, primitives } from "../../contracts/primitives.ts";
import { runs } from "../../contracts/soak.ts";

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
  const request = decodeRequest(encodeRequest(callOf([5, { timeout: 1, cancel: far.shared.token }])), near.things);
  assert(request.kind === "call");
  assertEquals(request.args[0], 5);
  const { timeout, cancel } = request.args[1] as { timeout: number; cancel: unknown };
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
  const request = decodeRequest(encodeRequest(callOf(args)), near.things);
  assertEquals(request.kind === "call" && request.args, args);
});

Deno.test("a token that the owner does not have is refused", () => {
  const { near, far } = stage();
  const bytes = encodeRequest(callOf([{ cancel: far.shared.token }]));
  assertThrows(() => decodeRequest(bytes, new Map()), StateError, "Cannot cancel by token");
  assertThrows(
    () => decodeRequest(bytes, new Map([["token", near.shared.guard]])),
    StateError,
    "it is no cancel token",
  );
});

Deno.test("an argument that cannot be cloned is refused before anything is sent", () => {
  for (const arg of [() => 1, { timeout: 1, then: () => 1 }, Symbol("s"), new Uint8Array(new SharedArrayBuffer(1))]) {
    assertThrows(() => encodeRequest(callOf([arg])), UncloneableError);
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

/** A thing of the user's own: words, and steps that work on them without a call. */
function own(): Shareable<{ readonly name: string; readonly word: number; bump(): Steps<number> }> {
  return {
    kind: "own",
    reserve(space, name) {
      const word = space.word(`${name}.word`);
      space.bytes(`${name}.bytes`, 8);
      return () => ({
        name,
        word,
        *bump() {
          yield* store(word, (yield* load(word)) + 1);
          return yield* load(word);
        },
      });
    },
  };
}

/** An owner of things, and a task elsewhere that asks it. */
function asking<S extends Shareables>(things: S) {
  const space = new Space(things, { tasks: 2 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const near = space.attach(memory, { task: 0 }).things;
  /** What bytes from elsewhere do here. */
  const answer = (bytes: Uint8Array): unknown => {
    const request = decodeRequest(bytes, near);
    return request.kind === "ticket" ? memory.ticket() : runBlocking(memory, requestSteps(request, near));
  };
  const perform = (operation: Operation): Answer => {
    const value = answer(encodeRequest(operation));
    return operation.kind === "call" ? { value } : value as Answer;
  };
  const remote = new RemoteMemory(space.layout, { perform, ticket: () => 0, clock: () => memory.clock });
  return { memory, remote, near, answer, perform, far: space.bind(remote, { task: 0 }) };
}

const nothingThere = ["then", "nothing", "", "constructor", "__proto__", "hasOwnProperty", "toString", "name", "calls"];

for (const [name, shareable] of Object.entries(primitives)) {
  Deno.test(`of a ${name} nothing can be asked for but its calls`, () => {
    const { near, answer } = asking({ thing: shareable() });
    const thing = near.get("thing")!;
    const names = [...nothingThere];
    for (let from: object = thing; from !== null; from = Object.getPrototypeOf(from)) {
      names.push(...Object.getOwnPropertyNames(from));
    }
    const refused = names.filter((method) => !thing.calls!.includes(method));
    assert(refused.includes("died") && refused.length > 20);
    for (const method of refused) {
      const bytes = encodeRequest({ kind: "call", object: "thing", method, args: [0] });
      assertThrows(() => answer(bytes), StateError, `Cannot call thing.${method}: it is no call, `);
    }
  });

  Deno.test(`a task elsewhere reaches each method of a ${name} by calls alone`, () => {
    const view = () => blocking(asking({ thing: shareable() }).far.thing);
    const methods = methodsOf(view());
    assert(methods.length > 0);
    for (const method of methods) {
      for (const args of [[], [1], [{ timeout: 0 }], [() => true], [() => true, { timeout: 0 }]]) {
        const thing = view();
        try {
          Reflect.apply(Reflect.get(thing, method), thing, args);
        } catch (error) {
          assert(!(error as Error).message.includes("the place belongs"), `${method}: ${error}`);
        }
      }
    }
  });
}

Deno.test("a name of no thing, or of one without a list, can be asked for nothing", () => {
  const { answer } = asking({ count: cell(), row: cells({ length: 2 }), own: own() });
  for (const object of ["nothing", "__proto__", "count", "row", "row[0]", "own"]) {
    for (const method of ["load", "at", "bump", "get", ...nothingThere]) {
      const bytes = encodeRequest({ kind: "call", object, method, args: [] });
      assertThrows(() => answer(bytes), StateError, `Cannot call ${object}.${method}: it is no call, one of a shared`);
    }
  }
});

Deno.test("a task elsewhere works on cells and on things of the user's own as on the spot", () => {
  const { far, remote } = asking({
    guard: lock(),
    row: cells({ length: 3, cell: "i64" }),
    half: cell({ cell: "f64", order: "plain" }),
    jobs: queue({ bytes: 256 }),
    mine: own(),
  });
  blocking(far.row).at(2).store(-1n);
  assertEquals([blocking(far.row).at(2).add(3n), blocking(far.row).at(2).load(), blocking(far.row).at(1).load()], [
    -1n,
    2n,
    0n,
  ]);
  assertEquals([blocking(far.half).add(0.5), blocking(far.half).load()], [0, 0.5]);
  assertEquals([runBlocking(remote, far.mine.bump()), runBlocking(remote, far.mine.bump())], [1, 2]);
  blocking(far.jobs).put("sort");
  assertEquals(blocking(far.jobs).get(), "sort");
});

/** The same with a list: its steps are a call, which the owner of the memory runs. */
function ownCall(): Shareable<{ readonly name: string; readonly calls: readonly string[]; bump(): Steps<number> }> {
  return {
    kind: "ownCall",
    reserve(space, name) {
      const bind = own().reserve(space, name);
      return (binding) => {
        const { bump } = bind(binding);
        const operation = { kind: "call", object: name, method: "bump", args: [] } as const;
        return { name, calls: ["bump"], bump: () => call(operation, bump()) };
      };
    },
  };
}

Deno.test("a thing of the user's own that lists its calls is reached by them alone", () => {
  const { far, remote, memory, perform } = asking({ mine: ownCall() });
  assertEquals([runBlocking(remote, far.mine.bump()), runBlocking(remote, far.mine.bump())], [1, 2]);
  const { word } = memory.layout.toTable().words.find(({ name }) => name === "mine.word")!;
  const stored = () => perform({ kind: "store", cell: "i32", word, value: 7, order: "atomic" });
  assertThrows(stored, StateError, "Cannot store there");
});

const lockedUp = () => ({
  count: cell(),
  guard: lock(),
  row: cells({ length: 2, cell: "f64" }),
  jobs: queue({ bytes: 256 }),
  mine: own(),
});

Deno.test("an operation of a task elsewhere touches what is made for it, and nothing else", () => {
  const { memory, perform } = asking(lockedUp());
  const { words, bytes } = memory.layout.toTable();
  const isOpen = (name: string) => /^(count|row|mine\.word|mine\.bytes)$/.test(name);
  /** The task's own lane; those of the others and of the host come after it. */
  const isOwnLane = (name: string, word: number) => name === "lanes.wake" && word === 0;
  const check = (allowed: boolean, ...operations: readonly Operation[]) => {
    for (const operation of operations) {
      if (allowed) perform(operation);
      else assertThrows(() => perform(operation), StateError, `Cannot ${operation.kind} there`);
    }
  };
  for (const { name, word: first, count, size } of words) {
    for (let word = first; word < first + count * size; word++) {
      const place = { cell: "i32", word, order: "atomic" } as const;
      check(
        isOpen(name) || isOwnLane(name, word),
        { kind: "load", ...place },
        { kind: "store", ...place, value: 0 },
        { kind: "add", ...place, value: 1 },
        { kind: "exchange", ...place, value: 2 },
        { kind: "compareExchange", ...place, expected: 0, replacement: 3 },
        { kind: "wait", word, expected: 9 },
      );
      check(
        isOpen(name) || name === "lanes.wake",
        { kind: "store", ...place, value: 1 },
        { kind: "notify", word, count: Infinity },
      );
      if (word % 2 !== 0) continue;
      const isWhole = isOpen(name) && word + 2 <= first + count * size;
      check(isWhole, { kind: "store", cell: "f64", word, value: 1, order: "plain" });
      check(isWhole, { kind: "store", cell: "i64", word, value: 1n, order: "atomic" });
    }
  }
  for (const { name, offset, length } of bytes) {
    for (let at = offset; at < offset + length; at += 4) {
      check(isOpen(name), { kind: "read", offset: at, length: 4 });
      check(isOpen(name), { kind: "write", offset: at, bytes: new Uint8Array(4) });
    }
    check(false, { kind: "write", offset, bytes: new Uint8Array(length + 1) });
  }
  const { wordCount } = memory.layout;
  check(false, { kind: "load", cell: "i32", word: wordCount, order: "atomic" }, {
    kind: "notify",
    word: 2 ** 40,
    count: 1,
  });
});

Deno.test("what is no operation is refused as a fault of the protocol", () => {
  const { answer } = asking(lockedUp());
  const place = { cell: "i32", word: 4, order: "atomic" };
  const call = { kind: "call", object: "guard", method: "acquire", args: [], cancels: [] };
  const endless: unknown[] = [];
  endless.length = 2 ** 32 - 1;
  const faults: unknown[] = [
    undefined,
    null,
    5,
    "load",
    [],
    new Map([["kind", "now"]]),
    {},
    { kind: ["now"] },
    ...[undefined, 1, "", "constructor", "__proto__", "toString", "steal"].map((kind) => ({ ...place, kind })),
    ...["4", 0.5, NaN, Infinity, 2 ** 53, null, [4], 4n].map((word) => ({ ...place, kind: "load", word })),
    ...["i8", "", undefined, ["i32"]].map((cell) => ({ ...place, kind: "load", cell })),
    ...["relaxed", undefined, 0].map((order) => ({ ...place, kind: "load", order })),
    ...["1", 1n, undefined, null, {}].map((value) => ({ ...place, kind: "store", value })),
    { ...place, kind: "add", cell: "i64", value: 1 },
    { ...place, kind: "exchange", cell: "f64", value: 1n },
    { ...place, kind: "compareExchange", expected: 0 },
    { ...place, kind: "compareExchange", expected: 0n, replacement: 1 },
    ...[NaN, "now", null, 5n].map((deadline) => ({ kind: "wait", word: 4, expected: 0, deadline })),
    { kind: "wait", word: 4 },
    ...[NaN, 0.5, "all", undefined, -Infinity].map((count) => ({ kind: "notify", word: 4, count })),
    ...[[0, 0.5], ["0", 1], [0, undefined]].map(([offset, length]) => ({ kind: "read", offset, length })),
    { kind: "read", offset: 0, length: 1, into: [0] },
    ...[[1, 2], { length: 3 }, "ab", new Uint16Array(2), undefined].map((bytes) => ({
      kind: "write",
      offset: 0,
      bytes,
    })),
    ...[NaN, "soon", undefined].map((until) => ({ kind: "sleep", until })),
    ...["0", 0.5, undefined].map((offset) => ({ kind: "write", offset, bytes: new Uint8Array(1) })),
    { kind: "choose", n: "2" },
    ...[5, undefined, ["guard"], { toString: "guard" }].map((object) => ({ ...call, object })),
    ...[5, undefined, ["acquire"]].map((method) => ({ ...call, method })),
    ...[undefined, 5, { length: 0 }, "args", endless].map((args) => ({ ...call, args })),
    ...[undefined, ["token"], [undefined], { length: 0 }].map((cancels) => ({ ...call, cancels })),
    ...[[5], [null], ["token"], []].map((cancels) => ({ ...call, args: ["options"], cancels })),
    { ...call, args: endless, cancels: endless },
  ];
  for (const fault of faults) {
    const error = assertThrows(() => answer(encode(fault)), ProtocolError);
    assert(/^Cannot perform a guest's request: its [a-z]+ is invalid, an operation is wanted$/.test(error.message));
  }
  for (const bytes of [new Uint8Array(), Uint8Array.of(255), encode({ kind: "now" }).slice(1)]) {
    assertThrows(() => answer(bytes), ProtocolError, "its encoding is invalid");
  }
});

Deno.test("whatever a task elsewhere asks at random, what is locked up stays as it is", () => {
  const number = fc.oneof(
    fc.integer({ min: -2, max: 80 }),
    fc.constantFrom(NaN, 0.5, Infinity, 2 ** 40, "0", undefined),
  );
  const wild = fc.record({
    kind: fc.constantFrom(
      ...["load", "store", "add", "exchange", "compareExchange", "wait", "notify", "read", "write", "sleep", "steal"],
    ),
    cell: fc.constantFrom("i32", "i32", "i64", "f64", "i8"),
    order: fc.constantFrom("atomic", "plain"),
    word: number,
    value: fc.oneof({ weight: 3, arbitrary: number }, { weight: 1, arbitrary: fc.bigInt({ min: -1n, max: 1n }) }),
    expected: number,
    replacement: fc.constantFrom(1, 1n, "1"),
    deadline: fc.constantFrom(0, 5, NaN),
    count: number,
    offset: number,
    length: number,
    bytes: fc.uint8Array({ maxLength: 40 }),
    until: fc.constantFrom(0, NaN),
  });
  let performed = 0;
  fc.assert(
    fc.property(fc.array(wild, { minLength: 20, maxLength: 60 }), (asks) => {
      const { memory, answer, near } = asking(lockedUp());
      const { words, bytes } = memory.layout.toTable();
      const before = memory.save();
      for (const ask of asks) {
        try {
          answer(encode(ask));
          performed++;
        } catch (error) {
          const names = ["ProtocolError", "StateError", "RangeError"];
          assert(names.includes((error as Error).name), `${error}`);
        }
      }
      const after = memory.save();
      for (const { name, word, count, size } of words.filter(({ name }) => /^(guard|jobs|select)/.test(name))) {
        const end = word + count * size;
        assertEquals(after.cells.words.slice(word, end), before.cells.words.slice(word, end), name);
      }
      const jobs = near.get("jobs");
      assert(jobs !== undefined && bytes.length > 0);
      for (const { name, offset, length } of bytes.filter(({ name }) => name.startsWith("jobs"))) {
        const held = memory.perform({ kind: "read", offset, length });
        assertEquals(held, new Uint8Array(length), name);
      }
    }),
    { numRuns: runs(60) },
  );
  assert(performed > 50, `${performed} were allowed`);
});

const hostile = fc.oneof(
  fc.constantFrom(undefined, null, NaN, -1, 0, 1, 2 ** 31, 2 ** 40, "1", "thing", true, 5n, [], {}),
  fc.constantFrom<unknown>({ length: 8 }, { length: -5 }, { length: "5" }, { timeout: -1 }, { permits: 2 ** 40 }),
  fc.constantFrom<unknown>({ timeout: 0 }, { deadline: NaN }, { deadline: 0 }, { cancel: {} }, { priority: "high" }),
  fc.constantFrom<unknown>([{ channel: "thing", put: { length: 4 } }], [{ channel: "other" }], [null]),
  fc.uint8Array({ maxLength: 24 }),
  fc.constant(new Uint8Array(9000)),
  fc.constant(new Uint32Array([32, 0])),
);

for (const [name, shareable] of Object.entries(primitives)) {
  Deno.test(`whatever arguments the calls of a ${name} are handed, it goes on, and its neighbors stay as they are`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.array(hostile, { maxLength: 2 })), { maxLength: 12 }), (asks) => {
        const things = { before: future({ bytes: 64 }), thing: shareable(), other: queue({ bytes: 64 }) };
        const { memory, near, answer } = asking(things);
        const { words, bytes } = memory.layout.toTable();
        const calls = near.get("thing")!.calls!;
        for (const [which, args] of asks) {
          try {
            answer(encodeRequest({ kind: "call", object: "thing", method: calls[which % calls.length]!, args }));
          } catch {
            // Refused, or it would wait for ever: alone here.
          }
        }
        const { cells } = memory.save();
        for (const { name, word, count, size } of words.filter(({ name }) => /^(before|other)\./.test(name))) {
          assertEquals(cells.words.slice(word, word + count * size), new Int32Array(count * size), name);
        }
        for (const { name, offset, length } of bytes.filter(({ name }) => /^(before|other)\./.test(name))) {
          assertEquals(memory.perform({ kind: "read", offset, length }), new Uint8Array(length), name);
        }
        for (const { name, word } of words.filter(({ name }) => name.endsWith(".monitor"))) {
          assertEquals(cells.words[word], 0, `${name}: nobody is inside`);
        }
      }),
      { numRuns: runs(100) },
    );
  });
}
