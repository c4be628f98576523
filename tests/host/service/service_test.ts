import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { GuestDiedError, GuestError, GuestTimeoutError, UncloneableError } from "../../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../../lib/host/mod.ts";
import { functionOf, indexOf } from "../../../lib/host/service/message.ts";
import { within } from "../../contracts/deadline.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { Serving, type Told, WORK } from "../../contracts/service_stage.ts";
import { runs } from "../../contracts/soak.ts";

/** More than the pipes of a thread hold. */
const LARGE = 1_000_000;

/** A call and what it answers. */
interface ExpectedCall {
  readonly name: string;
  readonly argument: unknown;
  readonly chunk?: boolean;
  readonly answer: Told;
}

const small = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.array(fc.nat(), { maxLength: 3 }));
const turns = fc.nat(3);
const kinds: readonly fc.Arbitrary<ExpectedCall>[] = [
  small.map((value) => ({ name: "echo", argument: value, answer: { value } })),
  fc.string().map((text) => ({ name: "fail", argument: text, answer: { error: `WorkError: ${text}` } })),
  fc.tuple(small, turns).map(([value, turns]) => {
    return { name: "later", argument: { value, turns, throws: false }, answer: { value } };
  }),
  turns.map((turns) => {
    const value = new TypeError("late");
    return { name: "later", argument: { value, turns, throws: true }, answer: { error: "TypeError: late" } };
  }),
  fc.tuple(fc.nat(300), fc.nat(255)).map(([size, value]) => {
    return { name: "moved", argument: { size, value }, answer: { value: new Uint8Array(size).fill(value) } };
  }),
  fc.array(small, { maxLength: 4 }).map((inputs) => {
    return { name: "echo", argument: inputs, chunk: true, answer: { value: inputs.map((value) => ({ value })) } };
  }),
  fc.array(fc.nat(5), { maxLength: 3 }).map((sizes) => ({
    name: "moved",
    argument: sizes.map((size) => ({ size, value: 9 })),
    chunk: true,
    answer: { value: sizes.map((size) => ({ value: new Uint8Array(size).fill(9) })) },
  })),
];
const asked = fc.record({ call: fc.oneof(...kinds), flush: fc.boolean() });

for (const mode of MODE_NAMES) {
  Deno.test(`a service in ${mode} mode answers in order, whatever is called and however it is handed over`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    let before = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 25 }), async (calls) => {
        serving.told.length = 0;
        for (const { call: { name, argument, chunk = false }, flush } of calls) {
          serving.call(name, argument, { chunk });
          if (flush) serving.link.flush();
        }
        serving.link.flush();
        await serving.answers(before += calls.length);
        assertEquals(serving.told, calls.map(({ call }) => call.answer));
      }),
      { numRuns: runs(40) },
    );
    await serving.finish();
  });

  Deno.test(`a service in ${mode} mode gives an error with its class, data and cause`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    await serving.ask("fail", "no");
    const [error] = serving.errors;
    assert(error?.cause instanceof RangeError);
    assertEquals([error.name, error.message, Reflect.get(error, "item"), error.cause.message], [
      "WorkError",
      "no",
      7,
      "inner",
    ]);
    assertStringIncludes(error.stack ?? "", "service_work.ts");
    const [told] = await serving.ask("uncloneable");
    assert(told !== undefined && "error" in told);
    assertStringIncludes(told.error, "UncloneableError");
    await serving.finish();
  });

  Deno.test(`a service in ${mode} mode moves arguments in order with others, and detaches them here`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    const sums: Told[] = [];
    for (let number = 0; number < 20; number++) {
      const bytes = new Uint8Array(number * 50).fill(1);
      const transfer = number % 3 === 0 ? [] : [bytes.buffer];
      serving.call("sum", bytes, { transfer });
      assertEquals(bytes.buffer.detached, transfer.length > 0);
      sums.push({ value: number * 50 });
      if (number % 7 === 0) serving.link.flush();
    }
    serving.link.flush();
    await serving.answers(20);
    assertEquals(serving.told, sums);
    await serving.finish();
  });

  Deno.test(`a service in ${mode} mode tells reports before the answer of their call`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    for (const to of [2, 0, 1]) serving.call("count", to);
    serving.link.flush();
    await serving.answers(3);
    assertEquals(serving.told, [{ report: 0 }, { report: 1 }, { value: 2 }, { value: 0 }, { report: 0 }, { value: 1 }]);
    await serving.finish();
  });

  Deno.test(`a service in ${mode} mode refuses an argument that cannot be cloned, and nothing else`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    serving.call("echo", 1);
    assertThrows(() => serving.call("echo", () => 1), UncloneableError);
    serving.call("echo", 2);
    serving.link.flush();
    await serving.answers(2);
    assertEquals(serving.told, [{ value: 1 }, { value: 2 }]);
    await serving.finish();
  });

  Deno.test(`a service in ${mode} mode begins with its initializer, and knows who and where it is`, async () => {
    await using host = new Host();
    const initializer = { export: "initialize", argument: 5 };
    const serving = await Serving.start(host, { mode, name: "one", initializer });
    assertEquals(await serving.ask("setting"), [{ value: 5 }]);
    assertEquals(await serving.ask("who"), [{ value: { guest: "one", mode } }]);
    await serving.finish();
    const error = await assertRejects(
      () => Serving.start(host, { mode, initializer: { export: "refuse", argument: "no" } }),
      GuestError,
      "no",
    );
    assertEquals([error.phase, error.mode], ["construct", mode]);
    await assertRejects(
      () => Serving.start(host, { mode, initializer: { export: "nothing" } }),
      GuestError,
      "Cannot call nothing",
    );
    await assertRejects(() => Serving.start(host, { mode, module: `${WORK}x` }), GuestError);
    const again = await Serving.start(host, { mode });
    assertEquals(await again.ask("echo", 1), [{ value: 1 }]);
    await again.finish();
  });
}

for (const mode of ELSEWHERE) {
  Deno.test(`a service in ${mode} mode carries large arguments and values both ways at once`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    for (const value of [1, 2, 3, 4]) {
      serving.call("echo", new Uint8Array(LARGE).fill(value));
      serving.call("bytes", { size: LARGE, value });
    }
    serving.link.flush();
    await serving.answers(8);
    assertEquals(serving.told.length, 8);
    for (const [at, told] of serving.told.entries()) {
      assert("value" in told && told.value instanceof Uint8Array && told.value.length === LARGE);
      assert(told.value.every((byte) => byte === 1 + (at >> 1)));
    }
    await serving.finish();
  });

  Deno.test(`a service in ${mode} mode blames the call in which its guest crashes, and tells its end as idle`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    serving.call("echo", 1);
    serving.call("crash", "outside");
    serving.call("echo", 2);
    serving.link.flush();
    await serving.ended();
    const [first, second, third, ...more] = serving.told;
    assertEquals([first, second, more], [{ value: 1 }, { error: "Error: outside" }, []]);
    assert(third !== undefined && "ended" in third && third.idle, "the call behind was not begun");
  });

  Deno.test(`a service in ${mode} mode tells the exit of its guest in a call as not idle`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    serving.call("moved", { size: 1, value: 1 });
    serving.call("exit", 3);
    serving.call("echo", 2);
    serving.link.flush();
    await serving.ended();
    assertEquals(serving.told, [{ value: Uint8Array.of(1) }, { ended: "GuestDiedError", idle: false }]);
    assertInstanceOf(serving.error, GuestDiedError);
    if (mode === "process") assertEquals(serving.error.code, 3);
  });

  Deno.test(`a service in ${mode} mode answers first and then ends by what a call left behind, idle`, async () => {
    await using host = new Host();
    const serving = await Serving.start(host, { mode });
    serving.call("leave", "behind");
    serving.link.flush();
    await serving.ended();
    const [first, second, ...more] = serving.told;
    assertEquals([first, more], [{ value: "behind" }, []]);
    assert(second !== undefined && "ended" in second && second.idle, "it was in no call");
    assertStringIncludes(serving.error?.message ?? "", "behind");
  });

  Deno.test(`a service in ${mode} mode tells its end where it is ended in a call`, async () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await using host = new Host();
      const serving = await Serving.start(host, { mode });
      assertEquals(await serving.ask("echo", 1), [{ value: 1 }]);
      serving.call("hang");
      serving.link.flush();
      serving.link.end(signal);
      await serving.ended();
      assertInstanceOf(serving.error, GuestDiedError);
      if (mode === "process") assertEquals(serving.error.signal, signal);
    }
  });

  Deno.test(`a warm guest in ${mode} mode serves as a fresh one`, async () => {
    await using host = new Host();
    const first = await Serving.start(host, { mode, name: "first" });
    first.call("count", 3);
    first.call("moved", { size: 3, value: 1 });
    first.call("sum", new Uint8Array(3), { transfer: [] });
    first.link.flush();
    await first.answers(3);
    await first.finish();
    const told = first.told.length;
    for (const name of ["second", "third"]) {
      const next = await Serving.start(host, { mode, name });
      assertEquals(next.told, []);
      assertEquals(await next.ask("who"), [{ value: { guest: name, mode } }]);
      const bytes = new Uint8Array(2).fill(4);
      next.call("sum", bytes, { transfer: [bytes.buffer] });
      next.call("moved", { size: 1, value: 2 });
      next.link.flush();
      await next.answers(3);
      assertEquals(next.told.slice(1), [{ value: 8 }, { value: Uint8Array.of(2) }]);
      await next.finish();
    }
    assertEquals(first.told.length, told, "nothing is told after the end of a service");
  });

  Deno.test(`a service in ${mode} mode starts where the warm guest dies of what was left behind`, async () => {
    await using host = new Host();
    for (let time = 0; time < 3; time++) {
      const first = await Serving.start(host, { mode });
      await first.ask("leave", "behind");
      // It ends before or after it comes back: either way the next one gets a guest that lives.
      await first.finish();
      const next = await Serving.start(host, { mode });
      assertEquals(await next.ask("echo", time), [{ value: time }]);
      await next.finish();
    }
  });

  Deno.test(`a guest in ${mode} mode that is given up in a call is heard of no more, and the host closes`, async () => {
    const host = new Host();
    for (const [name, argument] of [["hang"], ["later", { value: new Uint8Array(LARGE), turns: 3, throws: false }]]) {
      const serving = await Serving.start(host, { mode });
      serving.call(name as string, argument);
      serving.call("count", 1);
      serving.link.flush();
      void serving.link.abandon();
      const next = await Serving.start(host, { mode });
      assertEquals(await next.ask("echo", 1), [{ value: 1 }]);
      await next.finish();
      assertEquals(serving.told, []);
    }
    await within(20, host.close());
  });

  Deno.test(`the end of the host in ${mode} mode is the end of a service`, async () => {
    const host = new Host();
    const serving = await Serving.start(host, { mode });
    serving.call("hang");
    serving.link.flush();
    const closed = host.close();
    await serving.ended();
    assertInstanceOf(serving.error, GuestDiedError);
    assertStringIncludes(serving.error.message, "its host was closed");
    await within(20, closed);
    await assertRejects(() => Serving.start(host, { mode }), TypeError, "the host is closed");
  });

  Deno.test(`a service in ${mode} mode that is not ready in time fails`, async () => {
    const host = new Host();
    await assertRejects(
      () => Serving.start(host, { mode, timeout: 0.5, initializer: { export: "hang" } }),
      GuestTimeoutError,
    );
    await within(20, host.close());
  });
}

Deno.test("indexOf() and functionOf() put a function and how it is called into one number", () => {
  fc.assert(
    fc.property(fc.nat(0x3fff), fc.boolean(), fc.boolean(), (at, chunk, stream) => {
      const index = indexOf({ at, chunk, stream });
      assert(index >= 0 && index <= 0xffff);
      assertEquals(functionOf(index), { at, chunk, stream });
    }),
    { numRuns: runs(100) },
  );
  assertThrows(() => indexOf({ at: 0x4000, chunk: false, stream: false }), RangeError, "Cannot call function 16384");
});
